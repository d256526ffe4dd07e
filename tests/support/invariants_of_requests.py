"""Invariants of requests, of what they said, of their verification and of the notices to their holders."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

from casereview.cases.duties import OF_A_REQUEST
from casereview.schema.base import rfc3339
from casereview.schema.evidence import Claims, Findings
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from tests.support.controlled_system import Snapshot
from tests.support.expected_state import is_pending, is_up_to_date
from tests.support.histories.state import CaseState, RequestState, stated

_BOUNDS = {False: (40, 200_000), True: (200, 2_000_000)}
"""By whether the holder is verified: the most commands, and the most bytes."""
_FORBIDDING = 20
"""Changes of the contact beyond that number which forbid it: who must not be reached can always say so."""
_SENDS = {"unverified": ((5, timedelta(hours=1)), (20, timedelta(days=1))), "verified": ((20, timedelta(days=1)),)}
"""The most messages to one address in a period."""
_CALL_AFTER = {"suppressed", "refused", "expired", "unanswered", "bounced"}


def check_requests(before: Snapshot, now: Snapshot) -> None:
    """Check the invariants of all requests, and of the notices since the snapshot before.

    Raises:
        AssertionError: One of them does not hold.
    """
    _each_request_belongs_to_one_case(now)
    for told in now.world.cases.values():
        case = now.cases[told.case_id]
        if told.linked_to is None:
            _counts_are_correct(case, told)
        _findings_are_folded(now.findings.get(told.case_id), told)
        for request in told.all_requests():
            stored = now.requests[request.receipt]
            _is_as_the_history_tells(stored, request)
            _said_no_more_than_it_may(before.requests.get(request.receipt), stored, request)
            _claims_are_folded(now.claims[told.case_id, request.receipt], stored, request)
            _has_a_clock_for_its_verification(stored, request, case, now)
            _is_in_the_queue_of_its_office(stored, now)
    _duties_are_with_their_requests(now)
    _protection_stays_stated(now)
    _messages_to_one_address_are_bounded(now)
    for notice in now.notices.values():
        _failed_notice_is_in_a_history(notice, now)
    _notices_are_for_requesters_with_access(before, now)
    _holders_are_told_of_decisions(now)


def _each_request_belongs_to_one_case(now: Snapshot) -> None:
    told = {request.receipt: request.case_id for request in now.world.requests.values()}
    assert {request.receipt: request.case_id for request in now.requests.values()} == told
    assert {(case_id, receipt) for receipt, case_id in told.items()} == now.claims.keys()


def _duties_are_with_their_requests(now: Snapshot) -> None:
    for duty in now.duties.values():
        if duty.kind in OF_A_REQUEST and duty.state == "open":
            assert duty.receipt is not None, duty
            assert duty.case_id == now.requests[duty.receipt].case_id, (duty, now.requests[duty.receipt])


def _counts_are_correct(case: Case, told: CaseState) -> None:
    assert case.requests == len(told.requests), (case, told)
    assert case.live == sum(request.live for request in told.requests.values()), (case, told)
    assert case.filed_at == told.filed_at, (case, told)


def _is_as_the_history_tells(stored: Request, told: RequestState) -> None:
    assert stored.opened == told.opened, (stored, told)
    assert (stored.state == "live") == told.live, (stored, told)
    assert stored.state_since == (told.withdrawn or stored.state_since), (stored, told)
    assert (stored.verified, stored.refuted) == (told.verified, told.refuted), (stored, told)
    assert (stored.frozen, stored.epoch) == (told.frozen, told.epoch), (stored, told)
    assert (stored.office, stored.filed_by) == (told.office, told.filed_by), (stored, told)
    assert stored.escalation_asked == told.escalation_kept, (stored, told)
    assert [code for ask in stored.asks for code in ask.codes] == told.asked, (stored, told)
    if told.withdrawal_waits is not None:
        assert (stored.withdrawal_by is not None) == told.withdrawal_waits, (stored, told)
    assert stored.protected or told.facts.get("protected") is not True, (stored, told)


def _said_no_more_than_it_may(before: Request | None, stored: Request, told: RequestState) -> None:
    """Each command counts, and a bound can only be passed by losing the rights of a verified holder.

    Changes of the contact have a bound of their own, since they are taken in every state.
    """
    assert stored.updates == told.commands, (stored, told)
    if before is None:
        return
    said = stored.updates - stored.contact_changes
    added = said - (before.updates - before.contact_changes)
    assert added <= stored.said_bytes - before.said_bytes, (before, stored)
    most, size = _BOUNDS[before.verified]
    assert not added or (said <= most and stored.said_bytes <= size), stored
    assert stored.contact_changes == before.contact_changes or stored.contact_changes <= most + _FORBIDDING, stored


def _claims_are_folded(claims: Claims, stored: Request, told: RequestState) -> None:
    """The claims of a request are what its holder said, wherever the events lie."""
    assert stated(claims.facts) == told.facts, (claims, told)
    assert (claims.first_at, claims.newest_at, claims.said_at) == (told.first_at, told.newest_at, told.said_at), (
        claims,
        told,
    )
    assert claims.filing == told.filing.evolve(opened=told.opened), (claims, told)
    assert (claims.filed_at, claims.office) == (told.filed_at, told.office), (claims, told)
    assert claims.live == (not told.dropped), (claims, told)
    assert (claims.verified, claims.refuted) == (told.verified, told.refuted), (claims, told)
    assert claims.second == (told.verified and told.second), (claims, told)
    assert (claims.to_phone, claims.may_be_called) == (told.to_phone, told.may_be_called), (claims, told)
    assert claims.unsafe == told.unsafe, (claims, told)
    assert set(claims.failed) == told.failed, (claims, told)
    assert (claims.withdrawal_by, claims.verify_by) == (stored.withdrawal_by, stored.verify_by), (claims, stored)
    for name, value in stated(claims.counted).items():
        assert value in told.all_stated[name], (claims, told)
        assert value != told.facts[name], (claims, told)


def _findings_are_folded(findings: Findings | None, told: CaseState) -> None:
    found = findings.found if findings else ()
    stored = [(stated(one.facts), one.verdict, one.at, one.receipt, one.source_case) for one in found]
    verdicts = {True: "confirmed", False: "refuted"}
    expected = [(one.facts, verdicts[one.confirmed], one.at, one.receipt, one.source) for one in told.found]
    assert stored == expected, (findings, told)
    assert (findings.linked if findings else 0) == told.linked, (findings, told)


def _has_a_clock_for_its_verification(stored: Request, told: RequestState, case: Case, now: Snapshot) -> None:
    """Who is not verified has a clock, the case wakes up when it ends, and the offices that verify may open the case.

    Where a case became restricted, its ranking puts the holders who were verified before into the queue again.
    """
    owner = now.world.cases[case.case_id]
    pending = is_pending(told, owner)
    if stored.verify_by is not None:
        assert told.live, (stored, told)
        wakes = case.verify_by is not None and case.verify_by <= stored.verify_by
        assert wakes or stored.verify_by <= now.at, (case, stored)
    if pending and (not told.verified or is_up_to_date(case, now)):
        assert stored.verify_by is not None, (stored, told)
        assert told.office in {case.office, case.field_office, *case.asking}, (case, told)


def _is_in_the_queue_of_its_office(stored: Request, now: Snapshot) -> None:
    waits = stored.verify_by is not None and stored.state == "live"
    expected = (stored.office, rfc3339(stored.verify_by)) if waits and stored.verify_by else None
    assert now.to_verify.get(stored.receipt) == expected, stored


def _protection_stays_stated(now: Snapshot) -> None:
    for (_case_id, receipt), claims in now.claims.items():
        said = now.world.requests[receipt].all_stated.get("protected", [])
        assert True not in said or claims.facts.protected, claims


def _messages_to_one_address_are_bounded(now: Snapshot) -> None:
    for sends in now.sends.values():
        for holder, limits in _SENDS.items():
            times: tuple[datetime, ...] = getattr(sends, holder)
            assert all(first <= second for first, second in pairwise(times)), sends
            for most, period in limits:
                assert all(later - first >= period for first, later in zip(times, times[most:], strict=False)), sends


def _failed_notice_is_in_a_history(notice: Notice, now: Snapshot) -> None:
    """A notice that failed is in the history of a case that its request belonged to then."""
    request = now.world.requests[notice.receipt]
    if notice.why in _CALL_AFTER and not request.ever_withdrawn and request.may_be_called:
        cases = now.world.stays[notice.receipt]
        failed = [event for case_id in cases for event in now.history(case_id) if event.kind == "undeliverable"]
        assert notice.receipt in {event.receipt for event in failed}, notice


def _notices_are_for_requesters_with_access(before: Snapshot, now: Snapshot) -> None:
    """News goes to who is told of the case; and to who was refuted, was asked for proof, or got a new code."""
    for key, notice in now.notices.items():
        if notice.template == "acknowledgement" or not notice.receipt:
            continue
        told = now.world.requests[notice.receipt]
        if key not in before.notices and notice.receipt in before.requests:
            knew = before.world.is_told(notice.receipt) or now.world.is_told(notice.receipt)
            assert told.live or notice.template == "news", notice
            assert knew or _is_about_the_holder(notice, before, now), notice


_ABOUT_HOLDERS = {"code_reissued", "corrected"}


def _is_about_the_holder(notice: Notice, before: Snapshot, now: Snapshot) -> bool:
    """Return whether an event since the snapshot before concerns the holder alone."""
    case_id = notice.case_id
    old = before.cases[case_id].version if case_id in before.cases else 0
    for event in now.history(case_id)[old:]:
        named = event.details.get("receipts")
        asked = event.kind in {"proof_asked", "corrected"} and isinstance(named, list) and notice.receipt in named
        refuted = event.verification is not None and event.verification.verdict == "refuted"
        again = event.kind == "updated" and event.details.get("new_address") is True
        if asked or (event.receipt == notice.receipt and (event.kind in _ABOUT_HOLDERS or refuted or again)):
            return True
    return False


def _holders_are_told_of_decisions(now: Snapshot) -> None:
    """Whoever gets to know a case that was decided has been sent news with its last decision, or since."""
    for told in now.world.cases.values():
        if told.shown["status"] not in {"decided", "closed", "with_senior_official"} or not told.decided:
            continue
        since = {event.at for event in now.history(told.case_id) if event.version >= told.decided}
        for request in told.requests.values():
            if request.is_told(restricted=told.restricted):
                news = [notice for notice in now.notices.values() if notice.receipt == request.receipt]
                assert since & {notice.created_at for notice in news if notice.template == "news"}, (told, request)

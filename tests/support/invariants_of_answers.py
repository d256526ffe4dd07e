"""Proof 10: nobody is left without an answer. Computed from the histories, without the code under test."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from casereview.notices import phone_numbers
from casereview.schema.duty_records import Duty
from casereview.schema.event_records import Event
from casereview.schema.submission import Contact
from tests.support.controlled_system import Snapshot
from tests.support.histories.state import CaseState, RequestState

_FINAL = frozenset({"decided", "approved", "official_decided", "remanded"})
_ANNOUNCED = _FINAL | {"reopened"}
"""Events of which every verified holder is sent news at once."""
_GRANTING = frozenset({"granted", "granted_in_part", "override"})
_STANDS = frozenset({"decided", "closed", "with_senior_official", "withdrawn"})
"""States of a case whose newest decision stands, if it was not reopened."""
_OPENS = "tell_the_person"


class _Made(NamedTuple):
    """A final decision: the version of the event that made or proposed it, its outcome, and when it became final."""

    version: int
    outcome: object
    at: datetime
    final: Event


def check_answers(before: Snapshot, now: Snapshot) -> None:
    """Check that everybody has an answer, or a way and a time to get one.

    Raises:
        AssertionError: A holder was not sent the news that is theirs, a request that is not verified has no clock, a
            decision that nobody learns has no duty, or what was granted is nobody's duty.
    """
    for case_id, state in now.world.cases.items():
        _holders_have_the_news(case_id, before, now)
        for request in state.requests.values():
            _can_be_verified(request, state, now)
        made = list(_decisions(now.history(case_id)))
        for decision in made:
            _is_learnt(case_id, decision, before, now)
        if made:
            _is_told_by_hand_at_last(case_id, made[-1], now)
        if made and made[-1].outcome in _GRANTING and not _is_reopened(now.history(case_id)):
            _is_to_be_carried_out(case_id, made[-1], now)


def _decisions(history: list[Event]) -> Iterator[_Made]:
    """Yield the final decisions of a case, one that confirms a withdrawal apart."""
    proposed: Event | None = None
    for event in history:
        if event.kind in {"decided", "decision_proposed", "official_decided", "remanded"}:
            proposed = event
        if event.kind in _FINAL and proposed and proposed.details["outcome"] != "withdrawn":
            yield _Made(proposed.version, proposed.details["outcome"], event.at, event)


def _is_reopened(history: list[Event]) -> bool:
    kinds = [event.kind for event in history if event.kind in _ANNOUNCED]
    return bool(kinds) and kinds[-1] in {"reopened", "remanded"}


def _new_events(case_id: str, before: Snapshot, now: Snapshot) -> list[Event]:
    old = before.cases[case_id].version if case_id in before.cases else 0
    return now.history(case_id)[old:]


def _holders_have_the_news(case_id: str, before: Snapshot, now: Snapshot) -> None:
    """Whoever is shown a case is sent news with each of its final decisions, and when it is reopened or remanded."""
    for event in _new_events(case_id, before, now):
        if event.kind not in _ANNOUNCED or case_id not in before.world.cases:
            continue
        sent = {notice.receipt for notice in now.notices.values() if notice.created_at == event.at}
        state = before.world.cases[case_id]
        shown = {one.receipt for one in state.requests.values() if one.is_told(restricted=state.restricted)}
        assert shown & _live(now) <= sent, (event, shown, sent)


def _live(now: Snapshot) -> set[str]:
    return {receipt for receipt, request in now.world.requests.items() if request.live}


def _can_be_verified(request: RequestState, state: CaseState, now: Snapshot) -> None:
    """A live request that is not verified is in the queue of its office, until it is refuted."""
    stored = now.requests[request.receipt]
    if request.live and not request.verified and not request.refuted and stored.case_id == state.case_id:
        assert request.receipt in now.to_verify, request


def _is_learnt(case_id: str, decision: _Made, before: Snapshot, now: Snapshot) -> None:
    """A decision of which nobody can be told who may be is a duty of the office to tell the person."""
    if decision.final not in _new_events(case_id, before, now) or decision.outcome == "remand":
        return
    state = before.world.cases[case_id]
    told = [one for one in state.requests.values() if one.is_told(restricted=state.restricted)]
    reached = [one.receipt for one in told if _is_reachable(now.contact_of(one.receipt), restricted=state.restricted)]
    owned = [duty for (owner, _id), duty in now.duties.items() if owner == case_id]
    duties = {duty.kind for duty in owned if duty.decision == decision.version}
    assert bool(reached) != (_OPENS in duties), (decision, reached, duties)


def _is_told_by_hand_at_last(case_id: str, decision: _Made, now: Snapshot) -> None:
    """A decision that stands, and of which nobody learns any more, is a duty to tell the person, or was one."""
    case, state = now.cases[case_id], now.world.cases[case_id]
    if case.status not in _STANDS or state.linked_to or _is_reopened(now.history(case_id)):
        return
    owned = [duty for (owner, _id), duty in now.duties.items() if owner == case_id]
    if any(_learns(one, state, decision, owned) for one in state.requests.values()):
        return
    kinds = {duty.kind for duty in owned if duty.decision == decision.version and duty.state != "ended"}
    assert _OPENS in kinds, (decision, now.history(case_id)[-1])


def _learns(request: RequestState, state: CaseState, decision: _Made, owned: list[Duty]) -> bool:
    """Return whether the holder of a request is shown a decision, and its news reached them or is on its way."""
    if not request.is_told(restricted=state.restricted):
        before = state.shown_before_to(request) if state.restricted else None
        is_open = request.verified and request.live and not request.frozen
        if not is_open or before is None or before.decision_of != decision.at:
            return False
    by_hand = [duty for duty in owned if duty.receipt == request.receipt and duty.kind in {"call", "letter"}]
    still_open = [duty for duty in by_hand if duty.state == "open"]
    allowed = any(duty.allowed_if_restricted or not state.restricted for duty in still_open)
    return "news" not in request.failed or allowed


def _is_reachable(contact: Contact, *, restricted: bool) -> bool:
    """Return whether a holder who is told of a case has a way that staff or a message may take."""
    if contact.safe_to_contact is False or (restricted and not contact.safe_to_contact):
        return False
    by_mail = contact.email and (contact.preferred in {None, "email"} or (contact.preferred == "sms" and contact.phone))
    by_phone = contact.phone and phone_numbers.may_be_called(contact.phone)
    return contact.preferred != "none" and bool(by_mail or by_phone or contact.postal)


def _is_to_be_carried_out(case_id: str, decision: _Made, now: Snapshot) -> None:
    """What the newest decision grants is an open duty, or the decision says when it was carried out."""
    owned = [duty for (owner, _id), duty in now.duties.items() if owner == case_id and duty.kind == "carry_out"]
    duty = next((duty for duty in owned if duty.decision == decision.version), None)
    assert duty is not None, decision
    stored = now.cases[case_id].decisions[-1]
    assert stored.version == decision.version, (stored, decision)
    assert (duty.state == "open") == (stored.carried_out_at is None), (duty, stored)
    assert duty.state != "ended", duty

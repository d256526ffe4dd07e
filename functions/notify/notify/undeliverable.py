"""End a notice that no message delivers: the office calls or writes instead, where it may.

That is so where the requester prefers it (``handed_over``), and where no message arrived (``undeliverable``). The duty
is stored in the same transaction, in the case that the request belongs to now, which can differ from the case under
which the notice is stored. One open call and one open letter at most are about a request, and tell all its notices.
Where there is no way to a holder, only the news of a decision is recorded as failed; once that failed with everybody
who is told of the case, the office tells the person.

A case in which somebody must be called has the flag ``telephone``. For a case that is decided or closed, a notice that
did not arrive is also sent to the office's duty mailbox.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Literal, NamedTuple

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.changes import changes_between, next_version
from casereview.cases.disclosure import is_told
from casereview.cases.duties import new_duty
from casereview.cases.lifecycle import ENDED, LIVE, check
from casereview.cases.telephone import MUST_PHONE, with_phone_flag
from casereview.evidence.fold import DUTY, NOBODY, TELL_DUTY, TEMPLATE, after_failure
from casereview.notices.catalog import OFFICE_VERSIONS, VERSIONS
from casereview.notices.pending import undelivered_notice
from casereview.runtime.backoff import attempts
from casereview.schema.duty_records import Duty
from casereview.schema.errors import CaseChangedError
from casereview.schema.event_records import Change, Event
from casereview.schema.evidence import Claims
from casereview.schema.messages import RankMessage
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.store.open_duties import open_duties, opened
from casereview.store.transaction import Put, RefusedError, Write, key_written, put_new, put_over
from casereview.usecases.contacts import (
    ByHand,
    by_hand_after_failure,
    may_receive_news,
    open_contact,
    preferred_by_hand,
)
from casereview.usecases.untold import duty_to_tell, standing_decision
from notify.recipients import UnreadableCaseError
from notify.services import Services, metrics

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields

TRIES = 3
"""How often the write is tried while other writes change the case."""


class _OfficeWork(NamedTuple):
    """What an office is to do about a notice.

    Attributes:
        case: The case after the writes.
        writes: The writes of the transaction.
        ranks: Whether the case is to be ranked, which sets its flags.
    """

    case: Case
    writes: tuple[Write, ...]
    ranks: bool


class _Ending(NamedTuple):
    """A notice as it was read, and as it ends."""

    before: Notice
    after: Notice

    @property
    def kind(self) -> Literal["undeliverable", "handed_over"]:
        """The kind of the event: the new state of the notice."""
        return "undeliverable" if self.after.why else "handed_over"


class _Current(NamedTuple):
    """The request of a notice as it is now, with its case and its claims."""

    case: Case
    request: Request
    claims: Claims | None
    """None in a case of a release that did not fold them."""


def give_up(services: Services, notice: Notice, why: Undelivered, now: datetime) -> None:
    """End a notice as undeliverable; where its requester can be reached by hand, the office is asked to.

    Args:
        services: The table and the rank queue.
        notice: The notice, as it was read.
        why: The reason.
        now: The current time.

    Raises:
        RefusedError: Another write changed the notice.
        CaseChangedError: Another write changed the case, or moved the request to another one, at each try.
    """
    by_hand = notice.template not in OFFICE_VERSIONS
    ending = _ending(notice, why)
    _end(services, ending, (lambda: _after_failure(services, ending, why, now)) if by_hand else _nothing)
    metrics.add_metric("Undeliverable", MetricUnit.Count, 1)


def hand_over(services: Services, notice: Notice, now: datetime) -> None:
    """End a notice whose requester prefers a call or a letter; if the office may do neither now, it stays pending.

    Args:
        services: The table and the rank queue.
        notice: The notice, as it was read.
        now: The current time.

    Raises:
        RefusedError: Another write changed the notice.
        CaseChangedError: Another write changed the case, or moved the request to another one, at each try; or the
            contact changed meanwhile.
    """
    ending = _ending(notice, None)
    _end(services, ending, lambda: _preferred(services, ending, now))
    metrics.add_metric("HandedOver", MetricUnit.Count, 1)


def _nothing() -> None:
    """Return nothing for an office to do."""


def _ending(notice: Notice, why: Undelivered | None) -> _Ending:
    """Return how a notice ends; without a reason it is handed over."""
    ended = notice.evolve(
        state="undeliverable" if why else "handed_over",
        why=why,
        lease_until=None,
        send_at=None,
        waits_since=None,
        waits_for=None,
        stuck=False,
        attempts=0,
    )
    return _Ending(notice, ended)


def _end(services: Services, ending: _Ending, find: Callable[[], _OfficeWork | None]) -> None:
    """Write that a notice ended, with what the office is to do."""
    write = put_over(ending.after, state=ending.before.state, sends=ending.before.sends)
    for _ in attempts(TRIES):
        work = find()
        try:
            services.table.write(write, *(work.writes if work else ()))
        except RefusedError as refusal:
            if key_written(write) in refusal.failed:
                raise
            continue
        if work and work.ranks:
            services.rank_queue.send(RankMessage(case_id=work.case.case_id), work.case.office)
        return
    raise CaseChangedError


def _preferred(services: Services, ending: _Ending, now: datetime) -> _OfficeWork:
    """Return the call or the letter that a requester prefers.

    Raises:
        CaseChangedError: The requester does not prefer it any more, or it is not allowed any more.
    """
    found = _current_case(services, ending.before)
    contact = open_contact(services.seal, found.request) if found else None
    if found is None or contact is None or not may_receive_news(found.case, found.request, contact):
        raise CaseChangedError
    way = preferred_by_hand(contact)
    if way is None or found.request.state != "live" or found.case.status == "withdrawn":
        raise CaseChangedError
    return _work(services, found, ending, way, now)


def _after_failure(services: Services, ending: _Ending, why: Undelivered, now: datetime) -> _OfficeWork | None:
    """Return what the office is to do about a notice that did not arrive.

    None if the request or the case has been withdrawn, or if the requester must not be called, unless that was the news
    of a decision. In a restricted case the failure is recorded, but only a verified holder who said that contact is
    safe is called.
    """
    found = _current_case(services, ending.before)
    if found is None or found.request.state != "live" or found.case.status == "withdrawn":
        return None
    contact = open_contact(services.seal, found.request)
    if why == "restricted":
        way = preferred_by_hand(contact)
    else:
        way = by_hand_after_failure(contact, had_address=why in MUST_PHONE)
    if way is None:
        return _without_way(services, found, ending, now)
    allowed = may_receive_news(found.case, found.request, contact) and found.case.status in LIVE | ENDED
    work = _work(services, found, ending, way if allowed else None, now)
    if not allowed or way != "call" or work.case.status in LIVE:
        return work
    by_mail = services.office_mail and not work.case.restricted  # all officers read the duty mailbox
    to_office = (put_new(undelivered_notice(work.case, ending.before.receipt, now)),) if by_mail else ()
    return work._replace(writes=(*work.writes, *to_office))


def _without_way(services: Services, found: _Current, ending: _Ending, now: datetime) -> _OfficeWork | None:
    """Return the record that there is no way to a holder with the news of a decision; None for another notice."""
    is_news = ending.before.template == "news" and standing_decision(found.case) is not None
    return _work(services, found, ending, NOBODY, now) if is_news and is_told(found.request, found.case) else None


def _current_case(services: Services, notice: Notice) -> _Current | None:
    """Return the case that the request of a notice belongs to now, the request and its claims.

    None if the case or the request does not exist.

    The request is read after its case, because only a write that increments that case's version moves the request.

    Raises:
        CaseChangedError: The request was moved to another case at each try.
        UnreadableError: The case, the request or its claims cannot be read.
        UnreadableCaseError: Another record of the case cannot be read.
    """
    case_id = notice.case_id
    for _ in range(TRIES):
        case = services.table.get(Case, keys.case(case_id))
        request = services.table.get(Request, keys.request(notice.receipt))
        if case is None or request is None:
            return None
        if case.unreadable:
            raise UnreadableCaseError
        if request.case_id == case.case_id:
            return _Current(case, request, services.table.get(Claims, keys.claims(case_id, request.receipt)))
        case_id = request.case_id
    raise CaseChangedError


def _work(
    services: Services, found: _Current, ending: _Ending, way: ByHand | Literal["nobody"] | None, now: datetime
) -> _OfficeWork:
    """Return the case after a notice ended, and the writes of the case, its event, the claims and the duties.

    Without a way, the failure is only recorded, unless nobody is left who learns of a decision.
    """
    case, _request, claims = found
    notice, kind = ending.before, ending.kind
    ranks = way in {"call", None} and case.status in LIVE
    changes: CaseFields = {**next_version(case), **_flagged(case, now, calls=way == "call", ranks=ranks)}
    after = case.evolve(**changes)
    check(kind, case.status, after.status)
    failed = after_failure(claims, notice.template, way) if claims else None
    by_hand = way in {"call", "letter"}
    to_tell = _duty_to_tell(services, case, failed, now) if failed and not by_hand else None
    details: dict[str, JsonValue] = {TEMPLATE: notice.template, DUTY: way}
    if to_tell:
        details[TELL_DUTY] = to_tell.duty_id
        details[DUTY] = to_tell.kind if way == NOBODY else way
    event = Event(
        case_id=case.case_id,
        version=after.version,
        at=now,
        kind=kind,
        actor="system",
        changes={
            "notice": Change(before=notice.state, after=kind),
            **changes_between(case, after),
        },
        receipt=notice.receipt,
        details=details,
    )
    to_phone = (Put(failed),) if failed and after.folded == after.version else ()
    duty = (_duty(services, case, notice, way, now),) if way in {"call", "letter"} else ()
    told = (put_new(to_tell),) if to_tell else ()
    return _OfficeWork(after, (put_over(after, version=case.version), put_new(event), *to_phone, *duty, *told), ranks)


def _duty_to_tell(services: Services, case: Case, failed: Claims, now: datetime) -> Duty | None:
    """Return the duty to tell the person of a decision, if nobody is left who learns of it."""
    left = open_duties(services.table, case.case_id)
    return duty_to_tell(services, case, failed, left, now)


def _flagged(case: Case, now: datetime, *, calls: bool, ranks: bool) -> CaseFields:
    """Return the fields by which staff see that a call is required: a live case is ranked again."""
    if ranks:
        return {"rank_at": min(case.rank_at or now, now), "attempts": 0, "stuck": False}
    return {"flags": with_phone_flag(case.flags)} if calls and case.status in ENDED else {}


def _duty(services: Services, case: Case, notice: Notice, way: ByHand, now: datetime) -> Write:
    """Return the write by which the office is to call or to write."""
    policy, _until = services.policies.governing(now)
    duty = new_duty(way, case, now, policy.document.duties, receipt=notice.receipt)
    texts = tuple(name for name in VERSIONS if name == notice.template)
    duty = duty.evolve(notice=notice.notice_id, texts=texts, allowed_if_restricted=case.restricted)
    return opened(open_duties(services.table, case.case_id), duty)

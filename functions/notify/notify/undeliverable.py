"""End a notice as undeliverable; if the requester can be called, the office is asked to call.

The case is flagged that the request belongs to now, which can differ from the case under which the notice is stored. A
live case shows the flag in the worklist. For a case that is decided or closed, a notice is also sent to the office's
duty mailbox.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.changes import changes_between, next_version
from casereview.cases.lifecycle import ENDED, LIVE, check
from casereview.cases.telephone import MUST_PHONE, with_phone_flag
from casereview.evidence.fold import TEMPLATE, after_failure
from casereview.notices.catalog import OFFICE_VERSIONS
from casereview.notices.pending import undelivered_notice
from casereview.schema.errors import CaseChangedError
from casereview.schema.event_records import Change, Event
from casereview.schema.evidence import Claims
from casereview.schema.messages import RankMessage
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.store.transaction import Put, RefusedError, Write, put_new, put_over
from casereview.usecases.contacts import open_contact, reason_not_to_call
from notify.services import Services, metrics

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

TRIES = 3
"""How often the write is tried while other writes change the case."""


class _CallRequest(NamedTuple):
    """The request to an office to call a requester.

    Attributes:
        case: The case after the writes.
        writes: The writes of the transaction.
    """

    case: Case
    writes: tuple[Write, ...]


class _Current(NamedTuple):
    """The request of a notice as it is now, with its case and its claims."""

    case: Case
    request: Request
    claims: Claims | None
    """None in a case of a release that did not fold them."""


def give_up(services: Services, notice: Notice, why: Undelivered, now: datetime) -> None:
    """End a notice as undeliverable and, if its reason requires a call, flag the case in the same transaction.

    Args:
        services: The table and the rank queue.
        notice: The notice, as it was read.
        why: The reason.
        now: The current time.

    Raises:
        RefusedError: Another write changed the notice, or the case at each try.
        CaseChangedError: The request was moved to another case at each try.
    """
    ended = notice.evolve(
        state="undeliverable",
        why=why,
        lease_until=None,
        send_at=None,
        waits_since=None,
        waits_for=None,
        stuck=False,
        attempts=0,
    )
    write = put_over(ended, state=notice.state, sends=notice.sends)
    must_phone = why in MUST_PHONE and notice.template not in OFFICE_VERSIONS
    for attempt in range(TRIES):
        call = _request_call(services, notice, now) if must_phone else None
        try:
            services.table.write(write, *(call.writes if call else ()))
        except RefusedError as refusal:
            if refusal.reasons[0] or attempt == TRIES - 1:
                raise
            continue
        metrics.add_metric("Undeliverable", MetricUnit.Count, 1)
        if call and call.case.status in LIVE:
            services.rank_queue.send(RankMessage(case_id=call.case.case_id), call.case.office)
        return


def _request_call(services: Services, notice: Notice, now: datetime) -> _CallRequest | None:
    """Return the request to call a requester.

    None if the request or the case has been withdrawn, or if the requester must not be called. In a restricted case the
    failure is recorded, but only a verified holder who said that contact is safe is called.
    """
    found = _current_case(services, notice)
    if found is None:
        return None
    case, request, _claims = found
    reason = reason_not_to_call(case, request, open_contact(services.seal, request))
    if reason not in {None, "restricted"}:
        return None
    if case.status in LIVE:
        rank_at = min(case.rank_at or now, now)
        return _with_event(found, {"rank_at": rank_at, "attempts": 0, "stuck": False}, notice, now)
    if case.status == "withdrawn" or request.state != "live":
        return None
    if reason or case.status not in ENDED:  # a status that is not in ENDED here is one of another release
        return _with_event(found, {}, notice, now)
    call = _with_event(found, {"flags": with_phone_flag(case.flags)}, notice, now)
    by_mail = services.office_mail and not case.restricted  # all officers read the duty mailbox
    to_office = (put_new(undelivered_notice(call.case, notice.receipt, now)),) if by_mail else ()
    return call._replace(writes=(*call.writes, *to_office))


def _current_case(services: Services, notice: Notice) -> _Current | None:
    """Return the case that the request of a notice belongs to now, the request and its claims.

    None if the case or the request does not exist.

    The request is read after its case, because only a write that increments that case's version moves the request.

    Raises:
        CaseChangedError: The request was moved to another case at each try.
    """
    case_id = notice.case_id
    for _ in range(TRIES):
        case = services.table.get(Case, keys.case(case_id))
        request = services.table.get(Request, keys.request(notice.receipt))
        if case is None or request is None:
            return None
        if request.case_id == case.case_id:
            return _Current(case, request, services.table.get(Claims, keys.claims(case_id, request.receipt)))
        case_id = request.case_id
    raise CaseChangedError


def _with_event(found: _Current, fields: CaseFields, notice: Notice, now: datetime) -> _CallRequest:
    """Return the case with the fields changed, and the writes of the case, its event and the claims of the request."""
    case, _request, claims = found
    changes: CaseFields = {**next_version(case), **fields}
    after = case.evolve(**changes)
    check("undeliverable", case.status, after.status)
    event = Event(
        case_id=case.case_id,
        version=after.version,
        at=now,
        kind="undeliverable",
        actor="system",
        changes={"notice": Change(before=notice.state, after="undeliverable"), **changes_between(case, after)},
        receipt=notice.receipt,
        details={TEMPLATE: notice.template},
    )
    to_phone = (Put(after_failure(claims, notice.template)),) if claims and after.folded == after.version else ()
    return _CallRequest(after, (put_over(after, version=case.version), put_new(event), *to_phone))

"""What cannot be delivered: the notice says why, and where writing failed the office is told to telephone.

It is told at the case that the request belongs to by now, wherever the notice lies. A case that somebody works on
shows it in the worklist; one that is decided or closed shows it too, and the office's duty mailbox is written to.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.changes import changes_between
from casereview.cases.lifecycle import ENDED, LIVE, check
from casereview.cases.telephone import MUST_PHONE, with_phone_flag
from casereview.notices.catalog import OFFICE_VERSIONS
from casereview.notices.pending import undelivered_notice
from casereview.schema.errors import CaseChangedError
from casereview.schema.messages import RankMessage
from casereview.schema.records import Case, Change, Event, Notice, Request
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.store.transaction import RefusedError, Write, put_new, put_over
from notify.services import Services, metrics

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

TRIES = 3


class _Told(NamedTuple):
    """What tells an office: the case after it, and the writes."""

    case: Case
    writes: tuple[Write, ...]


def give_up(services: Services, notice: Notice, why: Undelivered, now: datetime) -> None:
    """End a notice as undeliverable; with it, in one transaction, what tells the office of it.

    Raises RefusedError where the notice or the case kept moving: the message is then shown again.
    """
    ended = notice.evolve(state="undeliverable", why=why, lease_until=None, send_at=None, stuck=False, attempts=0)
    write = put_over(ended, state=notice.state, sends=notice.sends)
    must_phone = why in MUST_PHONE and notice.template not in OFFICE_VERSIONS
    for attempt in range(TRIES):
        told = _tell(services, notice, now) if must_phone else None
        try:
            services.table.write(write, *(told.writes if told else ()))
        except RefusedError as refusal:
            if refusal.reasons[0] or attempt == TRIES - 1:
                raise
            continue
        metrics.add_metric("Undeliverable", MetricUnit.Count, 1)
        if told and told.case.status in LIVE:
            services.rank_queue.send(RankMessage(case_id=told.case.case_id), told.case.office)
        return


def _tell(services: Services, notice: Notice, now: datetime) -> _Told | None:
    """Return what tells the office of a requester's case; None where the request or the case was withdrawn."""
    found = _belongs_to(services, notice)
    if found is None:
        return None
    case, request = found
    if case.status in LIVE:
        return _telling(case, {"rank_at": now, "attempts": 0, "stuck": False}, notice, now)
    if case.status == "withdrawn" or request.state != "live":
        return None
    if case.restricted or case.status not in ENDED:  # or in a state that another release knows
        return _telling(case, {}, notice, now)
    told = _telling(case, {"flags": with_phone_flag(case.flags)}, notice, now)
    owed = (put_new(undelivered_notice(told.case, notice.receipt, now)),) if services.office_mail else ()
    return told._replace(writes=(*told.writes, *owed))


def _belongs_to(services: Services, notice: Notice) -> tuple[Case, Request] | None:
    """Return the case that the request of a notice is of now, and the request.

    The request is read after its case: only a write of that case's next version moves it elsewhere. Raises
    CaseChangedError where it kept moving.
    """
    case_id = notice.case_id
    for _ in range(TRIES):
        case = services.table.get(Case, keys.case(case_id))
        request = services.table.get(Request, keys.request(notice.receipt))
        if case is None or request is None:
            return None
        if request.case_id == case.case_id:
            return case, request
        case_id = request.case_id
    raise CaseChangedError


def _telling(case: Case, fields: CaseFields, notice: Notice, now: datetime) -> _Told:
    changes: CaseFields = {"version": case.version + 1, **fields}
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
    )
    return _Told(after, (put_over(after, version=case.version), put_new(event)))

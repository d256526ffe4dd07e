"""What a requester does after filing: update, withdraw, escalate. Each is one event of the case's history."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from casereview import keys
from casereview.contacts import seal_contact
from casereview.facts import Facts
from casereview.fields import EASTERN
from casereview.history import changes_between
from casereview.messages import RankMessage
from casereview.model import to_milliseconds
from casereview.problems import Problem, conflict
from casereview.records import OPEN, Case, Event, EventKind, Request
from casereview.routing import SENIOR_REVIEWING_OFFICIAL
from casereview.sealing import Part
from casereview.submission import Nothing, Statement, Update, open_claims, parse
from casereview.table import Refused, Write, delete, put_new, put_over
from intake.access import admit, sees_all
from intake.answers import Accepted
from intake.filing import TRIES, send_hint
from intake.services import Services


@dataclass(frozen=True, slots=True)
class _Step:
    """What a change makes of a case and its request, and what else it writes."""

    kind: EventKind
    case: Mapping[str, object] = field(default_factory=dict)
    request: Mapping[str, object] = field(default_factory=dict)
    claims: Facts | None = None
    sealed: bytes | None = None
    also: tuple[Write, ...] = ()


def _apply(
    services: Services, request: Request, at: datetime, plan: Callable[[Request, Case], _Step | None]
) -> Accepted:
    """Carry out a change in one transaction on case, event and request; start again when another was faster."""
    done = Accepted(receipt=request.receipt)
    for _ in range(TRIES):
        case = services.table.get(Case, keys.case(request.case_id))
        step = plan(request, case) if case else None
        if case is None or step is None:
            return done
        after = case.model_copy(update={"version": case.version + 1, "attempts": 0, **step.case})
        try:
            services.table.write(*_writes(request, case, after, step, at))
        except Refused:
            request = services.table.get(Request, keys.request(request.receipt)) or request
        else:
            if after.rank_at is not None:
                send_hint(services.rank_queue, RankMessage(case_id=case.case_id), case.office)
            return done
    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Please send this again")


def _writes(request: Request, before: Case, after: Case, step: _Step, at: datetime) -> list[Write]:
    event = Event(
        case_id=after.case_id,
        version=after.version,
        at=at,
        kind=step.kind,
        actor="requester",
        changes=changes_between(before, after),
        receipt=request.receipt,
        claims=step.claims,
        sealed=step.sealed,
    )
    writes = [put_over(after, version=before.version), put_new(event), *step.also]
    if step.request:
        writes.append(put_over(request.model_copy(update={**step.request}), state=request.state, epoch=request.epoch))
    return writes


def update(services: Services, receipt: str, authorization: str | None, raw: bytes | str) -> Accepted:
    """Take new facts, a new contact or a statement.

    Raises Problem 404, 400, 413, 422, or 409 once it is withdrawn. Who may not know that a case is closed is not told.
    """
    at = to_milliseconds(services.now())
    request = admit(services, receipt, authorization)
    body = parse(Update, raw, at)
    claims = open_claims(body.facts, at.astimezone(EASTERN).date()) if body.facts else None
    sealed = _seal(services, request, "update", body.model_dump(mode="json", exclude_unset=True, exclude={"contact"}))

    def plan(request: Request, case: Case) -> _Step:
        closed = case.status not in OPEN
        if request.state != "live" or (closed and sees_all(request, case)):
            raise conflict("the request is withdrawn or its case closed")
        contact = {"contact": seal_contact(services.seal, request, body.contact)} if body.contact else {}
        restricted = {"restricted": True} if claims and claims.protected else {}
        owed = {} if closed else {"rank_at": at, "stuck": False}
        return _Step("updated", {**owed, **restricted}, contact, claims, sealed)

    return _apply(services, request, at, plan)


def _seal(services: Services, request: Request, part: Part, value: dict[str, object]) -> bytes:
    return services.seal.close(part, request.receipt, json.dumps(value, ensure_ascii=False).encode())


def withdraw(services: Services, receipt: str, authorization: str | None, raw: bytes | str) -> Accepted:
    """End a request. The case closes when no live one remains and only one had ever joined; else an officer confirms.

    Raises Problem 404, 400, 422. Withdrawing again changes nothing.
    """
    at = to_milliseconds(services.now())
    request = admit(services, receipt, authorization)
    parse(Nothing, raw or "{}", at)

    def plan(request: Request, case: Case) -> _Step | None:
        if request.state != "live":
            return None
        ended = {"state": "withdrawn", "state_since": at}
        live = case.live - 1
        if live or case.requests > 1 or case.status not in OPEN:
            return _Step("withdrawn", {"live": live, "rank_at": at if case.status in OPEN else None}, ended)
        guard = (delete(keys.guard(case.person), case=case.case_id),) if case.person else ()
        return _Step("withdrawn", {"live": 0, **CLOSED, "status": "withdrawn", "status_since": at}, ended, also=guard)

    return _apply(services, request, at, plan)


CLOSED: dict[str, object] = {"rank_at": None, "lease_until": None, "target_at": None, "answer_by": None, "stuck": False}
"""A closed case owes nothing."""


def escalate(services: Services, receipt: str, authorization: str | None, raw: bytes | str) -> Accepted:
    """Ask for the Senior Reviewing Official, after a field office's decision.

    Raises Problem 404, 400, 422; 409 unless a field office has decided and this requester may know it.
    """
    at = to_milliseconds(services.now())
    request = admit(services, receipt, authorization)
    body = parse(Statement, raw, at)
    sealed = _seal(services, request, "escalation", body.model_dump())

    def plan(request: Request, case: Case) -> _Step:
        if request.state != "live" or case.status != "decided" or not sees_all(request, case):
            raise conflict("the Senior Reviewing Official can be asked after a field office's decision")
        moved = {"status": "with_senior_official", "status_since": at, "office": SENIOR_REVIEWING_OFFICIAL}
        return _Step("escalated", {**moved, "rank_at": at}, sealed=sealed)

    return _apply(services, request, at, plan)

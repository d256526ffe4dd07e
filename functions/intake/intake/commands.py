"""What a requester does after filing: update, withdraw, escalate. Each is one event of the case's history."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.disclosure import sees_all
from casereview.cases.due import without_due_work
from casereview.cases.first_look import new_clock
from casereview.cases.lifecycle import LIVE, OPEN
from casereview.cases.telephone import MAY_BE_CALLED, NEW_ADDRESS, without_call
from casereview.crypto.sealing import Part
from casereview.evidence.open_facts import open_claims
from casereview.http.problems import ProblemError, wrong_state
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.base import EASTERN
from casereview.schema.records import Case, Request
from casereview.schema.submission import Contact, Nothing, Statement, Update
from casereview.store import keys
from casereview.store.caseload import give_back
from casereview.store.transaction import Write, delete, put_over
from casereview.store.transition import REQUESTER, Transition
from casereview.usecases.contacts import change_contact, is_suppressed
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import TRIES, change
from intake.responses import Accepted

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields, RequestFields


def _carry_out(
    services: CaseServices, admitted: Request, at: datetime, plan: Callable[[Request, Case], Transition | None]
) -> Accepted:
    """Carry out a plan for a request and its case, at whatever case it then is.

    The request is read after its case: nothing changes it but a write of that case's next version, so that what
    staff verified, or where they moved it, meanwhile is not undone. Raises ProblemError 503 where a link or a split
    moved it to another case at each try.
    """
    request = admitted

    def on_case(case: Case) -> Transition | None:
        nonlocal request
        request = services.table.get(Request, keys.request(admitted.receipt)) or admitted
        return plan(request, case) if request.case_id == case.case_id else None

    for _ in range(TRIES):
        case_id = request.case_id
        change(services, case_id, REQUESTER, at, on_case)
        if request.case_id == case_id:
            return Accepted(receipt=admitted.receipt)
    raise ProblemError("busy")


def _put(request: Request, changed: RequestFields) -> tuple[Write, ...]:
    """Replace a request while its state and code are as they were read."""
    if not changed:
        return ()
    return (put_over(request.evolve(**changed), state=request.state, epoch=request.epoch),)


def _seal(services: CaseServices, request: Request, part: Part, value: dict[str, object]) -> bytes:
    return services.seal.close(part, request.receipt, json.dumps(value, ensure_ascii=False).encode())


def update(services: CaseServices, request: Request, body: Update, at: datetime) -> Accepted:
    """Take new facts, a new contact or a statement; facts or a statement are an answer to what was asked.

    Raises:
        ProblemError: 409 once the request is withdrawn, or its case has ended and its requester may know that.
    """
    claims = open_claims(body.facts, at.astimezone(EASTERN).date()) if body.facts else None
    sealed = _seal(services, request, "update", body.model_dump(mode="json", exclude_unset=True, exclude={"contact"}))

    def plan(request: Request, case: Case) -> Transition:
        live = case.status in LIVE
        _must_be_live(request)
        if not live and sees_all(request, case):
            raise wrong_state("case_ended", "The case is decided or closed.")
        reached = _reached(services, request, case, body.contact) if body.contact else _Reached({}, {}, {})
        changes: CaseFields = {**reached.case}
        if claims and claims.protected:
            changes["restricted"] = True
        if live:
            changes |= {"rank_at": at, "stuck": False, **_answered(request, case, body, at)}
        event: EventFields = {
            "receipt": request.receipt,
            "claims": claims,
            "sealed": sealed,
            "details": reached.details,
        }
        return Transition("updated", changes, event, _put(request, reached.request))

    return _carry_out(services, request, at, plan)


def _must_be_live(request: Request) -> None:
    """Refuse a change of a request that was withdrawn. Raises ProblemError 409."""
    if request.state != "live":
        raise wrong_state("request_withdrawn", "The request was withdrawn.")


class _Reached(NamedTuple):
    """What a new contact makes of request and case, and what the history openly says of it."""

    request: RequestFields
    case: CaseFields
    details: dict[str, JsonValue]


def _reached(services: CaseServices, request: Request, case: Case, stated: Contact) -> _Reached:
    """Seal a new contact; say openly only whether its owner may be called, and whether an address is new.

    Who is not to be called is not called from this moment: the flag goes at once, and comes back by the worker where
    another requester waits for a call. An address that is not written to any more is no new one.
    """
    found = change_contact(services.seal, request, stated)
    new = found.new_address is not None and not is_suppressed(services.table, services.macs, found.new_address)
    flags: CaseFields = {} if found.may_be_called else {"flags": without_call(case.flags)}
    return _Reached({"contact": found.sealed}, flags, {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: new})


def _answered(request: Request, case: Case, body: Update, at: datetime) -> CaseFields:
    """Let the office go on when someone who was asked answers; the worker writes that the clock runs again.

    Where to write to, and in which language, answers nothing.
    """
    asked = case.status == "information_needed" and sees_all(request, case)
    says = body.statement is not None or (body.facts is not None and body.facts.model_fields_set)
    return {"answer_by": at} if asked and says else {}


def withdraw(services: CaseServices, request: Request, _body: Nothing, at: datetime) -> Accepted:
    """End a request. The case closes, whoever holds it, where it was the only one; else an officer confirms.

    Withdrawing again changes nothing.
    """

    def plan(request: Request, case: Case) -> Transition | None:
        if request.state != "live":
            return None
        ended = _put(request, {"state": "withdrawn", "state_since": at})
        event: EventFields = {"receipt": request.receipt}
        live = case.live - 1
        if live or case.requests > 1 or case.status not in LIVE:
            fewer: CaseFields = {"live": live}
            if case.status in LIVE:
                fewer["rank_at"] = at
            return Transition("withdrawn", fewer, event, ended)
        guard = (delete(keys.guard(case.person), case=case.case_id),) if case.person and case.status in OPEN else ()
        closed: CaseFields = {
            **without_due_work(case),
            **_undecided(case),
            "live": 0,
            "status": "withdrawn",
            "status_since": at,
        }
        return Transition("withdrawn", closed, event, (*ended, *guard, *give_back(case)))

    return _carry_out(services, request, at, plan)


def _undecided(case: Case) -> CaseFields:
    """Drop a decision that still waited for its approval."""
    return {"decision": None} if case.status == "awaiting_approval" else {}


def escalate(services: CaseServices, request: Request, body: Statement, at: datetime) -> Accepted:
    """Ask for the Senior Reviewing Official, after a field office's decision.

    Raises:
        ProblemError: 409 unless a field office has decided and this requester may know it.
    """
    sealed = _seal(services, request, "escalation", body.model_dump())

    def plan(request: Request, case: Case) -> Transition:
        _must_be_live(request)
        if not sees_all(request, case):
            raise ProblemError("verification-required")
        if case.status != "decided":
            raise ProblemError("not-decided")
        moved: CaseFields = {
            "status": "with_senior_official",
            "status_since": at,
            "first_look": new_clock(case, at),
            "field_office": case.office,
            "office": SENIOR_REVIEWING_OFFICIAL,
            "rank_at": at,
        }
        return Transition("escalated", moved, {"receipt": request.receipt, "sealed": sealed})

    return _carry_out(services, request, at, plan)

"""The commands of a requester after filing: update, withdraw, escalate. Each adds one event to the case."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.disclosure import has_full_disclosure
from casereview.cases.due import without_due_work
from casereview.cases.first_look import restarted_clock
from casereview.cases.lifecycle import LIVE, OPEN
from casereview.cases.telephone import MAY_BE_CALLED, NEW_ADDRESS, without_phone_flag
from casereview.crypto.sealing import Part
from casereview.evidence.open_facts import open_claims
from casereview.http.problems import ProblemError, wrong_state
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.base import EASTERN
from casereview.schema.records import Case, Request
from casereview.schema.submission import Contact, Nothing, Statement, Update
from casereview.store import keys
from casereview.store.caseload import uncount_claim
from casereview.store.transaction import Write, delete, put_over
from casereview.store.transition import REQUESTER, Transition
from casereview.usecases.contacts import change_contact, is_suppressed
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import TRIES, change
from intake.responses import Accepted

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields, RequestFields


def _execute(
    services: CaseServices, admitted: Request, at: datetime, plan: Callable[[Request, Case], Transition | None]
) -> Accepted:
    """Change a request and its case as a plan says.

    The request is read after its case. Only a write of the next version of that case can change the request, so a
    verification or a move to another case that happens meanwhile is not overwritten. If a link or a split moves the
    request to another case, the plan runs again on that case.

    Args:
        services: The services of the function.
        admitted: The request, as it was authenticated.
        at: The time of the event.
        plan: Returns the transition of the current request and case, or None to change nothing.

    Raises:
        ProblemError: The plan raised it; or 503, if the request moves to another case at each try.
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


def _replace_request(request: Request, changed: RequestFields) -> tuple[Write, ...]:
    """Return the write that replaces a request, on the condition that its state and access code are unchanged."""
    if not changed:
        return ()
    return (put_over(request.evolve(**changed), state=request.state, epoch=request.epoch),)


def _seal(services: CaseServices, request: Request, part: Part, value: dict[str, object]) -> bytes:
    return services.seal.close(part, request.receipt, json.dumps(value, ensure_ascii=False).encode())


def update(services: CaseServices, request: Request, body: Update, at: datetime) -> Accepted:
    """Record new facts, a new contact or a statement; facts and statements answer a question of the office.

    Raises:
        ProblemError: 409 if the request was withdrawn, or if its case has ended and is disclosed to this requester.
    """
    claims = open_claims(body.facts, at.astimezone(EASTERN).date()) if body.facts else None
    sealed = _seal(services, request, "update", body.model_dump(mode="json", exclude_unset=True, exclude={"contact"}))

    def plan(request: Request, case: Case) -> Transition:
        live = case.status in LIVE
        _require_live(request)
        if not live and has_full_disclosure(request, case):
            raise wrong_state("case_ended", "The case is decided or closed.")
        effect = _apply_contact(services, request, case, body.contact) if body.contact else _ContactEffect({}, {}, {})
        changes: CaseFields = {**effect.case}
        if claims and claims.protected:
            changes["restricted"] = True
        if live:
            changes |= {"rank_at": at, "stuck": False, **_resume_if_answered(request, case, body, at)}
        event: EventFields = {
            "receipt": request.receipt,
            "claims": claims,
            "sealed": sealed,
            "details": effect.details,
        }
        return Transition("updated", changes, event, _replace_request(request, effect.request))

    return _execute(services, request, at, plan)


def _require_live(request: Request) -> None:
    """Raise ProblemError 409 if the request was withdrawn."""
    if request.state != "live":
        raise wrong_state("request_withdrawn", "The request was withdrawn.")


class _ContactEffect(NamedTuple):
    """The effect of a new contact on the request, the case and the event."""

    request: RequestFields
    case: CaseFields
    details: dict[str, JsonValue]
    """What the event stores unencrypted."""


def _apply_contact(services: CaseServices, request: Request, case: Case, stated: Contact) -> _ContactEffect:
    """Seal a new contact; store unencrypted only whether the requester may be called, and whether an address is new.

    If the requester may no longer be called, the case's flag for a call is removed at once; the worker sets it again
    if another requester must be called. An address on the suppression list does not count as new.
    """
    found = change_contact(services.seal, request, stated)
    new = found.new_address is not None and not is_suppressed(services.table, services.macs, found.new_address)
    flags: CaseFields = {} if found.may_be_called else {"flags": without_phone_flag(case.flags)}
    return _ContactEffect({"contact": found.sealed}, flags, {MAY_BE_CALLED: found.may_be_called, NEW_ADDRESS: new})


def _resume_if_answered(request: Request, case: Case, body: Update, at: datetime) -> CaseFields:
    """Return the fields that end the wait for information, if this update answers; the worker restarts the clock.

    A change of the contact alone is not an answer.
    """
    asked = case.status == "information_needed" and has_full_disclosure(request, case)
    says = body.statement is not None or (body.facts is not None and body.facts.model_fields_set)
    return {"answer_by": at} if asked and says else {}


def withdraw(services: CaseServices, request: Request, _body: Nothing, at: datetime) -> Accepted:
    """Withdraw a request.

    The case closes, claimed or not, if this was its only request; otherwise an officer confirms the end of the case.
    Withdrawing again changes nothing.
    """

    def plan(request: Request, case: Case) -> Transition | None:
        if request.state != "live":
            return None
        ended = _replace_request(request, {"state": "withdrawn", "state_since": at})
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
            **_without_proposed_decision(case),
            "live": 0,
            "status": "withdrawn",
            "status_since": at,
        }
        return Transition("withdrawn", closed, event, (*ended, *guard, *uncount_claim(case)))

    return _execute(services, request, at, plan)


def _without_proposed_decision(case: Case) -> CaseFields:
    """Return the fields that remove a decision which was not approved yet."""
    return {"decision": None} if case.status == "awaiting_approval" else {}


def escalate(services: CaseServices, request: Request, body: Statement, at: datetime) -> Accepted:
    """Escalate a decided case to the Senior Reviewing Official.

    Raises:
        ProblemError: 409 if the request was withdrawn, the case is not disclosed to this requester, or no field office
            has decided it.
    """
    sealed = _seal(services, request, "escalation", body.model_dump())

    def plan(request: Request, case: Case) -> Transition:
        _require_live(request)
        if not has_full_disclosure(request, case):
            raise ProblemError("verification-required")
        if case.status != "decided":
            raise ProblemError("not-decided")
        moved: CaseFields = {
            "status": "with_senior_official",
            "status_since": at,
            "first_look": restarted_clock(case, at),
            "field_office": case.office,
            "office": SENIOR_REVIEWING_OFFICIAL,
            "rank_at": at,
        }
        return Transition("escalated", moved, {"receipt": request.receipt, "sealed": sealed})

    return _execute(services, request, at, plan)

"""The status of a request, as far as it is disclosed to the requester."""

from __future__ import annotations

from casereview.cases.disclosure import has_full_disclosure
from casereview.cases.lifecycle import QUEUED, public
from casereview.schema.records import Case, Event, Request
from casereview.store import keys
from casereview.usecases.sealed_text import open_text, text_of_event
from casereview.usecases.services import CaseServices
from intake.responses import Decision, RequestStatus

_ASK_THE_OFFICIAL = (
    "If you think that the field office did not resolve the case or overlooked something, you may ask the Senior"
    " Reviewing Official to look at it again: send a statement. An answer is given where appropriate."
)


def look_up(services: CaseServices, request: Request) -> RequestStatus:
    """Return the answer of ``GET /requests/{receipt}``."""
    case = services.table.get(Case, keys.case(request.case_id))
    if request.state != "live" or case is None or not has_full_disclosure(request, case):
        return _limited(request)
    return RequestStatus(
        receipt=request.receipt,
        status=public(case.status),
        status_since=case.shown_since or case.status_since,
        disclosure="full",
        lane=case.shown_lane,
        people_ahead=_people_ahead(services, case),
        asked_for=_asked_for(services, case),
        decision=_decision(services, case) if request.verified else None,
    )


def _limited(request: Request) -> RequestStatus:
    """Return the status with limited disclosure: the same whatever happened to the case."""
    withdrawn = request.state == "withdrawn"
    return RequestStatus(
        receipt=request.receipt,
        status="withdrawn" if withdrawn else "received",
        status_since=request.state_since if withdrawn else request.received_at,
        disclosure="limited",
    )


def _people_ahead(services: CaseServices, case: Case) -> int | None:
    if case.rank is None or case.status not in QUEUED:
        return None
    return services.table.worklist.ahead(case.office, case.rank)


def _asked_for(services: CaseServices, case: Case) -> tuple[str, ...]:
    if case.status != "information_needed":
        return ()
    return tuple(text_of_event(services.table, services.seal, "asked", case.case_id, case.asked).get("asked", ()))


def _decision(services: CaseServices, case: Case) -> Decision | None:
    """Return the decision if it is final."""
    if case.decision is None or case.status not in {"decided", "with_senior_official", "closed"}:
        return None
    event = services.table.get(Event, keys.event(case.case_id, case.decision.version))
    if event is None or event.sealed is None:
        return None
    texts = open_text(services.seal, "decision", case.case_id, event.sealed)
    return Decision(
        outcome=case.decision.outcome,
        reasons=texts["reasons_for_requester"],
        decided_at=event.at,
        how_to_go_on=_ASK_THE_OFFICIAL if case.status == "decided" else None,
    )

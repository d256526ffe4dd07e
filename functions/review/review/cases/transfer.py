"""Transfer a case, record a removal."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.assessment import responsible_office
from casereview.cases.lease import fields_in_line
from casereview.cases.lifecycle import OPEN
from casereview.cases.material import material_change
from casereview.cases.verification import pending_verifications
from casereview.http.problems import invalid, wrong_state
from casereview.routing.offices import HEADQUARTERS, offices
from casereview.schema.base import EASTERN
from casereview.schema.evidence import CaseFile
from casereview.schema.records import Case
from casereview.schema.typed_times import PAST_AHEAD, format_time_or_day
from casereview.store.caseload import uncount_claim
from casereview.store.open_duties import given_to, open_duties
from casereview.store.transition import Transition
from review.cases.session import CaseSession
from review.schema.commands import Removal, Transfer
from review.services import metrics

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields


def transfer(session: CaseSession, body: Transfer) -> Case:
    """Transfer a case to another office; the claim ends, the clock and a pending question continue.

    Raises:
        ProblemError: 404 without access to the case; 422 for an unknown office; 409 for the same office, or if the case
            cannot be transferred in its current state.
    """
    office = body.office.upper()
    if office not in {*offices(), HEADQUARTERS}:
        raise invalid("/office", "unknown_office", "must be the code of a field office, or HQ")

    def plan(case: Case) -> Transition:
        if case.office == office:
            raise wrong_state("same_office", "The case is at this office already.", "/office")
        if case.status not in OPEN - {"awaiting_approval"}:
            raise wrong_state("status_not_allowed", "The case cannot be transferred in its current state.")
        moved = moved_to(session.file(case), office, responsible_office(case, case.facts), session.at)
        also = (*uncount_claim(case), *given_to(open_duties(session.services.table, case.case_id), office))
        return Transition("transferred", moved, also=also, words=session.reason(body.why))

    return session.act(plan)


def moved_to(file: CaseFile, office: str, routed: str, at: datetime) -> CaseFields:
    """Return the fields of a case that moves to another office: the claim ends, the clock continues.

    Args:
        file: The case.
        office: The other office.
        routed: The office that the facts of the case name.
        at: The time of the transfer.
    """
    case = file.case
    return {
        "hold": None,
        "office": office,
        "routed": routed,
        **pending_verifications(case.evolve(office=office), file.claims, at),
        "rank_at": at,
        **fields_in_line(case, at),
    }


def record_removal(session: CaseSession, body: Removal) -> Case:
    """Record a removal; if a request was received before it, the case is flagged as a safety event.

    If only the day of the removal is known, a request that was received on that day counts as received before it.

    Raises:
        ProblemError: 404 without access to the case; 422 for a time or day in the future.
    """
    removed = body.removed_at
    ahead = removed > session.at if isinstance(removed, datetime) else removed > session.at.date() + PAST_AHEAD
    if ahead:
        raise invalid("/removed_at", "in_the_future", "must not be in the future")

    def plan(case: Case) -> Transition:
        safety = case.filed_at < removed if isinstance(removed, datetime) else _eastern_day(case.filed_at) <= removed
        details: dict[str, JsonValue] = {"removed_at": format_time_or_day(removed), "safety": safety}
        fields: CaseFields = {"safety": case.safety or safety, **material_change(case, session.at)}
        return Transition("removal_recorded", fields, {"details": details}, words=session.reason(body.why))

    case = session.act(plan)
    if case.safety:
        metrics.add_metric("RemovalAfterRequest", MetricUnit.Count, 1)
    return case


def _eastern_day(at: datetime) -> date:
    return at.astimezone(EASTERN).date()

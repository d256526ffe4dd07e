"""Transfer a case, record a removal, reopen what was ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.first_look import new_clock
from casereview.cases.lease import back_in_line
from casereview.cases.lifecycle import ENDED, OPEN
from casereview.http.problems import invalid, wrong_state
from casereview.routing.offices import HEADQUARTERS, offices
from casereview.schema.base import EASTERN
from casereview.schema.fields import written
from casereview.schema.records import Case, Guard, Request
from casereview.store import keys
from casereview.store.caseload import give_back
from casereview.store.transaction import Write, put_new
from casereview.store.transition import Transition
from review.cases.requesters import receipts_of
from review.cases.session import CaseSession
from review.schema.commands import Removal, Transfer, Why
from review.services import metrics

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields


def transfer(session: CaseSession, body: Transfer) -> Case:
    """Send a case to another office with the same clock; a claim ends, a question stays.

    Raises ProblemError 404; 422 for an unknown office; 409 for the same office or a case that is no longer open.
    """
    office = body.office.upper()
    if office not in {*offices(), HEADQUARTERS}:
        raise invalid("/office", "unknown_office", "must be the code of a field office, or HQ")

    def plan(case: Case) -> Transition:
        if case.office == office:
            raise wrong_state("same_office", "The case is at this office already.", "/office")
        if case.status not in OPEN - {"awaiting_approval"}:
            raise wrong_state("status_not_allowed", "The case cannot be transferred in its current state.")
        moved: CaseFields = {"hold": None, "office": office, "rank_at": session.at, **back_in_line(case, session.at)}
        return Transition("transferred", moved, {"sealed": session.why(body.why)}, give_back(case))

    return session.act(plan)


def record_removal(session: CaseSession, body: Removal) -> Case:
    """Record that the person was removed; where a request had been received before, it is a safety event.

    Where only the day is known, a request received on that day may have been before.

    Raises ProblemError 404, or 422 for a time or a day that lies ahead.
    """
    removed = body.removed_at
    ahead = removed > session.at if isinstance(removed, datetime) else removed > _eastern_day(session.at)
    if ahead:
        raise invalid("/removed_at", "in_the_future", "must not be in the future")

    def plan(case: Case) -> Transition:
        safety = case.filed_at < removed if isinstance(removed, datetime) else _eastern_day(case.filed_at) <= removed
        details: dict[str, JsonValue] = {"removed_at": written(removed), "safety": safety}
        event: EventFields = {"details": details, "sealed": session.why(body.why)}
        return Transition("removal_recorded", {"safety": case.safety or safety}, event)

    case = session.act(plan)
    if case.safety:
        metrics.add_metric("RemovalAfterRequest", MetricUnit.Count, 1)
    return case


def _eastern_day(at: datetime) -> date:
    return at.astimezone(EASTERN).date()


def reopen(session: CaseSession, body: Why) -> Case:
    """Put an ended case into its office's line again, on changed circumstances, under the policy in force now.

    The history and its decision stay. Raises ProblemError 404; 409 where it is not ended, was joined to another, or the
    person has a newer open case.
    """

    def plan(case: Case) -> Transition:
        if case.status not in ENDED:
            raise wrong_state("case_not_ended", "Only a case that has ended can be reopened.")
        if case.linked_to:
            raise wrong_state("case_linked", "The case was linked to another one: work on that one.")
        again: CaseFields = {
            "first_look": new_clock(case, session.at),
            "status": "in_line",
            "status_since": session.at,
            "office": case.field_office or case.office,
            "field_office": None,
            "decision": None,
            "rank_at": session.at,
            "live": max(case.live, _live(session)),
        }
        decided = case.decision.version if case.decision else None
        event: EventFields = {"details": {"decision": decided}, "sealed": session.why(body.why)}
        return Transition("reopened", again, event, guard_again(session, case))

    return session.act(plan)


def _live(session: CaseSession) -> int:
    file = session.services.table.case_file(session.case_id)
    requests = (
        [session.services.table.get(Request, keys.request(receipt)) for receipt in receipts_of(file)] if file else []
    )
    return sum(request is not None and request.state == "live" for request in requests)


def guard_again(session: CaseSession, case: Case) -> tuple[Write, ...]:
    """Take the person's guard again. Raises ProblemError 409 where a newer case holds it."""
    if case.person is None:
        return ()
    if session.services.table.get(Guard, keys.guard(case.person)):
        raise wrong_state("newer_case_open", "The person has a newer open case: record there what has changed.")
    return (put_new(Guard(person=case.person, case=case.case_id, mac_key=session.services.macs.key)),)

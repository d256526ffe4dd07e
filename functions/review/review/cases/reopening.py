"""Reopen an ended case because circumstances changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.cases.changes import returned_to_field_office
from casereview.cases.decisions import decisions_of, marked, stands_by_official, was_overruled
from casereview.cases.disclosure import is_told
from casereview.cases.lifecycle import ENDED
from casereview.http.problems import ProblemError, invalid, wrong_state
from casereview.schema.facts import Facts
from casereview.schema.records import Case
from casereview.store.transition import Transition
from review.cases.final_decision import ended_duties
from review.cases.guard import retake_guards
from review.cases.requesters import notices_to_requesters, requests_of
from review.cases.session import CaseSession
from review.schema.decision_commands import Reopening

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields


def reopen(session: CaseSession, body: Reopening) -> Case:
    """Return an ended case to the worklist of its field office; its decision stays visible as reopened.

    A decision of the Senior Reviewing Official is reopened by the official, or by a supervisor who names the facts that
    have changed; never by who made or approved a decision that was overridden.

    Raises:
        ProblemError: 404 without access to the case; 409 if it has not ended, was linked to another case, or the person
            has a newer open case, or for who was overruled; 422 for an unknown fact, or where one must be named.
    """
    for index, name in enumerate(body.changed_facts):
        if name not in Facts.model_fields:
            raise invalid(f"/changed_facts/{index}", "unknown_subject", "is not a fact")

    def plan(case: Case) -> Transition:
        if case.status not in ENDED:
            raise wrong_state("case_not_ended", "Only a case that has ended can be reopened.")
        if case.linked_to:
            raise wrong_state("case_linked", "The case was linked to another one: work on that one.")
        _require_reopener(session, case, body)
        without_guard, guard = retake_guards(session, case)
        again: CaseFields = {
            **without_guard,
            **returned_to_field_office(case, session.at),
            "decisions": marked(decisions_of(case), "reopened"),
            "live": max(case.live, _count_live_requests(session, case)),
        }
        details: dict[str, JsonValue] = {"decision": case.decision.version if case.decision else None}
        if body.changed_facts:
            details["changed_facts"] = list(body.changed_facts)
        event: EventFields = {"details": details}
        also = (*guard, *ended_duties(session, case))
        news = notices_to_requesters(session, case, "news", is_told)
        return Transition("reopened", again, event, also, news, words=session.reason(body.why))

    return session.act(plan)


def _require_reopener(session: CaseSession, case: Case, body: Reopening) -> None:
    """Raise ProblemError if the caller must not reopen what the Senior Reviewing Official decided."""
    if was_overruled(case, (session.caller.id, session.caller.user)) or _may_be_overruled(session, case):
        raise ProblemError("overruled")
    if stands_by_official(case) and "sro" not in session.roles and not body.changed_facts:
        message = "must name what changed since the Senior Reviewing Official decided"
        raise invalid("/changed_facts", "required", message)


def _may_be_overruled(session: CaseSession, case: Case) -> bool:
    """Return whether the caller took part in a review that was overridden, of which an older release stored no more."""
    return not case.decisions and case.outcome == "override" and session.caller.took_part(case)


def _count_live_requests(session: CaseSession, case: Case) -> int:
    return sum(request.state == "live" for request in requests_of(session, session.file(case)))

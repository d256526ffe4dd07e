"""The second look: the Senior Reviewing Official overrides or upholds a decision, or remands the case."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.changes import returned_to_field_office
from casereview.cases.decisions import final_decision, with_decision
from casereview.cases.due import without_due_work
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.decision_records import DecisionRef, FinalDecision
from casereview.schema.records import Case
from casereview.schema.vocabulary import OutcomeSought
from casereview.store.caseload import uncount_claim
from casereview.store.transition import Transition
from review.cases.final_decision import ended_duties, follow_up, news_of_decision
from review.cases.guard import guards_for_remand
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


class Made(NamedTuple):
    """A decision of the Senior Reviewing Official, as it is made."""

    decision: DecisionRef
    event: EventFields
    """Further fields of its event."""
    grants: tuple[OutcomeSought, ...]


def decided_by_official(
    session: CaseSession,
    case: Case,
    made: Made,
    policy: CompiledPolicy,
) -> Transition:
    """Return the transition of a decision of the Senior Reviewing Official.

    What an override grants is carried out by the field office. An upheld decision keeps the duties that it has.

    Args:
        session: The caller and the case.
        case: The case, as it was read.
        made: The decision, what it grants, and further fields of its event.
        policy: The policy in force, whose times the duties have.
    """
    decision, event, grants = made
    final = final_decision(decision, session.at, by_official=True)
    if decision.outcome == "remand":
        return _remanded(session, case, final, event)
    ended: CaseFields = {
        **without_due_work(case),
        "status": "withdrawn" if decision.outcome == "withdrawn" else "closed",
        "status_since": session.at,
    }
    also = uncount_claim(case)
    if decision.outcome != "withdrawn":  # then the second look can go on, at the decision of the field office
        ended["decision"] = decision
        ended["decisions"] = with_decision(case, final)
        also = (*also, *follow_up(session, case, final, policy, grants))
    return Transition("official_decided", ended, event, also, news_of_decision(session, case))


def _remanded(session: CaseSession, case: Case, final: FinalDecision, event: EventFields) -> Transition:
    """Return the transition that sends a case back to its field office, with a new clock and without its author."""
    authors = {case.decision.by_id or case.decision.by} if case.decision else set[str]()
    without_guard, guard = guards_for_remand(session, case)
    again: CaseFields = {
        **without_guard,
        **returned_to_field_office(case, session.at),
        "decisions": with_decision(case, final),
        "excluded": tuple(sorted({*case.excluded, *authors})),
        "hold": None,
    }
    also = (*uncount_claim(case), *guard, *ended_duties(session, case))
    return Transition("remanded", again, event, also, news_of_decision(session, case))

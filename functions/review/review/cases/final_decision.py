"""A decision that becomes final: who is told, what is to be carried out, and who must be told by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from casereview.cases.decisions import GRANTING, UNTIL_DECIDED, final_decision, with_decision
from casereview.cases.disclosure import is_told
from casereview.cases.due import without_due_work
from casereview.cases.duties import OF_A_DECISION, new_duty
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.decision_records import FinalDecision
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.vocabulary import DutyKind, OutcomeSought
from casereview.store.caseload import uncount_claim
from casereview.store.open_duties import ended, open_duties
from casereview.store.transaction import Write, put_new
from casereview.store.transition import Transition
from casereview.store.waits import wait_writes
from casereview.usecases.persons import released_guards
from review.cases.requesters import learners_of, notices_to_requesters
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def finalize(
    session: CaseSession,
    case: Case,
    step: Transition,
    policy: CompiledPolicy,
    grants: tuple[OutcomeSought, ...] = (),
) -> Transition:
    """Return the transition of a decision of a field office that becomes final.

    It deletes the person's guards, so that the next request opens a new case, notifies the requesters, and opens the
    duties that follow.

    Args:
        session: The caller and the case.
        case: The case, as it was read.
        step: What the event changes beside it: the decision, where that was not proposed before, or the approvals.
        policy: The policy in force, whose times the duties have.
        grants: What the decision grants; a decision that needed approvals grants nothing.
    """
    decision = step.case.get("decision", case.decision)
    withdrawn = decision is None or decision.outcome == "withdrawn"
    changes: CaseFields = {
        **step.case,
        **without_due_work(case),
        "counted": None,
        "approvals": (),
        "flags": tuple(flag for flag in case.flags if flag not in UNTIL_DECIDED),
        "approve_by": None,
        "returned": (),
        "status": "withdrawn" if withdrawn else "decided",
        "status_since": session.at,
    }
    also = (*released_guards(case), *uncount_claim(case))
    if decision is None or withdrawn:
        return replace(step, case=changes, also=also, notices=news_of_decision(session, case))
    approvers = frozenset(one.by_id for one in step.case.get("approvals", ()) if one.by_id)
    final = final_decision(decision, session.at, approvers=approvers)
    changes["decisions"] = with_decision(case, final)
    also = (*also, *_wait_of(session, case), *follow_up(session, case, final, policy, grants))
    return replace(step, case=changes, also=also, notices=news_of_decision(session, case))


def _wait_of(session: CaseSession, case: Case) -> tuple[Write, ...]:
    """Return the write of how long a case waited, for the usual wait that is published."""
    verified = any(one.verified for one in session.file(case).claims)
    return wait_writes(case, case.shown_lane, session.at, verified=verified)


def news_of_decision(session: CaseSession, case: Case) -> tuple[Notice, ...]:
    """Return the notices to the requesters who are told of a decision; they do not contain it."""
    return notices_to_requesters(session, case, "news", is_told)


def follow_up(
    session: CaseSession,
    case: Case,
    decision: FinalDecision,
    policy: CompiledPolicy,
    grants: tuple[OutcomeSought, ...],
) -> tuple[Write, ...]:
    """Return the writes of the duties that follow from a final decision; those of the one before it end.

    What was granted is to be carried out; a decision that reaches no requester is to be told to the person.

    Args:
        session: The caller and the case.
        case: The case, as it was read.
        decision: The decision.
        policy: The policy in force, whose times the duties have.
        grants: What the decision grants.
    """
    kinds: list[DutyKind] = ["carry_out"] if decision.outcome in GRANTING else []
    if not learners_of(session, case).will:
        kinds.append("tell_the_person")
    duties = (new_duty(kind, case, session.at, policy.document.duties) for kind in kinds)
    granted = {"carry_out": grants}
    opened = [put_new(duty.evolve(decision=decision.version, grants=granted.get(duty.kind, ()))) for duty in duties]
    replaced = OF_A_DECISION - {"carry_out"} if decision.outcome == "uphold" else OF_A_DECISION
    return (*ended_duties(session, case, replaced), *opened)


def ended_duties(session: CaseSession, case: Case, kinds: frozenset[DutyKind] = OF_A_DECISION) -> tuple[Write, ...]:
    """Return the writes that end the open duties of earlier decisions, which stand no more or were upheld."""
    return ended(duty for duty in open_duties(session.services.table, case.case_id) if duty.kind in kinds)

"""Approve the decision of another officer, or return it to its author."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from casereview.cases.assessment import InForce, assess
from casereview.cases.material import is_lifted_by_words
from casereview.http.problems import problem, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.base import Unrecognized
from casereview.schema.errors import CaseChangedError
from casereview.schema.event_records import Event
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.policy_in_force import policy_for_decision
from casereview.store.transition import Transition
from review.cases.decision import finalize, while_in_force
from review.cases.lease import new_hold
from review.cases.session import CaseSession
from review.schema.commands import Approval

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


def approve(session: CaseSession, body: Approval) -> Case:
    """Approve the decision of another officer, or return it to its author.

    After a change of policy, or of anything that is material to the decision, it returns to its author in any case: the
    author has not considered the change.

    Raises:
        ProblemError: 404 without access to the case; 409 if no decision awaits approval, or it is the caller's own.
    """

    def plan(case: Case) -> Transition:
        if case.status != "awaiting_approval":
            raise wrong_state("nothing_to_approve", "No decision of this case awaits an approval.")
        if isinstance(case.outcome, Unrecognized):
            raise wrong_state("status_not_allowed", "A decision with this outcome cannot be approved here.")
        if case.decision and session.caller.is_user(case.decision.by_id, case.decision.by):
            raise problem("own-decision", "You cannot approve your own decision.")
        policy = policy_for_decision(session.services.policies, session.services.table, session.at)
        since = _since_decided(session, case, policy)
        event: EventFields = {"details": {"approve": body.approve, **since}}
        words = session.reason(body.why)
        took_part: CaseFields = {"reviewers": tuple(sorted({*case.reviewers, session.caller.id}))}
        if body.approve and not any(since.values()):
            final = finalize(session, case, "approved", took_part, event)
            return while_in_force(policy, replace(final, words=words))
        returned: CaseFields = {**took_part, **_returned_fields(session, case)}
        return Transition("decision_returned", returned, event, words=words)

    return session.act(plan)


def _since_decided(session: CaseSession, case: Case, policy: CompiledPolicy) -> dict[str, bool]:
    """Return whether the policy in force, and whether the case, has changed since the decision."""
    if case.decision is None:
        raise CaseChangedError
    decided = session.services.table.get(Event, keys.event(case.case_id, case.decision.version))
    return {
        "policy_changed": decided is None or decided.details["policy"] != policy.id,
        "case_changed": case.material > case.decision.version or _is_lifted(session, case, policy),
    }


def _is_lifted(session: CaseSession, case: Case, policy: CompiledPolicy) -> bool:
    """Return whether words that came since the last ranking lift the case into a higher lane."""
    return is_lifted_by_words(case, assess(session.file(case), InForce(policy, None), session.at), policy)


def _returned_fields(session: CaseSession, case: Case) -> CaseFields:
    """Return the fields that put a case back into review, claimed by the author of the decision."""
    return {
        "status": "in_review",
        "status_since": session.at,
        "decision": None,
        "rank_at": session.at,
        "hold": case.hold and new_hold(session, case, case.hold),
    }

"""Decide a case: record a human decision with its reasons, for the current version of the case and the policy in force.

    in_review ──needs no approval──▶ decided
        └──needs one──▶ awaiting_approval ──supervisor, not the author──▶ decided
                                └──refused, or case or policy changed──▶ in_review, at its author
    with_senior_official ──override, uphold──▶ closed          ──remand──▶ in_line, at the field office

The outcome ``withdrawn`` confirms a withdrawal, once no request is live.

Requesters are notified only when the decision is final; only verified requesters can read the decision itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from casereview.cases.assessment import Assessment, InForce, assess
from casereview.cases.disclosure import is_told
from casereview.cases.due import without_due_work
from casereview.cases.first_look import clock_after_work, restarted_clock
from casereview.cases.material import is_lifted_by_words
from casereview.http.problem_types import ProblemType
from casereview.http.problems import Fault, ProblemError, invalid, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case, DecisionRef
from casereview.store import keys
from casereview.store.caseload import uncount_claim
from casereview.store.policy_in_force import check_in_force, policy_for_decision
from casereview.store.transaction import Write, delete, put_new
from casereview.store.transition import Transition
from casereview.store.waits import wait_writes
from casereview.usecases.sealed_text import Words, seal_words
from review.cases.guard import guard_for_remand, release_guard
from review.cases.lease import require_no_earlier_review
from review.cases.requesters import Learners, learners_of, notices_to_requesters
from review.cases.session import CaseSession, require_claim
from review.schema.commands import Decision

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields

_FIELD_OFFICE_OUTCOMES = frozenset({"granted", "granted_in_part", "declined", "referred", "moot", "withdrawn"})
_OFFICIAL_OUTCOMES = frozenset({"override", "uphold", "remand", "withdrawn"})
_ENFORCEMENT_OUTCOMES = frozenset({"declined"})
"""Outcomes after which enforcement continues; only these can require an approval."""


def decide(session: CaseSession, body: Decision) -> tuple[Case, Learners]:
    """Record a decision; if the policy requires an approval, the decision awaits it.

    Returns:
        The case, and which of its requesters learn of the decision when it is final.

    Raises:
        ProblemError: 404 without access to the case; 403 for a Senior Reviewing Official who took part in the first
            review; 409 without the claim, if a decision awaits approval already, if the case has changed since
            ``case_version``, if another policy is in force, or if a claim of US citizenship would not be referred; 422
            for an outcome that is not available, or an unknown factor.
    """
    learners: list[Learners] = []

    def plan(case: Case) -> Transition:
        require_claim(case, session.caller)
        require_no_earlier_review(session.caller, case)
        if case.status == "awaiting_approval":
            raise wrong_state("awaiting_approval", "A decision of this case awaits its approval.")
        official = case.office == SENIOR_REVIEWING_OFFICIAL
        _check_outcome(body, case, official=official)
        policy = policy_for_decision(session.services.policies, session.services.table, session.at)
        found = _assess_current(session, case, body, policy)
        _check_factors(policy, body)
        if found.settled.facts.claims_us_citizenship:
            _check_referral(case, body, official=official)
        waits = bool(found.ranking.approvals) and body.outcome in _ENFORCEMENT_OUTCOMES
        learners.append(learners_of(session, case))
        return while_in_force(policy, _decided(session, case, body, waits=waits))

    return session.act(plan), learners[-1]


def _decided(session: CaseSession, case: Case, body: Decision, *, waits: bool) -> Transition:
    text = _seal_reasons(session, body).text("decided", session.at, user=session.caller.user, receipt=None)
    decision = DecisionRef(
        version=case.version + 1,
        by=session.caller.user,
        by_id=session.caller.id,
        outcome=body.outcome,
        text=text.text_id,
    )
    event: EventFields = {"details": _event_details(body), "text": text.text_id}
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        step = _decided_by_official(session, case, decision, event)
    elif waits:
        step = Transition("decision_proposed", _proposed_fields(session, case, decision), event)
    else:
        step = finalize(session, case, "decided", {"decision": decision}, event)
    return replace(step, also=(put_new(text), delete(keys.decision_draft(case.case_id)), *step.also))


def _proposed_fields(session: CaseSession, case: Case, decision: DecisionRef) -> CaseFields:
    """Return the fields of a case whose decision awaits approval: its author keeps the claim, without a lease."""
    return {
        "decision": decision,
        "first_look": clock_after_work(case, session.at),
        "hold": case.hold and case.hold.evolve(since=None, lease_until=None),
        "status": "awaiting_approval",
        "status_since": session.at,
    }


def while_in_force(policy: CompiledPolicy, step: Transition) -> Transition:
    """Add the condition to a transition that its policy is still in force."""
    return replace(step, also=(*step.also, check_in_force(policy)))


def _check_outcome(body: Decision, case: Case, *, official: bool) -> None:
    if body.outcome not in (_OFFICIAL_OUTCOMES if official else _FIELD_OFFICE_OUTCOMES):
        raise invalid("/outcome", "outcome_not_available", "is not available at this stage")
    if body.outcome == "withdrawn" and case.live:
        message = "A request of this case has not been withdrawn, and only its requester can withdraw it."
        raise wrong_state("request_live", message, "/outcome")


def _assess_current(session: CaseSession, case: Case, body: Decision, policy: CompiledPolicy) -> Assessment:
    """Assess the current case.

    Raises:
        ProblemError: 409 if the decision is for another version of the case, or for another policy.
    """
    if body.policy != policy.id or case.policy != policy.id:
        raise _outdated(session, case, "policy-changed")
    found = assess(session.file(case), InForce(policy, None), session.at)
    if body.case_version > case.version or body.case_version < case.material or is_lifted_by_words(case, found, policy):
        raise _outdated(session, case, "moved")
    return found


def _outdated(session: CaseSession, case: Case, type_: ProblemType) -> ProblemError:
    """Return the refusal of an outdated decision, and queue the case for ranking."""
    session.services.hint_rank(case)
    return ProblemError(type_)


def _check_factors(policy: CompiledPolicy, body: Decision) -> None:
    known = {factor.id for factor in policy.document.factors}
    faults = [
        Fault(f"/factors/{index}", "unknown_factor", "is not a factor of the policy in force")
        for index, factor in enumerate(body.factors)
        if factor not in known
    ]
    if faults:
        raise ProblemError("invalid", *faults)


def _check_referral(case: Case, body: Decision, *, official: bool) -> None:
    """Require a referral while a claim of US citizenship is unsettled or confirmed.

    Such claims are answered by a process of their own, not by a review. The Senior Reviewing Official cannot refer:
    the official upholds a referral of the field office, or remands the case.

    Raises:
        ProblemError: 409 if the decision would end the case without a referral.
    """
    if official:
        refers = body.outcome == "remand" or (body.outcome != "override" and case.outcome == "referred")
    else:
        refers = body.outcome == "referred"
    if not refers:
        how = "remanded to be referred" if official else "referred"
        message = f"A claim of US citizenship stands: the case must be {how} unless the claim is settled as not true."
        raise wrong_state("citizenship_claim_stands", message, "/outcome")


def _event_details(body: Decision) -> dict[str, JsonValue]:
    return {
        "outcome": body.outcome,
        "factors": list(body.factors),
        "policy": body.policy,
        "case_version": body.case_version,
    }


def _seal_reasons(session: CaseSession, body: Decision) -> Words:
    words = {"reasons_for_requester": body.reasons_for_requester, "internal_reasons": body.internal_reasons}
    return seal_words(session.services.seal, "decision", session.case_id, words)


def finalize(
    session: CaseSession,
    case: Case,
    kind: Literal["decided", "approved"],
    fields: CaseFields,
    event: EventFields,
) -> Transition:
    """Return the transition of a final decision of a field office.

    It deletes the person's guard, so that the next request opens a new case, and notifies the requesters.
    """
    decision = fields.get("decision", case.decision)
    withdrawn = decision is not None and decision.outcome == "withdrawn"
    ended: CaseFields = {
        **fields,
        **without_due_work(case),
        "status": "withdrawn" if withdrawn else "decided",
        "status_since": session.at,
    }
    waits = () if withdrawn else _wait_of(session, case)
    also = (*release_guard(case), *uncount_claim(case), *waits)
    return Transition(kind, ended, event, also, _decision_notices(session, case))


def _wait_of(session: CaseSession, case: Case) -> tuple[Write, ...]:
    """Return the write of how long a case waited, for the usual wait that is published."""
    verified = any(one.verified for one in session.file(case).claims)
    return wait_writes(case, case.shown_lane, session.at, verified=verified)


def _decision_notices(session: CaseSession, case: Case) -> tuple[Notice, ...]:
    """Return the notices to the requesters with full disclosure; they do not contain the decision."""
    return notices_to_requesters(session, case, "news", is_told)


def _decided_by_official(session: CaseSession, case: Case, decision: DecisionRef, event: EventFields) -> Transition:
    if decision.outcome != "remand":
        ended: CaseFields = {
            **without_due_work(case),
            "decision": decision,
            "status": "withdrawn" if decision.outcome == "withdrawn" else "closed",
            "status_since": session.at,
        }
        return Transition("official_decided", ended, event, uncount_claim(case), _decision_notices(session, case))
    return _remanded(session, case, decision, event)


def _remanded(session: CaseSession, case: Case, decision: DecisionRef, event: EventFields) -> Transition:
    """Return the transition that sends a case back to its field office, with a new clock."""
    notices = _decision_notices(session, case)
    without_guard, guard = guard_for_remand(session, case)
    again: CaseFields = {
        **without_guard,
        "decision": decision,
        "hold": None,
        "first_look": restarted_clock(case, session.at),
        "status": "in_line",
        "status_since": session.at,
        "office": case.field_office or case.office,
        "field_office": None,
        "rank_at": session.at,
    }
    return Transition("remanded", again, event, (*uncount_claim(case), *guard), notices)

"""Decide a case: record a human decision with its reasons, for the current version of the case and the policy in force.

    in_review ──needs no approval──▶ decided
        └──needs some──▶ awaiting_approval ──supervisors, not the author──▶ decided
                                └──refused, taken back, or case or policy changed──▶ in_review, at its author
    with_senior_official ──override, uphold──▶ closed          ──remand──▶ in_line, at the field office

The outcome ``withdrawn`` confirms a withdrawal, once no request is live.

Requesters are notified only when the decision is final; only verified requesters can read the decision itself.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.assessment import Assessment, InForce, assess
from casereview.cases.decisions import GRANTING
from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import time_for_approval
from casereview.cases.material import is_lifted_by_words
from casereview.cases.returned import returned_to_author
from casereview.http.problem_types import ProblemType
from casereview.http.problems import ProblemError, forbidden, invalid, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.decision_records import DecisionRef, NeededApproval
from casereview.schema.evidence import CaseFile
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.policy_in_force import check_in_force, policy_for_decision
from casereview.store.reason_uses import count_reasons, uncount_reasons
from casereview.store.transaction import delete, put_new
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import Words, seal_words
from review.cases.final_decision import finalize
from review.cases.lease import require_no_earlier_review
from review.cases.reasons import check_reasons, uses_of_reasons
from review.cases.requesters import Learners, learners_of
from review.cases.second_look import Made, decided_by_official
from review.cases.session import CaseSession, require_claim
from review.cases.translation import with_translations
from review.schema.decision_commands import Decision, DecisionWithdrawal

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields

_FIELD_OFFICE_OUTCOMES = frozenset({"granted", "granted_in_part", "declined", "referred", "moot", "withdrawn"})
_OFFICIAL_OUTCOMES = frozenset({"override", "uphold", "remand", "withdrawn"})
_ENFORCEMENT_OUTCOMES = frozenset({"declined"})
"""Outcomes after which enforcement continues; only these can require an approval."""
_NOT_LEARNT = frozenset({"withdrawn", "remand"})
"""Outcomes of which nobody needs to learn: all have withdrawn, or another decision follows."""


class Decided(NamedTuple):
    """What a decision changed, who learns of it, and how often its reasons were given before."""

    case: Case
    learners: Learners
    used_before: tuple[int, ...]


def decide(session: CaseSession, body: Decision) -> Decided:
    """Record a decision; if the policy requires approvals, the decision awaits them.

    Raises:
        ProblemError: 404 without access to the case; 403 for a Senior Reviewing Official who took part in the first
            review; 409 without the claim, if a decision awaits approval already, if the case has changed since
            ``case_version``, if another policy is in force, if a claim of US citizenship would not be referred, or if
            nobody would learn of it and that is not acknowledged; 422 for an outcome that is not available, one without
            what it grants or with grants that it cannot have, an unknown factor, or reasons that do not hold
            (``check_reasons``).
        UnreadableError: A record of the case cannot be read.
    """
    learners: list[Learners] = []
    uses = uses_of_reasons(session, body)

    def plan(case: Case) -> Transition:
        require_claim(case, session.caller)
        require_no_earlier_review(session.caller, case)
        if case.status == "awaiting_approval":
            raise wrong_state("awaiting_approval", "A decision of this case awaits its approval.")
        session.require_history(case)
        official = case.office == SENIOR_REVIEWING_OFFICIAL
        _check_outcome(body, case, official=official)
        policy = policy_for_decision(session.services.policies, session.services.table, session.at)
        file = session.file(case)
        found = _assess_current(session, file, body, policy)
        check_reasons(body, policy, file, found)
        if found.settled.facts.claims_us_citizenship:
            _check_referral(case, body, official=official)
        learners.append(_require_learner(session, case, body))
        approvals = _needed_approvals(found, policy) if body.outcome in _ENFORCEMENT_OUTCOMES else ()
        step = _decided(session, case, body, policy, approvals)
        counted = uses.counted(case)
        if step.kind == "decision_proposed":
            step.case["counted"] = counted
        return while_in_force(policy, replace(step, also=(*count_reasons(counted), *step.also)))

    case = session.act(plan)
    return Decided(case, learners[-1], uses.before)


def _require_learner(session: CaseSession, case: Case, body: Decision) -> Learners:
    """Return who learns of the decision.

    Raises:
        ProblemError: 409 if nobody does, unless the officer acknowledges it.
    """
    learners = learners_of(session, case)
    if not learners.will and body.outcome not in _NOT_LEARNT and "nobody_would_learn" not in body.acknowledged:
        raise ProblemError("nobody-would-learn")
    return learners


def _needed_approvals(found: Assessment, policy: CompiledPolicy) -> tuple[NeededApproval, ...]:
    roles = {approval.id: approval.role for approval in policy.document.approvals}
    return tuple(NeededApproval(id=name, role=roles[name]) for name in found.ranking.approvals)


def _decided(
    session: CaseSession,
    case: Case,
    body: Decision,
    policy: CompiledPolicy,
    approvals: tuple[NeededApproval, ...],
) -> Transition:
    text = _seal_reasons(session, body).text("decided", session.at, user=session.caller.user, receipt=None)
    decision = DecisionRef(
        version=case.version + 1,
        by=session.caller.user,
        by_id=session.caller.id,
        outcome=body.outcome,
        text=text.text_id,
    )
    event: EventFields = {"details": _event_details(body), "text": text.text_id}
    grants = tuple(grant.what for grant in body.granted)
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        step = decided_by_official(session, case, Made(decision, event, grants), policy)
    elif approvals:
        step = Transition("decision_proposed", _proposed_fields(session, case, decision, policy, approvals), event)
    else:
        step = finalize(session, case, Transition("decided", {"decision": decision}, event), policy, grants)
    if "decisions" in step.case and body.outcome != "remand":
        step = with_translations(session, case, step, [body.language], policy)
    return replace(step, also=(put_new(text), delete(keys.decision_draft(case.case_id)), *step.also))


def _proposed_fields(
    session: CaseSession,
    case: Case,
    decision: DecisionRef,
    policy: CompiledPolicy,
    approvals: tuple[NeededApproval, ...],
) -> CaseFields:
    """Return the fields of a case whose decision awaits approval: its author keeps the claim, without a lease."""
    return {
        "decision": decision,
        "approvals": approvals,
        "approve_by": session.at + time_for_approval(policy, case.lane),
        "returned": (),
        "first_look": clock_after_work(case, session.at),
        "hold": case.hold and case.hold.evolve(since=None, lease_until=None),
        "status": "awaiting_approval",
        "status_since": session.at,
    }


def while_in_force(policy: CompiledPolicy, step: Transition) -> Transition:
    """Add the condition to a transition that its policy is still in force."""
    return replace(step, also=(*step.also, check_in_force(policy)))


def withdraw_decision(session: CaseSession, body: DecisionWithdrawal) -> Case:
    """Take back one's own decision that awaits approval: the case is in review again, claimed by its author.

    Raises:
        ProblemError: 404 without access to the case; 403 for anybody but the author; 409 if none awaits approval.
    """

    def plan(case: Case) -> Transition:
        if case.status != "awaiting_approval" or case.decision is None:
            raise wrong_state("nothing_to_approve", "No decision of this case awaits an approval.")
        if not session.caller.is_user(case.decision.by_id, case.decision.by):
            raise forbidden("not_the_author", "Only the author of the decision can take it back.")
        policy, _until = session.services.policies.governing(session.at)
        again = returned_to_author(case, policy, session.at, ())
        uncounted = uncount_reasons(case)
        return Transition("decision_withdrawn", again, also=uncounted, words=session.reason(body.why))

    return session.act(plan)


def _check_outcome(body: Decision, case: Case, *, official: bool) -> None:
    if body.outcome not in (_OFFICIAL_OUTCOMES if official else _FIELD_OFFICE_OUTCOMES):
        raise invalid("/outcome", "outcome_not_available", "is not available at this stage")
    if body.outcome == "withdrawn" and case.live:
        message = "A request of this case has not been withdrawn, and only its requester can withdraw it."
        raise wrong_state("request_live", message, "/outcome")
    _check_grants(body)


def _check_grants(body: Decision) -> None:
    """Require what is granted with an outcome that grants something, and refuse it with any other."""
    if body.outcome in GRANTING and not body.granted:
        raise invalid("/granted", "grants_required", f"must say what is granted, because the outcome is {body.outcome}")
    if body.outcome not in GRANTING and body.granted:
        raise invalid("/granted", "grants_not_available", f"must be empty, because the outcome is {body.outcome}")


def _assess_current(session: CaseSession, file: CaseFile, body: Decision, policy: CompiledPolicy) -> Assessment:
    """Assess the current case.

    Raises:
        ProblemError: 409 if the decision is for another version of the case, or for another policy.
    """
    case = file.case
    if body.policy != policy.id or case.policy != policy.id:
        raise _outdated(session, case, "policy-changed")
    found = assess(file, InForce(policy, None), session.at)
    if body.case_version > case.version or body.case_version < case.material or is_lifted_by_words(case, found, policy):
        raise _outdated(session, case, "moved")
    return found


def _outdated(session: CaseSession, case: Case, type_: ProblemType) -> ProblemError:
    """Return the refusal of an outdated decision, and queue the case for ranking."""
    session.services.hint_rank(case)
    return ProblemError(type_)


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
    words = {
        **body.model_dump(mode="json", include={"reasons", "language", "granted", "internal_reasons", "unknowns"}),
        # what the release before this one shows
        "reasons_for_requester": "\n\n".join(reason.text for reason in body.reasons),
    }
    return seal_words(session.services.seal, "decision", session.case_id, words)

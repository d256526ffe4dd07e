"""Decide: a human's decision, with its reasons and what it rests on, on the case and the policy as they are now.

    in_review ──needs no approval──▶ decided
        └──needs one──▶ awaiting_approval ──supervisor, not the author──▶ decided
                                └──refused, another policy, or news──▶ in_review, at its author
    with_senior_official ──override, uphold──▶ closed          ──remand──▶ in_line, at the field office

A withdrawal is confirmed in the same way, by the outcome ``withdrawn``, once no request is live.

Nothing reaches a requester before it is final, and the decision itself only those who were verified.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from casereview.cases.assessment import Assessment, InForce, assess
from casereview.cases.disclosure import sees_all
from casereview.cases.due import without_due_work
from casereview.cases.first_look import looked_at, new_clock
from casereview.http.problem_types import ProblemType
from casereview.http.problems import Fault, ProblemError, invalid, problem, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.base import Unrecognized
from casereview.schema.errors import CaseChangedError
from casereview.schema.records import Case, DecisionRef, Guard, Notice
from casereview.schema.vocabulary import EventKind
from casereview.store import keys
from casereview.store.caseload import give_back
from casereview.store.policy_in_force import for_decision, still_in_force
from casereview.store.transaction import Write, delete, put_new
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import seal_text
from review.cases.lease import hold, may_review
from review.cases.requesters import notices_to
from review.cases.session import CaseSession, must_hold
from review.schema.commands import Approval, Decision

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields

_FIELD_OFFICE = frozenset({"granted", "granted_in_part", "declined", "referred", "moot", "withdrawn"})
_OFFICIAL = frozenset({"override", "uphold", "remand", "withdrawn"})
_ENFORCES = frozenset({"declined"})
"""Outcomes after which enforcement goes ahead: what approvals are asked for."""
_CHANGES: frozenset[EventKind] = frozenset(
    {"joined", "updated", "verified", "withdrawn", "linked", "split", "removal_recorded"}
)
"""Events by which a case is no longer what its decision was made on."""


def decide(session: CaseSession, body: Decision) -> Case:
    """Record a decision; where the policy asks for an approval, it waits for one.

    Raises ProblemError 404; 409 without the claim, where a decision waits for its approval already, where the case has
    moved since ``case_version`` or another policy is in force, where a standing claim of citizenship goes unreferred;
    422 for an outcome or a factor that is not open.
    """

    def plan(case: Case) -> Transition:
        must_hold(case, session.caller)
        may_review(session.caller, case)
        if case.status == "awaiting_approval":
            raise wrong_state("awaiting_approval", "A decision of this case awaits its approval.")
        official = case.office == SENIOR_REVIEWING_OFFICIAL
        _check_outcome(body, case, official=official)
        policy = for_decision(session.services.policies, session.services.table, session.at)
        found = _current(session, case, body, policy)
        _check_factors(policy, body)
        if found.settled.facts.claims_us_citizenship:
            _check_referral(case, body, official=official)
        waits = bool(found.ranking.approvals) and body.outcome in _ENFORCES
        return _under(policy, _decided(session, case, body, waits=waits))

    return session.act(plan)


def _decided(session: CaseSession, case: Case, body: Decision, *, waits: bool) -> Transition:
    decision = DecisionRef(version=case.version + 1, by=session.caller.user, outcome=body.outcome)
    event: EventFields = {"details": _details(body), "sealed": _seal(session, body)}
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        return _by_official(session, case, decision, event)
    if waits:
        return Transition("decision_proposed", _proposed(session, case, decision), event)
    return _final(session, case, "decided", {"decision": decision}, event)


def _proposed(session: CaseSession, case: Case, decision: DecisionRef) -> CaseFields:
    """Return the fields of a case whose decision waits for its approval: its author holds it without a lease."""
    return {
        "decision": decision,
        "first_look": looked_at(case, session.at),
        "hold": case.hold and case.hold.evolve(since=None, lease_until=None),
        "status": "awaiting_approval",
        "status_since": session.at,
    }


def _under(policy: CompiledPolicy, step: Transition) -> Transition:
    """Let a step take effect only while the policy that it rests on is in force."""
    return replace(step, also=(*step.also, still_in_force(policy)))


def _check_outcome(body: Decision, case: Case, *, official: bool) -> None:
    if body.outcome not in (_OFFICIAL if official else _FIELD_OFFICE):
        raise invalid("/outcome", "outcome_not_available", "is not available at this stage")
    if body.outcome == "withdrawn" and case.live:
        message = "A request of this case has not been withdrawn, and only its requester can withdraw it."
        raise wrong_state("request_live", message, "/outcome")


def _current(session: CaseSession, case: Case, body: Decision, policy: CompiledPolicy) -> Assessment:
    """Assess the case as it is. Raises ProblemError 409 for a decision on another version or policy."""
    file = session.services.table.case_file(case.case_id)
    if file is None or not body.case_version == case.version == file.case.version:
        raise _outdated(session, case, "moved")
    if not body.policy == policy.id == case.policy:
        raise _outdated(session, case, "policy-changed")
    return assess(file, InForce(policy, None), session.at)


def _outdated(session: CaseSession, case: Case, type_: ProblemType) -> ProblemError:
    """Have the case ranked again; return the refusal of a decision that rests on how it was before."""
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
    """Refuse what ends a case without a referral while a claim of US citizenship stands: unsettled, or confirmed.

    The process for such claims answers them, not a review. An official refers nothing: what the field office referred
    is upheld, all else goes back to it.
    """
    if official:
        refers = body.outcome == "remand" or (body.outcome != "override" and case.outcome == "referred")
    else:
        refers = body.outcome == "referred"
    if not refers:
        how = "remanded to be referred" if official else "referred"
        message = f"A claim of US citizenship stands: the case must be {how} unless the claim is settled as not true."
        raise wrong_state("citizenship_claim_stands", message, "/outcome")


def _details(body: Decision) -> dict[str, JsonValue]:
    return {
        "outcome": body.outcome,
        "factors": list(body.factors),
        "policy": body.policy,
        "case_version": body.case_version,
    }


def _seal(session: CaseSession, body: Decision) -> bytes:
    words = {"reasons_for_requester": body.reasons_for_requester, "internal_reasons": body.internal_reasons}
    return seal_text(session.services.seal, "decision", session.case_id, words)


def _final(
    session: CaseSession,
    case: Case,
    kind: Literal["decided", "approved"],
    fields: CaseFields,
    event: EventFields,
) -> Transition:
    """Make a field office's decision final: the person is free to file anew, and is told that there is news."""
    decision = fields.get("decision", case.decision)
    ended: CaseFields = {
        **fields,
        **without_due_work(case),
        "status": "withdrawn" if decision and decision.outcome == "withdrawn" else "decided",
        "status_since": session.at,
    }
    return Transition(kind, ended, event, (*release_guard(case), *give_back(case)), _news(session, case))


def release_guard(case: Case) -> tuple[Write, ...]:
    """Return the write that lets the person's next request open a case of its own."""
    return (delete(keys.guard(case.person), case=case.case_id),) if case.person else ()


def _news(session: CaseSession, case: Case) -> tuple[Notice, ...]:
    """Tell those who may know of the case that there is news; the decision itself opens for the verified alone."""
    return notices_to(session, case, "news", sees_all)


def _by_official(session: CaseSession, case: Case, decision: DecisionRef, event: EventFields) -> Transition:
    notices, freed = _news(session, case), give_back(case)
    if decision.outcome != "remand":
        ended: CaseFields = {
            **without_due_work(case),
            "decision": decision,
            "status": "withdrawn" if decision.outcome == "withdrawn" else "closed",
            "status_since": session.at,
        }
        return Transition("official_decided", ended, event, freed, notices)
    back, guard = _guard_for_remand(session, case)
    again: CaseFields = {
        **back,
        "decision": decision,
        "hold": None,
        "first_look": new_clock(case, session.at),
        "status": "in_line",
        "status_since": session.at,
        "office": case.field_office or case.office,
        "field_office": None,
        "rank_at": session.at,
    }
    return Transition("remanded", again, event, (*freed, *guard), notices)


def _guard_for_remand(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Take the person's guard again; where a newer case holds it, this one goes on without."""
    if case.person is None:
        return {}, ()
    if session.services.table.get(Guard, keys.guard(case.person)):
        return {"person": None, "over_limit": True}, ()
    return {}, (put_new(Guard(person=case.person, case=case.case_id, mac_key=session.services.macs.key)),)


def approve(session: CaseSession, body: Approval) -> Case:
    """Approve a decision that waits, or return it to its author; never one's own.

    It is returned in any case after a switch of policy, and where something was said or established since it was
    made: its author never weighed that. Raises ProblemError 404, or 409 where nothing waits for the caller.
    """

    def plan(case: Case) -> Transition:
        if case.status != "awaiting_approval":
            raise wrong_state("nothing_to_approve", "No decision of this case awaits an approval.")
        if isinstance(case.outcome, Unrecognized):
            raise wrong_state("status_not_allowed", "A decision with this outcome cannot be approved here.")
        if case.decided_by == session.caller.user:
            raise problem("own-decision", "You cannot approve your own decision.")
        policy = for_decision(session.services.policies, session.services.table, session.at)
        since = _since_decided(session, case, policy)
        event: EventFields = {"details": {"approve": body.approve, **since}, "sealed": session.why(body.why)}
        took_part: CaseFields = {"reviewers": tuple(sorted({*case.reviewers, session.caller.user}))}
        if body.approve and not any(since.values()):
            return _under(policy, _final(session, case, "approved", took_part, event))
        returned: CaseFields = {**took_part, **_returned(session, case)}
        return Transition("decision_returned", returned, event)

    return session.act(plan)


def _since_decided(session: CaseSession, case: Case, policy: CompiledPolicy) -> dict[str, bool]:
    """Tell what has changed since a decision was made: the policy in force, or what is known of the case."""
    file = session.services.table.case_file(case.case_id)
    if file is None or file.case.version != case.version or case.decision is None:
        raise CaseChangedError
    decided = next(event for event in file.events if event.version == case.decision.version)
    later = {event.kind for event in file.events if event.version > case.decision.version}
    return {"policy_changed": decided.details["policy"] != policy.id, "case_changed": bool(later & _CHANGES)}


def _returned(session: CaseSession, case: Case) -> CaseFields:
    """Return the fields of a case that is back in review, claimed by the author of its decision."""
    return {
        "status": "in_review",
        "status_since": session.at,
        "decision": None,
        "rank_at": session.at,
        "hold": case.hold and hold(session, case, case.hold.by),
    }

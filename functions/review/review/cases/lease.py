"""Claim and release a case: a lease, changed in one transaction with its event and the officer's counter."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import fields_in_line, is_top_lane, lease_duration
from casereview.http.problems import ProblemError, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.records import Case, Hold
from casereview.store.caseload import count_claim, read_counter, uncount_claim
from casereview.store.transition import Transition
from review.authorization import Caller
from review.cases.session import CaseSession, holds, require_claim

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

_UNCLAIMED_STATUSES = frozenset({"in_line", "with_senior_official"})


def is_claimable(policy: CompiledPolicy, case: Case) -> bool:
    """Return whether a case can be claimed: unclaimed in a worklist, or waiting for an answer in a top lane."""
    waits = case.status == "information_needed" and is_top_lane(policy, case.lane)
    return case.claimed_by is None and (case.status in _UNCLAIMED_STATUSES or waits)


def claim(session: CaseSession, *, by_next: bool = False) -> Case:
    """Claim a case for the time of the lease; to claim one's own case again changes nothing.

    Args:
        session: The caller and the case.
        by_next: Whether the case was chosen by the worklist; the officer's own cases are then refused.

    Raises:
        ProblemError: 404 without access to the case; 409 if it is already claimed, cannot be claimed in its current
            state, or the officer has claimed as many cases as the policy allows; 403 for a Senior Reviewing Official
            who took part in the first review.
    """

    def plan(case: Case) -> Transition | None:
        if holds(case, session.caller) and not by_next:
            return None
        policy, _until = session.services.policies.governing(session.at)
        if not is_claimable(policy, case):
            raise _unclaimable(case)
        require_no_earlier_review(session.caller, case)
        if read_counter(session.services.table, session.caller.id).claims >= policy.numbers.cap:
            raise ProblemError("cap-reached")
        counted = count_claim(session.caller.id, policy.numbers.cap, by_next=by_next)
        return Transition("claimed", _claimed_fields(session, case), also=(counted,))

    return session.act(plan)


def _unclaimable(case: Case) -> ProblemError:
    if case.claimed_by is not None:
        return ProblemError("already-claimed")
    return wrong_state("status_not_allowed", "The case cannot be claimed in its current state.")


def require_no_earlier_review(caller: Caller, case: Case) -> None:
    """Raise ProblemError for who must not review a case again.

    That is a Senior Reviewing Official who took part in the first review, and the author of a remanded decision.
    """
    if is_excluded(caller, case):
        raise ProblemError("was-reviewer")


def is_excluded(caller: Caller, case: Case) -> bool:
    """Return whether a caller must not review a case because of an earlier part in it."""
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        return caller.took_part(case)
    return caller.id in case.excluded or caller.user in case.excluded


def _claimed_fields(session: CaseSession, case: Case) -> CaseFields:
    held = new_hold(session, case, Hold(by=session.caller.user, by_id=session.caller.id))
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        return {"hold": held}
    return {
        "hold": held,
        "reviewers": tuple(sorted({*case.reviewers, session.caller.id})),
        "status": "in_review",
        "status_since": session.at,
        "answer_by": None,
        "asked_by": None,
        "asked_of": (),
        "answered_at": None,
    }


def new_hold(session: CaseSession, case: Case, hold: Hold) -> Hold:
    """Return a claim of the same officer that starts now; while the lease lasts, it counts as a first look."""
    return hold.evolve(since=session.at, lease_until=_lease_until(session, case))


def renewed_claim(session: CaseSession, case: Case) -> CaseFields:
    """Return the fields that renew the claim after work on the case, and mark its first look as done.

    The claim of a case that awaits approval has no lease that could be renewed.
    """
    if case.status == "awaiting_approval":
        return {"first_look": clock_after_work(case, session.at)}
    renewed = case.hold and case.hold.evolve(lease_until=_lease_until(session, case))
    return {"hold": renewed, "first_look": clock_after_work(case, session.at), "answered_at": None}


def _lease_until(session: CaseSession, case: Case) -> datetime:
    policy, _until = session.services.policies.governing(session.at)
    return session.at + lease_duration(policy, case.lane)


def release(session: CaseSession) -> Case:
    """Return a claimed case to the worklist; a supervisor can also release the cases of other officers.

    If no work was done on the case, its first look is due again.

    Raises:
        ProblemError: 404 without access to the case; 409 without the claim, or if the case cannot be released in its
            current state.
    """

    def plan(case: Case) -> Transition:
        if "supervisor" not in session.roles or case.claimed_by is None:
            require_claim(case, session.caller)
        if case.status not in {"in_review", "with_senior_official"}:
            raise wrong_state("status_not_allowed", "The case cannot be released in its current state.")
        freed: CaseFields = {"hold": None, **fields_in_line(case, session.at)}
        return Transition("released", freed, {"details": {"held_by": case.claimed_by}}, uncount_claim(case))

    return session.act(plan)

"""Claim and release: a lease on a case, one transaction of case, event and the officer's counter."""

from __future__ import annotations

from casereview.cases.lease import UNCLAIMED, back_in_line, is_top, lease
from casereview.http.problems import ProblemError, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.records import Case
from casereview.store.caseload import counter, give_back, take
from casereview.store.transition import Transition
from review.authorization import Caller
from review.cases.session import CaseSession, must_hold

_FREE = frozenset({"in_line", "with_senior_official"})


def is_claimable(policy: CompiledPolicy, case: Case) -> bool:
    """Tell whether a case can be taken: it stands in line, or waits for an answer in a lane whose clock never stops."""
    waits = case.status == "information_needed" and is_top(policy, case.lane)
    return case.claimed_by is None and (case.status in _FREE or waits)


def claim(session: CaseSession, *, by_next: bool = False) -> Case:
    """Take a case for the length of the lease; claiming one's own case again changes nothing.

    Raises ProblemError 404; 409 where somebody holds it, its state allows no claim, or the officer holds as many cases
    as the policy allows; 403 for an official who took part in the first review.
    """

    def plan(case: Case) -> Transition | None:
        if case.claimed_by == session.caller.user and not by_next:
            return None
        policy, _until = session.services.policies.governing(session.at)
        if not is_claimable(policy, case):
            raise _unclaimable(case)
        may_review(session.caller, case)
        if counter(session.services.table, session.caller.user).claims >= policy.numbers.cap:
            raise ProblemError("cap-reached")
        counted = take(session.caller.user, policy.numbers.cap, by_next=by_next)
        return Transition("claimed", _claimed(session, case), also=(counted,))

    return session.act(plan)


def _unclaimable(case: Case) -> ProblemError:
    if case.claimed_by is not None:
        return ProblemError("already-claimed")
    return wrong_state("status_not_allowed", "The case cannot be claimed in its current state.")


def may_review(caller: Caller, case: Case) -> None:
    """Refuse a Senior Reviewing Official who took part in the first review. Raises ProblemError 403."""
    if case.office == SENIOR_REVIEWING_OFFICIAL and caller.user in case.reviewers:
        raise ProblemError("was-reviewer")


def _claimed(session: CaseSession, case: Case) -> dict[str, object]:
    official = case.office == SENIOR_REVIEWING_OFFICIAL
    reviewers = case.reviewers if official else tuple(sorted({*case.reviewers, session.caller.user}))
    state = {} if official else {"status": "in_review", "status_since": session.at, "answer_by": None}
    held = {"claimed_by": session.caller.user, "reviewers": reviewers}
    return {**held, **state, **leased(session, case)}


def leased(session: CaseSession, case: Case) -> dict[str, object]:
    """Return what begins a lease: a look at the case while it lasts."""
    return {"held_since": session.at, **_lease(session, case)}


def renewal(session: CaseSession, case: Case) -> dict[str, object]:
    """Return what renews a lease: work on a case does."""
    return {**_lease(session, case), **worked(session)}


def _lease(session: CaseSession, case: Case) -> dict[str, object]:
    policy, _until = session.services.policies.governing(session.at)
    return {"lease_until": session.at + lease(policy, case.lane)}


def worked(session: CaseSession) -> dict[str, object]:
    """Return what work on a case leaves: a look at it, which the end of the claim does not undo."""
    return {"looked_at": session.at, "missed": False}


def release(session: CaseSession) -> Case:
    """Give a case back to the line: one's own, or as a supervisor anybody's, who is away or may no longer open it.

    Where nothing was done with it, its first look is owed again.
    Raises ProblemError 404, or 409 for who does not hold it.
    """

    def plan(case: Case) -> Transition:
        if "supervisor" not in session.roles or case.claimed_by is None:
            must_hold(case, session.caller)
        if case.status not in {"in_review", "with_senior_official"}:
            raise wrong_state("status_not_allowed", "The case cannot be released in its current state.")
        event = {"details": {"held_by": case.claimed_by}}
        return Transition("released", {**UNCLAIMED, **back_in_line(case, session.at)}, event, give_back(case))

    return session.act(plan)

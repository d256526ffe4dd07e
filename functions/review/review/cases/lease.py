"""Claim and release: a lease on a case, one transaction of case, event and the officer's counter."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.first_look import looked_at
from casereview.cases.lease import back_in_line, is_top, lease
from casereview.http.problems import ProblemError, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.records import Case, Hold
from casereview.store.caseload import counter, give_back, take
from casereview.store.transition import Transition
from review.authorization import Caller
from review.cases.session import CaseSession, must_hold

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

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


def _claimed(session: CaseSession, case: Case) -> CaseFields:
    held = hold(session, case, session.caller.user)
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        return {"hold": held}
    return {
        "hold": held,
        "reviewers": tuple(sorted({*case.reviewers, session.caller.user})),
        "status": "in_review",
        "status_since": session.at,
        "answer_by": None,
    }


def hold(session: CaseSession, case: Case, user: str) -> Hold:
    """Return a claim that begins now; while it lasts, it counts as a first look."""
    return Hold(by=user, since=session.at, lease_until=_lease_until(session, case))


def renewal(session: CaseSession, case: Case) -> CaseFields:
    """Return the fields of a case after work on it, which renews the claim."""
    renewed = case.hold and case.hold.evolve(lease_until=_lease_until(session, case))
    return {"hold": renewed, "first_look": looked_at(case, session.at)}


def _lease_until(session: CaseSession, case: Case) -> datetime:
    policy, _until = session.services.policies.governing(session.at)
    return session.at + lease(policy, case.lane)


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
        freed: CaseFields = {"hold": None, **back_in_line(case, session.at)}
        return Transition("released", freed, {"details": {"held_by": case.claimed_by}}, give_back(case))

    return session.act(plan)

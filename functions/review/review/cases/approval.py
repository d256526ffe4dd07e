"""Approve the decision of another officer, or return it to its author."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.assessment import InForce, assess
from casereview.cases.returned import (
    NEWS,
    changes_since_decision,
    details_of_return,
    names_policy,
    returned_to_author,
)
from casereview.http.problems import ProblemError, invalid, problem, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.base import Unrecognized
from casereview.schema.decision_records import NeededApproval
from casereview.schema.errors import CaseChangedError
from casereview.schema.event_records import Event
from casereview.schema.records import Case
from casereview.schema.vocabulary import ReturnReason
from casereview.store import keys
from casereview.store.policy_in_force import policy_for_decision
from casereview.store.reason_uses import uncount_reasons
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import read_words
from review.cases.decision import while_in_force
from review.cases.final_decision import finalize
from review.cases.lease import require_no_earlier_review
from review.cases.session import CaseSession, holds
from review.cases.translation import with_translations
from review.schema.decision_commands import Approval

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields

_UNNAMED: Final = NeededApproval(id="", role="")
"""Stands for the approval of a decision that an older release proposed, which did not store which it needs."""


class Answered(NamedTuple):
    """The effect of an answer to a decision that awaits approval."""

    case: Case
    decided: bool
    returned: tuple[ReturnReason, ...]
    """What changed since the decision, so that it returned to its author whatever was answered."""


def approve(session: CaseSession, body: Approval) -> Answered:
    """Give one of the approvals that a decision awaits, or return it to its author.

    With the last approval the decision is final. After a change of policy, or of anything that is material to the
    decision, it returns to its author in any case: the author has not considered the change. Where a ranking has
    returned it for that already, nothing changes, and the answer says why.

    Raises:
        ProblemError: 404 without access to the case, or for another office before the time has passed; 409 if no
            decision awaits approval, it is the caller's own, or the caller gave another of its approvals; 422 if the
            approval is not one that is open, or several are and none is named.
        UnreadableError: A record of the case cannot be read.
    """
    news: list[tuple[ReturnReason, ...]] = []

    def plan(case: Case) -> Transition | None:
        if _has_returned(session, case):
            news.append(tuple(why for why in NEWS if why in case.returned))
            return None
        _require_approver(session, case)
        session.require_whole(case)
        policy = policy_for_decision(session.services.policies, session.services.table, session.at)
        news.append(_news_since_decided(session, case, policy))
        return _answer(session, case, body, policy, news[-1])

    case = session.act(plan)
    return Answered(case, case.status == "decided", news[-1])


def _answer(
    session: CaseSession, case: Case, body: Approval, policy: CompiledPolicy, news: tuple[ReturnReason, ...]
) -> Transition:
    """Return the transition of an answer: the decision returns, has one approval more, or is final."""
    given = _given(session, case, body)
    answer: dict[str, JsonValue] = {"approve": body.approve, "approval": body.approval}
    event: EventFields = {"details": {**answer, **details_of_return(news)}}
    words = session.reason(body.why)
    took_part: CaseFields = {"reviewers": tuple(sorted({*case.reviewers, session.caller.id}))}
    if not body.approve or news:
        back = returned_to_author(case, policy, session.at, news or ("not_approved",))
        return Transition("decision_returned", {**took_part, **back}, event, uncount_reasons(case), words=words)
    took_part["approvals"] = given
    if any(one.by_id is None for one in given):
        return while_in_force(policy, Transition("approval_given", took_part, event, words=words))
    final = finalize(session, case, Transition("approved", took_part, event, words=words), policy)
    return while_in_force(policy, with_translations(session, case, final, _languages(session, case), policy))


def _has_returned(session: CaseSession, case: Case) -> bool:
    """Return whether a ranking returned the decision to its author, who is another person and has it still."""
    return case.status == "in_review" and not holds(case, session.caller) and not set(NEWS).isdisjoint(case.returned)


def _languages(session: CaseSession, case: Case) -> list[str]:
    """Return the language of the reasons of a decision, which an older release did not store."""
    text = case.decision.text if case.decision else None
    language = read_words(session.services.table, session.services.seal, case.case_id, text).get("language")
    return [language] if language else []


def _require_approver(session: CaseSession, case: Case) -> None:
    """Raise ProblemError if the caller must not answer."""
    if case.status != "awaiting_approval":
        raise wrong_state("nothing_to_approve", "No decision of this case awaits an approval.")
    if isinstance(case.outcome, Unrecognized):
        raise wrong_state("status_not_allowed", "A decision with this outcome cannot be approved here.")
    if case.decision and session.caller.is_user(case.decision.by_id, case.decision.by):
        raise problem("own-decision", "You cannot approve your own decision.")
    require_no_earlier_review(session.caller, case)


def _given(session: CaseSession, case: Case, body: Approval) -> tuple[NeededApproval, ...]:
    """Return the approvals with the one that the caller gives.

    Raises:
        ProblemError: 409 if the caller gave another one; 422 if it is not open, or several are and none is named.
    """
    approvals = case.approvals or (_UNNAMED,)
    if body.approve and any(one.by_id == session.caller.id for one in approvals):
        raise ProblemError("approver-twice")
    still_open = [one.id for one in approvals if one.by_id is None]
    if body.approval is None and len(still_open) > 1:
        raise invalid("/approval", "required", f"must be one of {', '.join(still_open)}")
    wanted = still_open[0] if body.approval is None else body.approval
    if wanted not in still_open:
        raise invalid("/approval", "approval_not_open", "is not an approval that this decision awaits")
    by, by_id, at = session.caller.user, session.caller.id, session.at
    return tuple(one.evolve(by=by, by_id=by_id, at=at) if one.id == wanted else one for one in approvals)


def _news_since_decided(session: CaseSession, case: Case, policy: CompiledPolicy) -> tuple[ReturnReason, ...]:
    """Return what has changed since the decision; the ranking may not have seen it yet."""
    if case.decision is None:
        raise CaseChangedError
    decided = session.services.table.get(Event, keys.event(case.case_id, case.decision.version))
    found = assess(session.file(case), InForce(policy, None), session.at)
    return changes_since_decision(case, found, policy, decided) if names_policy(decided) else ("policy_changed",)

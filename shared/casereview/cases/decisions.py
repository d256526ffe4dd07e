"""The final decisions of a case, and what became of each."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final

from casereview.cases.lifecycle import WITH_DECISION
from casereview.policy.document import DutyTimes
from casereview.schema.decision_records import DecisionRef, FinalDecision
from casereview.schema.records import Case
from casereview.schema.vocabulary import DecisionState, Outcome

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

MOST: Final = 10
"""How many of the newest decisions a case keeps."""
GRANTING: Final[frozenset[Outcome]] = frozenset({"granted", "granted_in_part", "override"})
"""The outcomes after which something is to be carried out."""
WITHOUT_PROPOSED: Final[CaseFields] = {"decision": None, "counted": None, "approvals": (), "approve_by": None}
"""The fields of a case whose decision awaits approval no more, because it is not to be final."""
UNTIL_DECIDED: Final = frozenset({"remanded", "reopened"})
"""The flags that end with the next final decision."""
_BY_OFFICIAL: Final[dict[str, DecisionState]] = {"override": "overridden", "uphold": "upheld", "remand": "remanded"}
"""What becomes of the field office's decision, by the outcome of the second look."""


def approval_due(case: Case) -> datetime | None:
    """Return by when a decision is to be approved or returned; an older release stored no time. None if none awaits."""
    if case.status != "awaiting_approval":
        return None
    return case.approve_by or case.status_since + DutyTimes().approval


def decisions_of(case: Case) -> tuple[FinalDecision, ...]:
    """Return the final decisions of a case, the oldest first; also that of a release that kept one alone."""
    if case.decisions or case.decision is None or case.status not in WITH_DECISION:
        return case.decisions
    by_official = case.status == "closed"
    return (final_decision(case.decision, case.status_since, by_official=by_official),)


def final_decision(
    decision: DecisionRef, at: datetime, *, by_official: bool = False, approvers: frozenset[str] = frozenset()
) -> FinalDecision:
    """Return a decision that became final at an instant."""
    return FinalDecision(
        version=decision.version,
        outcome=decision.outcome,
        text=decision.text,
        decided_at=at,
        by_official=by_official,
        deciders=tuple(sorted({decision.by_id or decision.by, *approvers})),
    )


def with_decision(case: Case, decision: FinalDecision) -> tuple[FinalDecision, ...]:
    """Return the decisions of a case after another one, which may say what becomes of the one before."""
    before = decisions_of(case)
    became = _BY_OFFICIAL.get(decision.outcome) if decision.by_official else None
    return (*(marked(before, became) if became else before), decision)[-MOST:]


def marked(decisions: tuple[FinalDecision, ...], state: DecisionState) -> tuple[FinalDecision, ...]:
    """Return decisions of which the newest one has come to something, unless it had already."""
    if not decisions or decisions[-1].state != "stands":
        return decisions
    return (*decisions[:-1], decisions[-1].evolve(state=state))


def with_carried_out(case: Case, version: int | None, at: datetime | None) -> tuple[FinalDecision, ...]:
    """Return the decisions of a case after one was carried out at an instant; None if it is still to be carried out."""
    return tuple(one.evolve(carried_out_at=at) if _is_own(one, version) else one for one in case.decisions)


def _is_own(decision: FinalDecision, version: int | None) -> bool:
    return decision.case_id is None and decision.version == version


def after_link(target: Case, source: Case) -> tuple[FinalDecision, ...]:
    """Return the decisions of a case to which another is linked: those of both, the oldest first."""
    brought = _brought(source)
    return tuple(sorted((*decisions_of(target), *brought), key=lambda one: one.decided_at))[-MOST:]


def after_unlink(target: Case, source: Case) -> tuple[FinalDecision, ...]:
    """Return the decisions of a case from which another one that was linked to it returns."""
    brought = {(one.case_id, one.version) for one in _brought(source)}
    return tuple(one for one in target.decisions if (one.case_id, one.version) not in brought)


def _brought(source: Case) -> tuple[FinalDecision, ...]:
    """Return the decisions of a linked case as another case keeps them."""
    return tuple(one.evolve(case_id=one.case_id or source.case_id) for one in decisions_of(source))


def is_remanded(case: Case) -> bool:
    """Return whether the Senior Reviewing Official sent the case back, and no decision has followed."""
    return bool(case.decisions) and case.decisions[-1].outcome == "remand"


def is_reopened(case: Case) -> bool:
    """Return whether the case was reopened, and no decision has followed."""
    return bool(case.decisions) and case.decisions[-1].state == "reopened"


def stands_by_official(case: Case) -> bool:
    """Return whether the newest decision is one with which the Senior Reviewing Official ended the case."""
    found = decisions_of(case)
    return bool(found) and found[-1].by_official and found[-1].outcome != "remand"


def was_overruled(case: Case, user: Collection[str]) -> bool:
    """Return whether a user made or approved a decision that the Senior Reviewing Official overrode.

    Args:
        case: The case.
        user: The user's id, and the user name that an older release stored.
    """
    return any(one.state == "overridden" and not set(one.deciders).isdisjoint(user) for one in case.decisions)

"""What a valid policy may do that its approver must know: found by ranking cases of which almost nothing is known.

An unknown fact satisfies no condition, and the top lanes are tried before all others. So a policy that puts a case of
which one fact is known into a top lane puts every case with that fact into one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Final, Literal, NamedTuple

from casereview.policy.compiler import CompiledPolicy
from casereview.policy.document import Lane
from casereview.policy.engine import rank
from casereview.policy.ranking import RankInput
from casereview.schema.facts import Facts

WarningCode = Literal["no_citizenship_lane", "no_removal_lane", "top_lane_without_target", "one_lane"]
_NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)
_CITIZEN: Final = Facts(claims_us_citizenship=True)
_REMOVALS: Final = {
    "a removal that is said to be near": Facts(removal_soon=True),
    "a removal within an hour": Facts(removal_at=_NOW + timedelta(hours=1)),
    "a removal within 72 hours": Facts(removal_at=_NOW + timedelta(hours=72)),
    "a removal date that has passed": Facts(removal_at=_NOW - timedelta(days=1)),
}


class PolicyWarning(NamedTuple):
    """Something that the approver of a policy must acknowledge."""

    code: WarningCode
    message: str


def warnings_of(policy: CompiledPolicy) -> tuple[PolicyWarning, ...]:
    """Return what the approver of a policy must acknowledge; each code once."""
    return tuple(_warnings(policy))


def _warnings(policy: CompiledPolicy) -> Iterator[PolicyWarning]:
    lane = _lane_of(policy, _CITIZEN)
    if not lane.top:
        message = f"A case with a claim of US citizenship is in no top lane: it can wait in lane {lane.id}."
        yield PolicyWarning("no_citizenship_lane", message)
    missed = [what for what, facts in _REMOVALS.items() if not _lane_of(policy, facts).top]
    if missed:
        yield PolicyWarning("no_removal_lane", f"A case can be in no top lane in spite of {', '.join(missed)}.")
    untimed = [lane.id for lane in policy.lanes if lane.top and lane.first_look is None]
    if untimed:
        message = f"A top lane has no time for the first look: {', '.join(untimed)}."
        yield PolicyWarning("top_lane_without_target", message)
    if len(policy.lanes) == 1:
        yield PolicyWarning("one_lane", "Every case is in one lane, so that none goes before another by its facts.")


def _lane_of(policy: CompiledPolicy, facts: Facts) -> Lane:
    """Return the lane of a case of which nothing but these facts is known."""
    return policy.lanes[rank(RankInput(facts, "", _NOW), policy, _NOW, None).lane_index]

"""Where the facts of one case would place it under a policy: by this, words are found to raise or to lower the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Final

from casereview.policy.compiler import CompiledPolicy
from casereview.policy.engine import place, place_changes_at
from casereview.policy.ranking import Place
from casereview.schema.facts import Facts

UNKNOWN: Final[Mapping[str, object]] = dict.fromkeys(Facts.model_fields)
"""Every fact, unknown."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Places the facts of a case under a policy."""

    policy: CompiledPolicy
    case_id: str
    filed_at: datetime

    def of(self, facts: Mapping[str, object], at: datetime) -> Place:
        """Return the lane and rank that facts would get at an instant; facts that are not named are unknown."""
        return place({**UNKNOWN, **facts}, self.case_id, self.filed_at, self.policy, at)

    def changes_at(self, facts: Mapping[str, object], at: datetime) -> datetime | None:
        """Return the first instant after ``at`` at which these facts get another lane or rank; None if never."""
        return place_changes_at({**UNKNOWN, **facts}, self.policy, at)

    def depends_on(self, fact: str) -> bool:
        """Return whether the lane or rank can depend on a fact."""
        return bool(self.policy.program.bits_of.get(fact, 0) & self.policy.placements.bits)


class Effect(IntEnum):
    """How a change of facts would move the case."""

    LOWERS_LANE = -2
    LATER_IN_LANE = -1
    UNCHANGED = 0
    EARLIER = 1
    """Into a higher lane, or forward within its lane."""


def effect_of(before: Place, after: Place) -> Effect:
    """Return how a case moves between two places."""
    if after.lane_index > before.lane_index:
        return Effect.LOWERS_LANE
    return Effect((after < before) - (after > before))


class BestPlace:
    """The facts that put a case furthest forward at an instant, of those offered so far."""

    def __init__(self, placement: Placement, at: datetime, facts: dict[str, object]) -> None:
        """Start with the facts of a case."""
        self.facts = facts
        self.changes = [placement.changes_at(facts, at)]
        """When the place under each of the offered facts changes."""
        self._placement, self._at = placement, at
        self._place = placement.of(facts, at)

    def offer(self, values: Mapping[str, object], least: Effect) -> bool:
        """Take other values of some facts if their effect is at least the given one; return whether it is."""
        tried = {**self.facts, **values}
        place = self._placement.of(tried, self._at)
        self.changes.append(self._placement.changes_at(tried, self._at))
        if effect_of(self._place, place) < least:
            return False
        self.facts, self._place = tried, place
        return True

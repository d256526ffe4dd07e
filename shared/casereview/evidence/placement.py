"""Where the facts of one case would place it under a policy: by this, words are found to raise or to lower the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import lru_cache
from typing import Final

from casereview.policy.compiler import CompiledPolicy
from casereview.policy.engine import outlook, place
from casereview.policy.ranking import Outlook, Place
from casereview.schema.facts import Facts

UNKNOWN: Final[Mapping[str, object]] = dict.fromkeys(Facts.model_fields)
"""Every fact, unknown."""


@dataclass(frozen=True, slots=True)
class Placement:
    """Places the facts of a case under a policy."""

    policy: CompiledPolicy
    case_id: str
    filed_at: datetime

    @property
    def relevant(self) -> frozenset[str]:
        """The facts on which the lane or rank of a case can depend."""
        return _relevant(self.policy)

    @property
    def lane_facts(self) -> frozenset[str]:
        """The facts on which the lane of a case can depend."""
        return _lane_facts(self.policy)

    def of(self, facts: Mapping[str, object], at: datetime) -> Place:
        """Return the lane and rank that facts would get at an instant; facts that are not named are unknown."""
        return place(self._read(facts), self.case_id, self.filed_at, self.policy, at)

    def outlook(self, facts: Mapping[str, object], at: datetime) -> Outlook:
        """Return the place of facts at an instant, and the first later instant at which they get another one."""
        return outlook(self._read(facts), self.case_id, self.filed_at, self.policy, at)

    def _read(self, facts: Mapping[str, object]) -> dict[str, object]:
        return {**UNKNOWN, **{name: facts[name] for name in self.relevant if name in facts}}


@lru_cache(maxsize=16)
def _relevant(policy: CompiledPolicy) -> frozenset[str]:
    return _facts_of(policy, policy.placements.bits)


@lru_cache(maxsize=16)
def _lane_facts(policy: CompiledPolicy) -> frozenset[str]:
    return _facts_of(policy, policy.assembler.tests(held.node for section, held in policy.rules if section == "lanes"))


def _facts_of(policy: CompiledPolicy, bits: int) -> frozenset[str]:
    return frozenset(name for name, tests in policy.program.bits_of.items() if name and tests & bits)


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
        self._placement, self._at = placement, at
        self._place, changes_at = placement.outlook(facts, at)
        self.changes = [changes_at]
        """When the place under each of the offered facts changes."""

    def offer(self, values: Mapping[str, object], least: Effect) -> bool:
        """Take other values of some facts if their effect is at least the given one; return whether it is."""
        tried = {**self.facts, **values}
        place, changes_at = self._placement.outlook(tried, self._at)
        self.changes.append(changes_at)
        if effect_of(self._place, place) < least:
            return False
        self.facts, self._place = tried, place
        return True

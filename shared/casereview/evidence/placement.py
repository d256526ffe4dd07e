"""Where the facts of one case would place it under a policy: by this, words are found to raise or to lower the case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
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

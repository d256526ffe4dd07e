"""What the engine takes and what it gives: plain values, quick to make and to compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from casereview.schema.facts import Facts

_NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RankInput:
    """A case as the ranking sees it: settled open facts and a few circumstances, never who it is."""

    facts: Facts
    case_id: str
    filed_at: datetime
    lane_since: datetime | None = None
    """When the case came into its lane; at filing, if None."""
    stopped: timedelta = timedelta(0)
    """How long the clock was stopped while the office waited for an answer."""
    verified: frozenset[str] = _NONE
    """The names of the facts that an officer verified."""
    marks: frozenset[str] = _NONE
    """Flags that do not come from facts (``authority_needed``, ``interpreter``, ``stuck``); passed through."""


class Reason(NamedTuple):
    """A rule that gave the case its place."""

    rule: str
    text: str


class CategoryFound(NamedTuple):
    """An enforcement priority for a human to judge."""

    id: str
    mode: Literal["presumption", "totality"]


class FactorFound(NamedTuple):
    """A matter that a human must weigh."""

    id: str
    polarity: Literal["mitigating", "aggravating"]


class Ranking(NamedTuple):
    """A case's place and what it rests on. ``rank`` sorts as text among all cases of an office."""

    lane: str
    lane_index: int
    rank: str
    sort_at: datetime
    """The deadline, or the filing time less the credit."""
    target_by: datetime | None
    """When a human must have looked; None where the lane sets no time."""
    changes_at: datetime | None
    """The first later instant at which anything else here differs, all facts equal; None if never."""
    policy: str | None
    """None where no policy is in force."""
    digest: str
    reasons: tuple[Reason, ...]
    matched: tuple[str, ...]
    """The names of the facts that satisfied the rules among the reasons."""
    categories: tuple[CategoryFound, ...]
    factors: tuple[FactorFound, ...]
    approvals: tuple[str, ...]
    flags: tuple[str, ...]


class Explanation(NamedTuple):
    """One rule that holds for a case, for the people who review it."""

    section: str
    rule: str
    text: str
    source: str
    facts: tuple[str, ...]

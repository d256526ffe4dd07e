"""The input and output of the engine: plain values that are cheap to create and to compare."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from casereview.schema.facts import Facts

_EMPTY: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RankInput:
    """A case as the engine sees it: settled open facts and a few circumstances, without the identity of anyone."""

    facts: Facts
    case_id: str
    filed_at: datetime
    lane_since: datetime | None = None
    """When the case entered its lane; None means at filing."""
    stopped: timedelta = timedelta(0)
    """How long the clock was stopped while an information request was open."""
    verified: frozenset[str] = _EMPTY
    """The names of the facts that an officer verified."""
    marks: frozenset[str] = _EMPTY
    """Flags that do not depend on facts (``authority_needed``, ``interpreter``, ``stuck``); passed through."""


class Place(NamedTuple):
    """Where facts put a case in the worklist of an office: of two places, the lesser one goes first."""

    lane_index: int
    rank: str


class Outlook(NamedTuple):
    """The place that facts have, and until when."""

    place: Place
    changes_at: datetime | None
    """The first later instant at which equal facts have another place; None if never."""


class Reason(NamedTuple):
    """A rule that determined the lane or the credit of the case."""

    rule: str
    text: str


class CategoryFound(NamedTuple):
    """An enforcement priority for a human to judge."""

    id: str
    mode: Literal["presumption", "totality"]


class FactorFound(NamedTuple):
    """A factor that a human must weigh."""

    id: str
    polarity: Literal["mitigating", "aggravating"]


class Ranking(NamedTuple):
    """The ranking of a case and its reasons. ``rank`` sorts as text among all cases of an office."""

    lane: str
    lane_index: int
    rank: str
    sort_at: datetime
    """The deadline, or the filing time minus the credit."""
    target_by: datetime | None
    """The time by which a human must look at the case; None if the lane has no target."""
    changes_at: datetime | None
    """The first later instant at which any other field differs while the facts stay equal; None if never."""
    policy: str | None
    """None if no policy is in force."""
    digest: str
    reasons: tuple[Reason, ...]
    matched: tuple[str, ...]
    """The names of the facts that satisfied the rules of ``reasons``."""
    categories: tuple[CategoryFound, ...]
    factors: tuple[FactorFound, ...]
    approvals: tuple[str, ...]
    flags: tuple[str, ...]


class Explanation(NamedTuple):
    """A rule that holds for a case, and the facts that satisfied it; shown to officers."""

    section: str
    rule: str
    text: str
    source: str
    facts: tuple[str, ...]

"""Records of how long cases waited, and of the ranks from which the number of people ahead is shown."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from casereview.schema.base import Instant, Record
from casereview.schema.records import Stored


class Wait(Stored):
    """How long one case waited for its final decision; it names no case, and expires."""

    office: str
    """The field office that decided."""
    lane: str
    """The lane that requesters were shown."""
    decided_at: Instant
    unique: str
    """Random characters, so that two decisions at the same instant have different keys."""
    days: int = Field(ge=0)
    """Days from filing to the decision; a day that has begun counts."""
    expires_at: int
    """When DynamoDB may delete the item, in seconds since 1970."""


class UsualWaits(Stored):
    """The published usual waits of an office, made once a week."""

    office: str
    as_of: Instant
    week: str
    """The ISO week for which it was made, Eastern time, such as ``2026-W48``."""
    weeks: dict[str, int] = Field(default_factory=dict)
    """Whole weeks by lane; a lane with too few ended cases is absent."""


class Edge(Record):
    """A place in a worklist: the rank of the case with this number among the counted cases."""

    ahead: int
    """Every case after ``rank`` has at least this many counted cases ahead, and every other case has fewer."""
    rank: str | None = None
    """None if fewer cases were counted."""


class Bands(Stored):
    """Ranks at several places of an office's worklist, taken once a night."""

    office: str
    at: Instant
    day: date
    """The day for which it was taken, Eastern time."""
    digest: str
    """The digest of the policy in force. Ranks of another policy cannot be compared with these."""
    edges: tuple[Edge, ...] = ()
    """In ascending order: several near each of the places 10, 25, 50, 100, 250 and 500."""
    lanes: dict[str, int] = Field(default_factory=dict)
    """Number of counted cases by lane, counted no further than is needed."""
    read_to: str | None = None
    """The rank of the last entry read; None if the worklist was read to its end."""

"""Records of an office: the counters of its officers, and the counts of its worklist."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from pydantic import Field

from casereview.schema.base import Instant, Record
from casereview.schema.records import Stored

if TYPE_CHECKING:
    from typing import Unpack

    from casereview.schema.field_sets import LookupsFields


class Officer(Stored):
    """Counters of an officer: claimed cases, and requests for the next case."""

    user: str
    """The officer's id."""
    claims: int = 0
    nexts: int = 0


class Lookups(Stored):
    """How many cases an officer has looked up by a receipt or an A-number in one hour; it expires."""

    user: str
    """The officer's id."""
    hour: Instant
    """When the hour began."""
    count: int
    expires_at: int
    """When DynamoDB may delete the item (TTL), in epoch seconds."""

    def evolve(self, **changes: Unpack[LookupsFields]) -> Self:
        """Return a copy of the count with some fields changed.

        Raises:
            ValidationError: A name is not a field, or a value is not valid for it.
        """
        return self._evolved(changes)


class ReasonUse(Stored):
    """How often a reason for requesters was given, by the MAC of its text."""

    reason: str
    mac_key: str
    uses: int = 0
    """In cases that were not restricted."""
    restricted_uses: int = 0
    """In restricted cases, which only staff with access to those are told."""


class LaneCount(Record):
    """Numbers of cases in one lane of an office at a snapshot, and the median wait since filing in milliseconds."""

    lane: str
    open: int
    claimed: int
    overdue: int
    median_wait_ms: int


class OfficeCounts(Record):
    """Counts of those cases of an office that are not restricted; the fields are those of ``Snapshot``."""

    lanes: tuple[LaneCount, ...]
    oldest: Instant | None = None
    undeliverable: int = 0
    policies: dict[str, int] = Field(default_factory=dict)


class Snapshot(Stored):
    """Counts of an office's worklist, taken every five minutes: of all cases, and of those that are not restricted."""

    office: str
    at: Instant
    lanes: tuple[LaneCount, ...]
    oldest: Instant | None = None
    """The earliest filing among the cases."""
    undeliverable: int = 0
    policies: dict[str, int] = Field(default_factory=dict)
    """Number of cases under each policy, by its digest."""
    unrestricted: OfficeCounts | None = None
    """The counts without restricted cases, for staff who have no access to those; None in a snapshot of an older
    release, which these staff are not shown."""

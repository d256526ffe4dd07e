"""The worklist index: the open cases of an office by rank.

The index is eventually consistent: it is used to find and count cases, never to decide anything about one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from casereview.store import keys
from casereview.store.backend import Backend, BeginsWith, Below, Query, pages
from casereview.store.items import plain_fields

if TYPE_CHECKING:
    from casereview.store.items import Item

PEOPLE_AHEAD = 500
"""The maximum that the number of people ahead is counted to."""
_COUNTED = ("lane", "filed_at", "first_look_at", "claimed_by", "flags", "digest")
"""The attributes of an ``IndexedCase``. No others are read: most of the time of a count is spent on parsing them."""


class WorklistPlace(NamedTuple):
    """A place in a worklist: the rank of a case, and its id."""

    rank: str
    case_id: str


class IndexedCase(NamedTuple):
    """The attributes of a case in the worklist index that are needed to count it."""

    lane: str
    filed_at: datetime
    first_look_at: datetime | None
    """When the first look is due; None if none is pending."""
    claimed: bool
    flags: tuple[str, ...]
    digest: str
    """The digest of the policy that the case was ranked under."""


class Worklist:
    """The worklists of all queues (field offices, HQ and SRO)."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; makes no request."""
        self._backend = backend

    def ahead(self, queue: str, rank: str) -> int:
        """Count the cases before a rank, up to 500: one query."""
        return self._backend.query(_before(queue, rank, limit=PEOPLE_AHEAD)).number

    def position(self, queue: str, rank: str) -> int:
        """Return the position of a rank in the whole worklist, from 1: one query per page of cases before it."""
        return 1 + sum(page.number for page in pages(self._backend, _before(queue, rank)))

    def places(
        self, queue: str, *, limit: int, after: WorklistPlace | None = None, prefix: str = ""
    ) -> list[WorklistPlace]:
        """Return up to ``limit`` places in rank order: one query.

        Args:
            queue: An office, or SRO.
            limit: The maximum number of places.
            after: The place to start after; None for the beginning.
            prefix: A prefix of ranks; ``02.`` selects one lane.
        """
        condition = BeginsWith(prefix) if prefix else None
        found = self._backend.query(Query(queue, keys.WORKLIST, condition, limit=limit, after=_start(queue, after)))
        return [WorklistPlace(item["rank"]["S"], keys.case_id_of(item["pk"]["S"])) for item in found.items]

    def entries(
        self, queue: str, after: WorklistPlace | None = None, *, projection: tuple[str, ...] = ()
    ) -> Iterator[dict[str, Any]]:
        """Yield the index entries of a worklist in rank order, read page by page.

        Args:
            queue: An office, or SRO.
            after: The place to start after; None for the beginning.
            projection: The attributes to read, empty for all; DynamoDB charges the same for fewer.
        """
        query = Query(queue, keys.WORKLIST, after=_start(queue, after), projection=projection)
        return (plain_fields(item) for page in pages(self._backend, query) for item in page.items)

    def indexed_cases(self, queue: str) -> Iterator[IndexedCase]:
        """Yield the cases of a whole worklist in rank order, with the attributes needed to count them."""
        return map(_indexed, self.entries(queue, projection=_COUNTED))


def _before(queue: str, rank: str, limit: int | None = None) -> Query:
    return Query(queue, keys.WORKLIST, Below(rank), limit=limit, count=True)


def _start(queue: str, after: WorklistPlace | None) -> Item | None:
    if after is None:
        return None
    pk, sk = keys.case(after.case_id)
    return {"queue": {"S": queue}, "rank": {"S": after.rank}, "pk": {"S": pk}, "sk": {"S": sk}}


def _indexed(entry: dict[str, Any]) -> IndexedCase:
    due = entry.get("first_look_at")
    return IndexedCase(
        entry["lane"],
        datetime.fromisoformat(entry["filed_at"]),
        datetime.fromisoformat(due) if due else None,
        "claimed_by" in entry,
        tuple(entry.get("flags", ())),
        entry["digest"],
    )

"""The due index: items with pending work, by shard and due time.

The index is eventually consistent; the conditional write that does the work decides whether it is still pending.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.routing.offices import HEADQUARTERS
from casereview.schema.base import rfc3339
from casereview.store import keys
from casereview.store.backend import AtMost, Backend, Query, Reschedule
from casereview.store.items import text_in
from casereview.store.keys import Key

if TYPE_CHECKING:
    from casereview.store.items import Item


class DueItem(NamedTuple):
    """An item that the index shows as due."""

    key: Key
    due_at: str
    office: str
    attempts: int
    """How many times the sweep has requested the work."""


class DueIndex:
    """Reads and postpones the items of the due index."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; makes no request."""
        self._backend = backend

    def due(self, shard: str, until: datetime, limit: int) -> list[DueItem]:
        """Return up to ``limit`` items of a shard that are due by ``until``, earliest first: one query."""
        found = self._backend.query(Query(shard, keys.DUE, AtMost(rfc3339(until)), limit=limit))
        return [_due(item) for item in found.items]

    def postpone(self, item: DueItem, shard: str, until: datetime, *, attempts: int, stuck: bool) -> bool:
        """Postpone an item and store its number of attempts; return False if it has changed since it was read."""
        return self._backend.reschedule(
            Reschedule(item.key, item.due_at, due_at=rfc3339(until), shard=shard, attempts=attempts, stuck=stuck)
        )


def _due(item: Item) -> DueItem:
    """Return an entry of the index; an office that cannot be read is the triage queue, a number of attempts 0."""
    key, attempts = Key(item["pk"]["S"], item["sk"]["S"]), item.get("attempts", {}).get("N", "0")
    number = int(attempts) if attempts.isdigit() else 0
    return DueItem(key, item["due_at"]["S"], text_in(item, "office") or HEADQUARTERS, number)

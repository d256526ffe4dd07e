"""The due index: items with pending work, by shard and instant. It is a hint; the conditional write decides."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from casereview.schema.base import rfc3339
from casereview.store import keys
from casereview.store.backend import AtMost, Backend, Query, Reschedule
from casereview.store.keys import Key

if TYPE_CHECKING:
    from casereview.store.items import Item


class DueItem(NamedTuple):
    """An item that the index shows as due."""

    key: Key
    due_at: str
    office: str
    attempts: int
    """How often the sweep has asked for the work."""


class DueIndex:
    """The shards of the due index."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; nothing is called."""
        self._backend = backend

    def due(self, shard: str, until: datetime, limit: int) -> list[DueItem]:
        """Find up to ``limit`` items of a shard due at an instant, the longest due first: one query."""
        found = self._backend.query(Query(shard, keys.DUE, AtMost(rfc3339(until)), limit=limit))
        return [_due(item) for item in found.items]

    def postpone(self, item: DueItem, shard: str, until: datetime, *, attempts: int, stuck: bool) -> bool:
        """Move an item on and count the attempt, while it is due as seen; return whether it was."""
        return self._backend.reschedule(
            Reschedule(item.key, item.due_at, due_at=rfc3339(until), shard=shard, attempts=attempts, stuck=stuck)
        )


def _due(item: Item) -> DueItem:
    key = Key(item["pk"]["S"], item["sk"]["S"])
    return DueItem(key, item["due_at"]["S"], item["office"]["S"], int(item.get("attempts", {"N": "0"})["N"]))

"""The index of what people must do, by office and time: open duties, and cases that await an approval.

The index is eventually consistent: it is used to find items, never to decide anything about one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from casereview.store import keys
from casereview.store.backend import Backend, Between, Query, pages
from casereview.store.keys import Key

_LAST: Final = "~"
"""Sorts after every time."""


class DutyPlace(NamedTuple):
    """A place in a queue: by when something is to be done, and the item that says what."""

    due: str
    """RFC 3339."""
    key: Key


class DutyQueues:
    """Reads the queues of all offices."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; makes no request."""
        self._backend = backend

    def places(self, queue: str, *, limit: int, after: DutyPlace | None = None) -> Iterator[DutyPlace]:
        """Yield the places of a queue, the earliest time first, read page by page as they are needed.

        A lagging index may show an item twice: at its old place and at its new one.

        Args:
            queue: The partition of the index.
            limit: The number of places of one query.
            after: The place to start after, which may be one of another queue; None for the beginning.
        """
        times = Between(after.due, _LAST) if after else None
        for page in pages(self._backend, Query(queue, keys.DUTIES, sort_key=times, limit=limit)):
            found = (DutyPlace(item["duty_by"]["S"], Key(item["pk"]["S"], item["sk"]["S"])) for item in page.items)
            yield from (place for place in found if after is None or place > after)

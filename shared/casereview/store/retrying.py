"""A backend that repeats what contention kept from being done, within the time of the invocation.

botocore itself retries a throttled request. What it does not retry is a transaction that was cancelled because another
one conflicted or a partition was throttled, and a single write of an item that a transaction writes at that moment.
Nothing was written then, and the conditions decide at each attempt.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from casereview.runtime.backoff import attempts
from casereview.store.transaction import ContentionError

if TYPE_CHECKING:
    from casereview.store.backend import Backend, Batch, Page, Query, Reschedule
    from casereview.store.items import Item
    from casereview.store.keys import Key
    from casereview.store.transaction import Write

ATTEMPTS: Final = 6
"""How often a write is tried while it meets contention: about 1.5 seconds at most."""

_Done = TypeVar("_Done")


class RetryingBackend:
    """Another backend, whose writes are repeated while they meet contention."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; makes no request."""
        self._backend = backend

    def get(self, key: Key) -> Item | None:
        """Read one item consistently."""
        return self._backend.get(key)

    def get_batch(self, keys: Sequence[Key]) -> Batch:
        """Read up to 100 items consistently."""
        return self._backend.get_batch(keys)

    def query(self, query: Query) -> Page:
        """Read one page."""
        return self._backend.query(query)

    def put(self, item: Item) -> None:
        """Store an item unconditionally.

        Raises:
            ContentionError: Transactions wrote the item at each attempt.
        """
        _repeat(lambda: self._backend.put(item))

    def transact(self, writes: Sequence[Write]) -> None:
        """Apply all writes in one transaction.

        Raises:
            RefusedError: A condition failed.
            ContentionError: Each attempt met contention.
        """
        _repeat(lambda: self._backend.transact(writes))

    def reschedule(self, change: Reschedule) -> bool:
        """Postpone an item; return False if its ``due_at`` has changed since it was read.

        Raises:
            ContentionError: Transactions wrote the item at each attempt.
        """
        return _repeat(lambda: self._backend.reschedule(change))


def _repeat(write: Callable[[], _Done]) -> _Done:
    met = ContentionError({})
    for _ in attempts(ATTEMPTS):
        try:
            return write()
        except ContentionError as contention:
            met = contention
    raise met

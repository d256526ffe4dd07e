"""The interface of a database backend: reads, queries and writes as data. Tests implement it in memory too.

Only ``casereview.store.dynamodb`` contains DynamoDB expressions.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple, Protocol

from casereview.store.keys import Index, Key

if TYPE_CHECKING:
    from casereview.store.items import Item
    from casereview.store.transaction import Write


class Below(NamedTuple):
    """The sort key is less than a value."""

    value: str


class AtMost(NamedTuple):
    """The sort key is less than or equal to a value."""

    value: str


class BeginsWith(NamedTuple):
    """The sort key begins with a prefix."""

    value: str


class Between(NamedTuple):
    """The sort key is at least ``value`` and at most ``last``."""

    value: str
    last: str


SortKeyCondition = Below | AtMost | BeginsWith | Between


@dataclass(frozen=True, eq=False, repr=False)
class Query:
    """A query of one partition of the table (read consistently) or of an index (eventually consistent)."""

    partition: str
    """The value of the partition key."""
    index: Index | None = None
    sort_key: SortKeyCondition | None = None
    consistent: bool = True
    """Of the table only; an index is always read eventually consistently."""
    limit: int | None = None
    """The maximum number of entries per page; None for the limit of the database (1 MB)."""
    after: Item | None = None
    """The exclusive start key: ``after`` of the previous page, or the key attributes of the index and the table."""
    projection: tuple[str, ...] = ()
    """The attributes to return; empty for all attributes of the table or index."""
    count: bool = False
    """Count the entries instead of reading them."""


class Page(NamedTuple):
    """One page of the results of a query."""

    items: Sequence[Item]
    number: int
    """The number of entries, also for a query that only counts."""
    after: Item | None
    """The exclusive start key of the next page; None on the last page."""


class Batch(NamedTuple):
    """The items of a batch read, and the keys that were not read because of throttling."""

    items: Sequence[Item]
    left_out: Sequence[Key]


class Reschedule(NamedTuple):
    """Postpone an item in the due index and set its number of attempts, if its ``due_at`` has not changed since."""

    key: Key
    seen: str
    """``due_at`` as read from the index; the condition of the write."""
    due_at: str
    shard: str
    attempts: int
    stuck: bool


class Backend(Protocol):
    """A table with its indexes. Each method makes one request and lets the database's own errors pass."""

    def get(self, key: Key) -> Item | None:
        """Read one item consistently."""

    def get_batch(self, keys: Sequence[Key]) -> Batch:
        """Read up to 100 items consistently, in any order."""

    def query(self, query: Query) -> Page:
        """Read one page, in order of the sort key."""

    def put(self, item: Item) -> None:
        """Store an item unconditionally, replacing any existing one."""

    def transact(self, writes: Sequence[Write]) -> None:
        """Apply all writes in one transaction.

        Raises:
            RefusedError: A condition failed.
            ContentionError: No condition failed; another transaction conflicted, or the table was throttled.
        """

    def reschedule(self, change: Reschedule) -> bool:
        """Postpone an item; return False if its ``due_at`` has changed since it was read."""


def pages(backend: Backend, query: Query) -> Iterator[Page]:
    """Yield every page of a query."""
    while True:
        page = backend.query(query)
        yield page
        if page.after is None:
            return
        query = replace(query, after=page.after)

"""What the table asks of a database, as data: reads, queries and writes. DynamoDB answers them, and memory in tests.

No expression of DynamoDB's languages occurs here: ``casereview.store.dynamodb`` is the only place that writes them.
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
    """The sort key of the index or table comes before a value."""

    value: str


class AtMost(NamedTuple):
    """The sort key is a value, or comes before it."""

    value: str


class BeginsWith(NamedTuple):
    """The sort key begins with a text."""

    value: str


SortKeyCondition = Below | AtMost | BeginsWith


@dataclass(frozen=True, eq=False, repr=False)
class Query:
    """A query of one partition of the table (read consistently) or of an index (eventually consistent)."""

    partition: str
    """The value of the hash key."""
    index: Index | None = None
    sort_key: SortKeyCondition | None = None
    consistent: bool = True
    """For the table; an index can only be read eventually consistently."""
    limit: int | None = None
    """The most entries that one page holds; None leaves it to the database (1 MB)."""
    after: Item | None = None
    """The key after which to begin, as a page gave it or as the attributes of index and table keys."""
    projection: tuple[str, ...] = ()
    """The attributes wanted; empty for all that the table or index holds."""
    count: bool = False
    """Count the entries instead of reading them."""


class Page(NamedTuple):
    """One page of a query's answer."""

    items: Sequence[Item]
    number: int
    """How many entries it holds; also of a query that only counts."""
    after: Item | None
    """Where the next page begins; None at the end."""


class Batch(NamedTuple):
    """What a batch read answered, and the keys that it left out for want of throughput."""

    items: Sequence[Item]
    left_out: Sequence[Key]


class Reschedule(NamedTuple):
    """Move an item on in the due index and set its count of attempts, while it is due as it was seen."""

    key: Key
    seen: str
    """``due_at`` as the index showed it."""
    due_at: str
    shard: str
    attempts: int
    stuck: bool


class Backend(Protocol):
    """A table with its two indexes. Each method is one request; all raise the database's own errors."""

    def get(self, key: Key) -> Item | None:
        """Read one item consistently."""

    def get_batch(self, keys: Sequence[Key]) -> Batch:
        """Read up to a hundred items consistently; the order is not kept."""

    def query(self, query: Query) -> Page:
        """Read one page, in order of the sort key."""

    def put(self, item: Item) -> None:
        """Store an item whatever was there."""

    def transact(self, writes: Sequence[Write]) -> None:
        """Write all or nothing. Raises RefusedError where a condition failed or another transaction interfered."""

    def reschedule(self, change: Reschedule) -> bool:
        """Carry a reschedule out; return whether the item was still due as seen."""


def pages(backend: Backend, query: Query) -> Iterator[Page]:
    """Read every page of a query."""
    while True:
        page = backend.query(query)
        yield page
        if page.after is None:
            return
        query = replace(query, after=page.after)

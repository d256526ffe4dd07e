"""The worklist index: the open cases of an office by rank.

The index is eventually consistent: it is used to find and count cases, never to decide anything about one.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from casereview.store import keys
from casereview.store.backend import Backend, BeginsWith, Below, Query, pages
from casereview.store.items import plain_fields, text_in

if TYPE_CHECKING:
    from casereview.store.items import Item

MAX_POSITION = 500
"""The greatest position that is counted."""
_MAX_PAGES = 10
"""The maximum number of queries for one position; more than one is needed only where cases are not to be counted."""
_COUNTED = ("pk", "lane", "filed_at", "first_look_at", "claimed_by", "flags", "digest", "restricted")
"""The attributes of an ``IndexedCase``. No others are read: most of the time of a count is spent on parsing them."""
_LISTED = ("pk", "rank", "lane", "status", "first_look_at", "claimed_by", "flags", "restricted")
"""The attributes of a ``ListedCase``."""


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
    restricted: bool


class ListedCase(NamedTuple):
    """The attributes of a case in the worklist index by which lists are selected.

    Anything that could not be read is None, and only the case itself can tell.
    """

    place: WorklistPlace
    restricted: bool
    lane: str | None
    status: str | None
    claimed_by: str | None
    first_look_at: datetime | None
    flags: tuple[str, ...]
    """The flags of its ranking; not those of ``casereview.cases.flags.FLAGS_OF_CASES``."""


class Worklist:
    """The worklists of all queues (field offices, HQ and SRO)."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; makes no request."""
        self._backend = backend

    def position(self, queue: str, rank: str, *, restricted: bool) -> int | None:
        """Return the position of a rank in a worklist, from 1; None if it is greater than 500.

        Args:
            queue: An office, or SRO.
            rank: The rank.
            restricted: Whether restricted cases count. If they do, this is one query, which only counts; if they do
                not, it is one for each 500 cases before the rank, and None if that many queries are not enough.
        """
        if restricted:
            ahead = self._backend.query(_before(queue, rank, limit=MAX_POSITION)).number
            return ahead + 1 if ahead < MAX_POSITION else None
        query = Query(queue, keys.WORKLIST, Below(rank), limit=MAX_POSITION, projection=("restricted",))
        ahead, after = 0, None
        for page in islice(pages(self._backend, query), _MAX_PAGES):
            ahead, after = ahead + sum(not _is_restricted(item) for item in page.items), page.after
            if ahead >= MAX_POSITION:
                return None
        return ahead + 1 if after is None else None

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
        return list(map(_place, found.items))

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

    def listed_cases(self, queue: str, *, after: WorklistPlace | None = None, per_page: int) -> Iterator[ListedCase]:
        """Yield the cases of a worklist in rank order, read page by page.

        Args:
            queue: An office, or SRO.
            after: The place to start after; None for the beginning.
            per_page: The number of cases that one query reads.
        """
        query = Query(queue, keys.WORKLIST, limit=per_page, after=_start(queue, after), projection=_LISTED)
        return (_listed(item) for page in pages(self._backend, query) for item in page.items)

    def indexed_cases(self, queue: str) -> Iterator[IndexedCase]:
        """Yield the cases of a whole worklist in rank order, each once, with the attributes needed to count them.

        A case of which these cannot be read is left out.
        """
        seen: set[str] = set()
        query = Query(queue, keys.WORKLIST, projection=_COUNTED)
        for item in (item for page in pages(self._backend, query) for item in page.items):
            found = None if item["pk"]["S"] in seen else _indexed(item)
            if found:
                seen.add(item["pk"]["S"])
                yield found


def _is_restricted(item: Item) -> bool:
    """Return whether an index entry is of a restricted case; one without the attribute may be."""
    return item.get("restricted") != {"BOOL": False}


def _place(item: Item) -> WorklistPlace:
    return WorklistPlace(text_in(item, "rank") or "", keys.case_id_of(item["pk"]["S"]))


def _listed(item: Item) -> ListedCase:
    return ListedCase(
        _place(item),
        _is_restricted(item),
        text_in(item, "lane"),
        text_in(item, "status"),
        text_in(item, "claimed_by"),
        _instant(text_in(item, "first_look_at")),
        _flags(item),
    )


def _flags(item: Item) -> tuple[str, ...]:
    return tuple(flag["S"] for flag in item.get("flags", {}).get("L", ()) if "S" in flag)


def _instant(text: str | None) -> datetime | None:
    """Return the instant that a text states; None if it states none."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found and found.tzinfo else None


def _before(queue: str, rank: str, limit: int) -> Query:
    return Query(queue, keys.WORKLIST, Below(rank), limit=limit, count=True)


def _start(queue: str, after: WorklistPlace | None) -> Item | None:
    if after is None:
        return None
    pk, sk = keys.case(after.case_id)
    return {"queue": {"S": queue}, "rank": {"S": after.rank}, "pk": {"S": pk}, "sk": {"S": sk}}


def _indexed(item: Item) -> IndexedCase | None:
    lane, filed_at, digest = text_in(item, "lane"), _instant(text_in(item, "filed_at")), text_in(item, "digest")
    if lane is None or filed_at is None or digest is None:
        return None
    return IndexedCase(
        lane,
        filed_at,
        _instant(text_in(item, "first_look_at")),
        "claimed_by" in item,
        _flags(item),
        digest,
        _is_restricted(item),
    )

"""The table of records: consistent reads of records and partitions, and conditional transactions.

What lists records leaves out those that cannot be read; what reads one record, or all that is known of a case, raises
``UnreadableError``. Both are reported (``casereview.store.unreadable``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from copy import copy
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from casereview.runtime.backoff import attempts
from casereview.schema.errors import CaseReviewError
from casereview.schema.event_records import Correction, Event
from casereview.schema.evidence import CaseFile, Claims, Findings, in_order
from casereview.schema.records import Case, Stored
from casereview.schema.vocabulary import EventKind
from casereview.store import keys
from casereview.store.backend import Backend, BeginsWith, Between, Query, pages
from casereview.store.due_index import DueIndex
from casereview.store.duty_index import DutyQueues
from casereview.store.items import from_item, to_item, weighed_item
from casereview.store.keys import Key
from casereview.store.retrying import RetryingBackend
from casereview.store.transaction import Increment, Put, RefusedError, Write, key_written
from casereview.store.unreadable import UnreadableError, WrongFieldError, report
from casereview.store.verify_index import VerifyIndex
from casereview.store.worklist import Worklist

if TYPE_CHECKING:
    from casereview.store.items import Item

_RECORD = TypeVar("_RECORD", bound=Stored)
_BATCH: Final = 100
"""The maximum number of items of a batch read."""
_BATCH_ATTEMPTS = 6
"""How often a batch is read at most; every attempt reads the keys that the last one left out."""


LAST_VERSION: Final = 999_999
"""The last version of a case that its keys have room for."""


class BusyError(CaseReviewError):
    """Some keys of a batch were still not read after all attempts, because of throttling."""


class Table:
    """The records in a backend, and its indexes."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend, whose writes are repeated while they meet contention; makes no request."""
        self.backend: Backend = RetryingBackend(backend)
        self.worklist = Worklist(self.backend)
        self.due_index = DueIndex(self.backend)
        self.verify_index = VerifyIndex(self.backend)
        self.duty_queues = DutyQueues(self.backend)
        self.leaves_out = False
        """Whether reads leave out what cannot be read, instead of raising."""

    def leaving_out(self) -> Table:
        """Return this table as one that leaves out every record that cannot be read, instead of raising.

        For views alone: what is written or decided by it would rest on a part of what is known.
        """
        table = copy(self)
        table.leaves_out = True
        return table

    def get(self, model: type[_RECORD], key: Key) -> _RECORD | None:
        """Read one record consistently; None if it does not exist.

        Raises:
            UnreadableError: It cannot be read.
        """
        item = self.backend.get(key)
        return next(self._all(model, [item]), None) if item else None

    def find(self, model: type[_RECORD], key: Key) -> _RECORD | None:
        """Read one record consistently; None if it does not exist, or cannot be read."""
        item = self.backend.get(key)
        return read_or_none(model, item) if item else None

    def _all(self, model: type[_RECORD], items: Iterable[Item]) -> Iterator[_RECORD]:
        """Yield the records of items, every one of which must be readable.

        Raises:
            UnreadableError: One cannot be read.
        """
        return readable(model, items) if self.leaves_out else map(partial(read_item, model), items)

    def evidence_of(self, case: Case, *, weighed: bool = False) -> CaseFile:
        """Read what was stated and found about a case, with one consistent query.

        Whoever writes the case on condition of its version has then read all words up to that version.

        Args:
            case: The case.
            weighed: Whether only what a ranking weighs is read of withdrawn requests, whose claims must then not be
                written.

        Raises:
            UnreadableError: Something that was stated or found cannot be read.
        """
        found = self.items(keys.claims_partition(case.case_id))
        of_officers = {"S": keys.findings(case.case_id).sk}
        said = [weighed_item(item) if weighed else item for item in found if item["sk"] != of_officers]
        claims = list(self._all(Claims, said))
        findings = next(self._all(Findings, (item for item in found if item["sk"] == of_officers)), None)
        return CaseFile(case, in_order(claims), findings or Findings(case_id=case.case_id))

    def events_after(self, case_id: str, version: int) -> Iterator[Event]:
        """Yield the events of a case after a version, in order, read consistently page by page.

        Raises:
            UnreadableError: One of them cannot be read.
        """
        first = keys.event(case_id, version + 1)
        query = Query(first.pk, sort_key=Between(first.sk, keys.LAST_EVENT))
        return self._all(Event, self.query(query))

    def events_of_kind(self, case_id: str, kind: EventKind) -> Iterator[Event]:
        """Yield the events of one kind of a case, in order; the others are read, and not parsed.

        Raises:
            UnreadableError: One of that kind, or one without a kind, cannot be read.
        """
        first = keys.event(case_id, 1)
        query = Query(first.pk, sort_key=Between(first.sk, keys.LAST_EVENT))
        found = (item for item in self.query(query) if item.get("kind", {}).get("S") in {kind, None})
        return self._all(Event, found)

    def corrections(self, case_id: str, first: int = 1, last: int = LAST_VERSION) -> dict[int, int]:
        """Return which events of a case were corrected: the version of each, with that of the event that corrects it.

        Args:
            case_id: The case.
            first: The first version to look for.
            last: The last one.
        """
        begin, end = keys.correction(case_id, first), keys.correction(case_id, last)
        query = Query(begin.pk, sort_key=Between(begin.sk, end.sk))
        return {one.event: one.by for one in self.records(Correction, query)}

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]:
        """Read cases consistently, by id; those that do not exist or cannot be read are left out.

        An id may repeat.

        Raises:
            BusyError: The table was throttled for longer than the attempts for 100 items last (1.5 s).
        """
        wanted = [keys.case(case_id) for case_id in dict.fromkeys(case_ids)]
        return {case.case_id: case for case in self.several(Case, wanted)}

    def several(self, model: type[_RECORD], wanted: Sequence[Key]) -> list[_RECORD]:
        """Read records consistently, in any order; those that do not exist or cannot be read are left out.

        A key may repeat: a lagging index shows an item under its old place and its new one.

        Raises:
            BusyError: The table was throttled for longer than the attempts for 100 items last (1.5 s).
        """
        return list(readable(model, self.batch(wanted)))

    def every(self, model: type[_RECORD], wanted: Sequence[Key]) -> list[_RECORD]:
        """Read records consistently, in any order; those that do not exist are left out.

        Raises:
            BusyError: The table was throttled for longer than the attempts for 100 items last (1.5 s).
            UnreadableError: One of them cannot be read.
        """
        return list(self._all(model, self.batch(wanted)))

    def batch(self, wanted: Sequence[Key]) -> list[Item]:
        """Read items consistently, in any order; those that do not exist are left out.

        Raises:
            BusyError: The table was throttled for longer than the attempts for 100 items last (1.5 s).
        """
        distinct = list(dict.fromkeys(wanted))
        starts = range(0, len(distinct), _BATCH)
        return [item for start in starts for item in self._batch(distinct[start : start + _BATCH])]

    def _batch(self, wanted: Sequence[Key]) -> list[Item]:
        found: list[Item] = []
        for _ in attempts(_BATCH_ATTEMPTS):
            items, wanted = self.backend.get_batch(wanted)
            found += items
            if not wanted:
                break
        if wanted:
            raise BusyError
        return found

    def items(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition consistently, or only the items whose sort keys begin with a prefix."""
        return list(self.query(Query(pk, sort_key=BeginsWith(prefix) if prefix else None)))

    def records(self, model: type[_RECORD], query: Query) -> Iterator[_RECORD]:
        """Yield the records of a query in order, read page by page as they are needed; the unreadable are left out."""
        return readable(model, self.query(query))

    def query(self, query: Query) -> Iterator[Item]:
        """Yield the items of a query in order, read page by page as they are needed."""
        return (item for page in pages(self.backend, query) for item in page.items)

    def put(self, record: Stored) -> None:
        """Store a record unconditionally, replacing any existing one.

        Raises:
            ContentionError: Transactions wrote the item at each attempt.
        """
        self.backend.put(to_item(record))

    def write(self, *writes: Write) -> None:
        """Apply all writes in one transaction; a counter that cannot be read begins again, so that it stops nothing.

        Raises:
            RefusedError: A condition failed.
            ContentionError: Other transactions conflicted, or the table was throttled, at each attempt.
        """
        try:
            self.backend.transact(writes)
        except RefusedError as refusal:
            counters = list(self._unreadable_counters(writes, refusal))
            if not counters:
                raise
            self.backend.transact(counters)
            self.backend.transact(writes)

    def _unreadable_counters(self, writes: Sequence[Write], refusal: RefusedError) -> Iterator[Write]:
        """Yield the writes that begin those counters again whose items cannot be read, or cannot be added to."""
        for write in writes:
            if isinstance(write, Increment) and (key := key_written(write)) in refusal.failed:
                item = refusal.failed[key] or self.backend.get(key)
                if item and not _can_be_added_to(write, item):
                    yield Put(write.zero)


def _can_be_added_to(write: Increment, item: Item) -> bool:
    """Return whether the item of a counter can be read and added to; one that cannot has been reported."""
    for name in write.sums:
        if "N" not in item.get(name, {"N": "0"}):
            report(UnreadableError(type(write.amounts).__name__, item, WrongFieldError(name)))
            return False
    return read_or_none(type(write.amounts), item) is not None


def read_item(model: type[_RECORD], item: Item) -> _RECORD:
    """Return the record of an item.

    Raises:
        UnreadableError: It cannot be read, which has been reported.
    """
    try:
        return from_item(model, item)
    except UnreadableError as error:
        report(error)
        raise


def read_or_none(model: type[_RECORD], item: Item) -> _RECORD | None:
    """Return the record of an item; None if it cannot be read, which is reported."""
    return next(readable(model, [item]), None)


def readable(model: type[_RECORD], items: Iterable[Item]) -> Iterator[_RECORD]:
    """Yield the records of those items that can be read; the others are reported and left out."""
    for item in items:
        with suppress(UnreadableError):
            yield read_item(model, item)

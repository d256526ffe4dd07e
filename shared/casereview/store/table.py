"""The table of records: consistent reads of records and partitions, and conditional transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from time import sleep
from typing import TYPE_CHECKING, TypeVar

from casereview.schema.errors import CaseReviewError
from casereview.schema.records import Case, CaseFile, Event, Notice, Read, Stored
from casereview.store import keys
from casereview.store.backend import Backend, BeginsWith, Query, pages
from casereview.store.due_index import DueIndex
from casereview.store.items import from_item, to_item
from casereview.store.keys import Key
from casereview.store.transaction import Write
from casereview.store.worklist import Worklist

if TYPE_CHECKING:
    from casereview.store.items import Item

_RECORD = TypeVar("_RECORD", bound=Stored)
_PAUSES = (0, 0.05, 0.1, 0.2, 0.4)
"""Seconds to wait before each attempt to read a batch; every attempt reads the keys that the last one left out."""


class BusyError(CaseReviewError):
    """Some keys of a batch were still not read after all attempts, because of throttling."""


class Table:
    """The records in a backend, and its two indexes."""

    def __init__(self, backend: Backend) -> None:
        """Keep the backend; makes no request."""
        self.backend = backend
        self.worklist = Worklist(backend)
        self.due_index = DueIndex(backend)

    def get(self, model: type[_RECORD], key: Key) -> _RECORD | None:
        """Read one record consistently; None if it does not exist."""
        item = self.backend.get(key)
        return from_item(model, item) if item else None

    def case_file(self, case_id: str) -> CaseFile | None:
        """Read a case with its history and notices, consistently; None if it does not exist."""
        by_kind: dict[str, list[Item]] = {"CASE": [], "EVENT": [], "NOTICE": []}
        for item in self.items(keys.case_partition(case_id)):
            by_kind[item["sk"]["S"].split("#", 1)[0]].append(item)
        if not by_kind["CASE"]:
            return None
        return CaseFile(
            from_item(Case, by_kind["CASE"][0]),
            tuple(from_item(Event, item) for item in by_kind["EVENT"]),
            tuple(from_item(Notice, item) for item in by_kind["NOTICE"]),
        )

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]:
        """Read up to 100 cases consistently, by id; those that do not exist are left out.

        Raises:
            BusyError: The table was throttled for longer than the retries last (0.75 s).
        """
        wanted = [keys.case(case_id) for case_id in case_ids]
        found: dict[str, Case] = {}
        for pause in _PAUSES:
            if not wanted:
                break
            sleep(pause)
            items, left_out = self.backend.get_batch(wanted)
            found |= {case.case_id: case for case in (from_item(Case, item) for item in items)}
            wanted = list(left_out)
        if wanted:
            raise BusyError
        return found

    def items(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition consistently, or only the items whose sort keys begin with a prefix."""
        return list(self._items(Query(pk, sort_key=BeginsWith(prefix) if prefix else None)))

    def reads(self, case_id: str) -> list[Read]:
        """Return the recorded reads of a case, oldest first; eventually consistent."""
        return [from_item(Read, item) for item in self._items(Query(keys.reads_partition(case_id), consistent=False))]

    def _items(self, query: Query) -> Iterator[Item]:
        return (item for page in pages(self.backend, query) for item in page.items)

    def put(self, record: Stored) -> None:
        """Store a record unconditionally, replacing any existing one."""
        self.backend.put(to_item(record))

    def write(self, *writes: Write) -> None:
        """Apply all writes in one transaction.

        Raises:
            RefusedError: A condition failed, or another transaction conflicted.
        """
        self.backend.transact(writes)

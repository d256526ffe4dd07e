"""The table of records: consistent reads of records and partitions, and conditional transactions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from casereview.store.items import from_item, to_item, weighed_claims
from casereview.store.keys import Key
from casereview.store.retrying import RetryingBackend
from casereview.store.transaction import Write
from casereview.store.verify_index import VerifyIndex
from casereview.store.worklist import Worklist

if TYPE_CHECKING:
    from casereview.store.items import Item

_RECORD = TypeVar("_RECORD", bound=Stored)
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

    def get(self, model: type[_RECORD], key: Key) -> _RECORD | None:
        """Read one record consistently; None if it does not exist."""
        item = self.backend.get(key)
        return from_item(model, item) if item else None

    def evidence_of(self, case: Case, *, weighed: bool = False) -> CaseFile:
        """Read what was stated and found about a case, with one consistent query.

        Whoever writes the case on condition of its version has then read all words up to that version.

        Args:
            case: The case.
            weighed: Whether only what a ranking weighs is read of withdrawn requests, whose claims must then not be
                written.
        """
        claims, findings = [], Findings(case_id=case.case_id)
        for item in self.items(keys.claims_partition(case.case_id)):
            if item["sk"] == {"S": keys.findings(case.case_id).sk}:
                findings = from_item(Findings, item)
            else:
                claims.append(weighed_claims(item) if weighed else from_item(Claims, item))
        return CaseFile(case, in_order(claims), findings)

    def events_after(self, case_id: str, version: int) -> Iterator[Event]:
        """Yield the events of a case after a version, in order, read consistently page by page."""
        first = keys.event(case_id, version + 1)
        query = Query(first.pk, sort_key=Between(first.sk, keys.LAST_EVENT))
        return (from_item(Event, item) for item in self.query(query))

    def events_of_kind(self, case_id: str, kind: EventKind) -> Iterator[Event]:
        """Yield the events of one kind of a case, in order; the others are read, and not parsed."""
        first = keys.event(case_id, 1)
        query = Query(first.pk, sort_key=Between(first.sk, keys.LAST_EVENT))
        return (from_item(Event, item) for item in self.query(query) if item["kind"] == {"S": kind})

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
        """Read up to 100 cases consistently, by id; those that do not exist are left out. An id may repeat.

        Raises:
            BusyError: The table was throttled for longer than the attempts last (1.5 s).
        """
        wanted = [keys.case(case_id) for case_id in dict.fromkeys(case_ids)]
        return {case.case_id: case for case in self.several(Case, wanted)}

    def several(self, model: type[_RECORD], wanted: Sequence[Key]) -> list[_RECORD]:
        """Read up to 100 records of different keys consistently, in any order; those that do not exist are left out.

        Raises:
            BusyError: The table was throttled for longer than the attempts last (1.5 s).
        """
        found: list[_RECORD] = []
        for _ in attempts(_BATCH_ATTEMPTS):
            if not wanted:
                break
            items, wanted = self.backend.get_batch(wanted)
            found += [from_item(model, item) for item in items]
        if wanted:
            raise BusyError
        return found

    def items(self, pk: str, prefix: str = "") -> list[Item]:
        """Read a partition consistently, or only the items whose sort keys begin with a prefix."""
        return list(self.query(Query(pk, sort_key=BeginsWith(prefix) if prefix else None)))

    def records(self, model: type[_RECORD], query: Query) -> Iterator[_RECORD]:
        """Yield the records of a query in order, read page by page as they are needed."""
        return (from_item(model, item) for item in self.query(query))

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
        """Apply all writes in one transaction.

        Raises:
            RefusedError: A condition failed.
            ContentionError: Other transactions conflicted, or the table was throttled, at each attempt.
        """
        self.backend.transact(writes)

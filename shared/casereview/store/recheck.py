"""A case of which a record cannot be read: it counts as restricted, and nobody in it as verified, until all of it is.

Who finds such a record marks the case. The mark is due work: the worker reads all that the case rests on again, and
removes the mark once it can. Meanwhile the case keeps its rank; nothing of it is sent, shown to requesters or decided.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

from casereview.cases.changes import restriction
from casereview.schema.event_records import Correction, Event
from casereview.schema.evidence import Claims, Findings
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case, Stored
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.damaged import require_version
from casereview.store.items import from_item
from casereview.store.table import Table, read_item
from casereview.store.transaction import RefusedError, put_over
from casereview.store.unreadable import UnreadableError

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields
    from casereview.store.items import Item

_RESTS_ON: Final[Mapping[str, type[Stored]]] = {
    "EVENT": Event,
    "NOTICE": Notice,
    "CORRECTION": Correction,
    "RECEIPT": Claims,
    "FINDINGS": Findings,
}
"""What the sort keys begin with of the records that a case rests on, in the partitions of the case and its claims."""


def marked(case: Case, at: datetime) -> Case:
    """Return a case of which a record cannot be read; what verified requesters saw until then is kept with it."""
    if case.unreadable:
        return case
    changes: CaseFields = {**restriction(case, restricted=True), "recheck_at": at}
    return case.evolve(**changes)


def mark(table: Table, case_id: str, at: datetime) -> None:
    """Mark a case of which a record cannot be read; one that cannot be read itself needs no mark.

    If the case changes meanwhile, whoever finds the record next marks it.
    """
    case = table.find(Case, keys.case(case_id))
    if case and not case.unreadable:
        with suppress(RefusedError):
            table.write(put_over(marked(case, at), version=case.version))


def require_whole(table: Table, case: Case) -> list[Request]:
    """Read all that a case rests on: its history, notices, requests, and what was stated and found.

    A table that leaves out what cannot be read requires nothing.

    Returns:
        Its requests, those that were withdrawn too; none of a table that requires nothing.

    Raises:
        UnreadableError: Something cannot be read; every such record has been reported.
    """
    if table.leaves_out:
        return []
    of_case = [*table.items(keys.case_partition(case.case_id)), *table.items(keys.claims_partition(case.case_id))]
    receipts = [receipt for item in of_case if (receipt := keys.receipt_of_claims(item["sk"]["S"]))]
    requests = table.batch([keys.request(receipt) for receipt in receipts])
    found = [error for error in (*_faults(of_case), *(_fault(Request, item) for item in requests)) if error]
    if found:
        raise found[0]
    _require_version(table, case, of_case)
    return [from_item(Request, item) for item in requests]


def require_history(table: Table, case: Case) -> None:
    """Read the history and the notices of a case, for who reads what was stated and found, and the requests, anyway.

    A table that leaves out what cannot be read requires nothing.

    Raises:
        UnreadableError: Something cannot be read; every such record has been reported.
    """
    if table.leaves_out:
        return
    of_case = table.items(keys.case_partition(case.case_id))
    found = [error for error in _faults(of_case) if error]
    if found:
        raise found[0]
    _require_version(table, case, of_case)


def _require_version(table: Table, case: Case, of_case: list[Item]) -> None:
    """Raise UnreadableError if the version of a case is behind its history, which was read after it."""
    newest = max((keys.version_of_event(item["sk"]["S"]) for item in of_case), default=0)
    if newest > case.version:
        require_version(table, case.case_id)


def _faults(items: list[Item]) -> Iterator[UnreadableError | None]:
    for item in items:
        model = _RESTS_ON.get(item["sk"]["S"].partition("#")[0])
        if model:
            yield _fault(model, item)


def _fault(model: type[Stored], item: Item) -> UnreadableError | None:
    try:
        read_item(model, item)
    except UnreadableError as error:
        return error
    return None

"""Count the cases that each officer holds, in the transaction that claims or releases a case."""

from __future__ import annotations

from casereview.schema.office_records import Officer
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.table import Table
from casereview.store.transaction import Write, add


def read_counter(table: Table, user_id: str) -> Officer:
    """Return an officer's counter; all zero if none is stored, or if it cannot be read."""
    return table.find(Officer, keys.officer(user_id)) or Officer(user=user_id)


def count_claim(user_id: str, cap: int, *, by_next: bool) -> Write:
    """Return the write that counts one more claimed case.

    Args:
        user_id: The officer.
        cap: The maximum number of cases; the write fails if the officer already holds that many.
        by_next: Whether the case was assigned by ``next``, which is counted separately.
    """
    return add(Officer(user=user_id, claims=1, nexts=int(by_next)), claims=cap)


def count_returned(user_id: str) -> Write:
    """Return the write that counts a case which returns to an officer, however many the officer holds."""
    return add(Officer(user=user_id, claims=1))


def uncount_claim(case: Case) -> tuple[Write, ...]:
    """Return the write that counts one case less for the officer who holds it; empty if the case is unclaimed."""
    return (add(Officer(user=case.hold.by_id or case.hold.by, claims=-1)),) if case.hold else ()

"""How many cases an officer holds: a counter changed in the transaction that claims or frees a case."""

from __future__ import annotations

from casereview.schema.records import Case, Officer
from casereview.store import keys
from casereview.store.table import Table
from casereview.store.transaction import Write, add


def counter(table: Table, user: str) -> Officer:
    """Read an officer's counter, all zero where there is none yet."""
    return table.get(Officer, keys.officer(user)) or Officer(user=user)


def take(user: str, cap: int, *, by_next: bool) -> Write:
    """Count one case more, while the officer holds fewer than the cap, and whether ``next`` gave it."""
    return add(Officer(user=user, claims=1, nexts=int(by_next)), claims=cap)


def give_back(case: Case) -> tuple[Write, ...]:
    """Return the write that frees the holder of a case; none where nobody holds it."""
    return (add(Officer(user=case.claimed_by, claims=-1)),) if case.claimed_by else ()

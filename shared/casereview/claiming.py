"""Who holds a case: a claim is a lease, counted at the officer, and given back in the transaction that ends it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from casereview import keys
from casereview.policy.compiled import CompiledPolicy
from casereview.records import Case, Officer
from casereview.table import Table, Write, put_new, put_over

UNCLAIMED: Mapping[str, object] = {"claimed_by": None, "lease_until": None}


def lease(policy: CompiledPolicy, lane: str | None) -> timedelta:
    """Return how long a claim lasts: the policy's lease; in a top lane at most half the first-look time."""
    for found in policy.lanes:
        if found.id == lane and found.top and found.first_look:
            return min(policy.numbers.lease, found.first_look / 2)
    return policy.numbers.lease


def counter(table: Table, user: str) -> Officer:
    """Read an officer's counter; version 0 where there is none yet."""
    return table.get(Officer, keys.officer(user)) or Officer(user=user, version=0)


def count(officer: Officer, *, claims: int = 0, nexts: int = 0) -> Write:
    """Move a counter by what is given, while it is as it was read."""
    moved = officer.model_copy(
        update={
            "version": officer.version + 1,
            "claims": max(officer.claims + claims, 0),
            "nexts": officer.nexts + nexts,
        }
    )
    return put_over(moved, version=officer.version) if officer.version else put_new(moved)


def give_back(table: Table, case: Case) -> tuple[Write, ...]:
    """Return the write that frees the holder of a case; none where nobody holds it."""
    return (count(counter(table, case.claimed_by), claims=-1),) if case.claimed_by else ()


def back_in_line(case: Case, now: datetime) -> Mapping[str, object]:
    """Return a field office's case to the line; one with the Senior Reviewing Official keeps its state."""
    return {"status": "in_line", "status_since": now} if case.status == "in_review" else {}

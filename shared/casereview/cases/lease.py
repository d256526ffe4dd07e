"""Who holds a case: a claim is a lease, counted at the officer, and given back in the transaction that ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casereview.policy.compiler import CompiledPolicy
from casereview.schema.records import Case

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def is_top(policy: CompiledPolicy, lane: str | None) -> bool:
    """Tell whether a lane is one whose clock never stops."""
    return any(found.id == lane and found.top for found in policy.lanes)


def lease(policy: CompiledPolicy, lane: str | None) -> timedelta:
    """Return how long a claim lasts: the policy's lease; in a top lane at most half the first-look time."""
    for found in policy.lanes:
        if found.id == lane and found.top and found.first_look:
            return min(policy.numbers.lease, found.first_look / 2)
    return policy.numbers.lease


def back_in_line(case: Case, now: datetime) -> CaseFields:
    """Return a field office's case to the line; one with the Senior Reviewing Official keeps its state."""
    return {"status": "in_line", "status_since": now} if case.status == "in_review" else {}

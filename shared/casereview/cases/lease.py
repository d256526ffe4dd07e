"""Leases: how long an officer's claim of a case lasts, and the state that a case returns to when the claim ends."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casereview.policy.compiler import CompiledPolicy
from casereview.schema.records import Case

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def is_top_lane(policy: CompiledPolicy, lane: str | None) -> bool:
    """Return whether a lane is a top lane of the policy, in which the first-look clock never stops."""
    return any(found.id == lane and found.top for found in policy.lanes)


def lease_duration(policy: CompiledPolicy, lane: str | None) -> timedelta:
    """Return how long a claim lasts: the lease of the policy; in a top lane at most half of its first-look time."""
    for found in policy.lanes:
        if found.id == lane and found.top and found.first_look:
            return min(policy.numbers.lease, found.first_look / 2)
    return policy.numbers.lease


def fields_in_line(case: Case, now: datetime) -> CaseFields:
    """Return the fields that put a case back in line after a claim.

    A case with the Senior Reviewing Official keeps its state, so there are none.
    """
    return {"status": "in_line", "status_since": now} if case.status == "in_review" else {}

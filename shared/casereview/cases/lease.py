"""Leases: how long an officer's claim lasts, or a decision awaits approval, and where a case returns to then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casereview.policy.compiler import CompiledPolicy
from casereview.schema.records import Asker, Case, Hold

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def is_top_lane(policy: CompiledPolicy, lane: str | None) -> bool:
    """Return whether a lane is a top lane of the policy, in which the first-look clock never stops."""
    return any(found.id == lane and found.top for found in policy.lanes)


def time_for_approval(policy: CompiledPolicy, lane: str | None) -> timedelta:
    """Return how long a decision may await its approval: less in a top lane."""
    times = policy.document.duties
    return times.approval_in_top_lanes if is_top_lane(policy, lane) else times.approval


def lease_duration(policy: CompiledPolicy, lane: str | None) -> timedelta:
    """Return how long a claim lasts: the lease of the policy; in a top lane at most half of its first-look time."""
    for found in policy.lanes:
        if found.id == lane and found.top and found.first_look:
            return min(policy.numbers.lease, found.first_look / 2)
    return policy.numbers.lease


def asker_of_answer(case: Case) -> Asker | None:
    """Return who asked for an answer that has arrived, if they still have access to the case."""
    asker = case.asked_by
    if asker is None or case.answered_at is None or case.answered_at < case.status_since:
        return None
    return asker if asker.office == case.office and (asker.restricted or not case.restricted) else None


def returned_to(asker: Asker, case: Case, policy: CompiledPolicy, now: datetime) -> Hold:
    """Return the claim with which an answered case returns to the officer who asked."""
    return Hold(by=asker.by, by_id=asker.by_id, since=now, lease_until=now + lease_duration(policy, case.lane))


def fields_in_line(case: Case, now: datetime) -> CaseFields:
    """Return the fields that put a case back in line after a claim.

    A case with the Senior Reviewing Official keeps its state, so there are none.
    """
    return {"status": "in_line", "status_since": now} if case.status == "in_review" else {}

"""The clock of the first look: it stands still while an answer is awaited, visibly, and runs again by itself.

It begins anew where a case comes to somebody else to judge: escalated, sent back, or reopened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from casereview.schema.records import Case


def new_clock(now: datetime) -> dict[str, object]:
    """Return the fields of a case that waits for a first look from now on, whoever has looked at it before."""
    return {"lane_since": now, "stopped_since": None, "stopped_ms": 0, "looked_at": None}


def running_clock(case: Case, now: datetime) -> dict[str, object]:
    """Return the fields of a case whose clock runs again at an instant; nothing changes where it ran all along."""
    if case.stopped_since is None:
        return {"stopped_since": None}
    stopped = max(now - case.stopped_since, timedelta(0))
    return {"stopped_since": None, "stopped_ms": case.stopped_ms + stopped // timedelta(milliseconds=1)}


def is_looked_at(case: Case) -> bool:
    """Tell whether a human has worked on the case since it came into its lane, or took it up then and holds it still.

    What a claim without work is worth ends with it: the first look is then owed as before.
    """
    return _since_its_lane(case, case.looked_at) or _since_its_lane(case, case.held_since)


def _since_its_lane(case: Case, at: datetime | None) -> bool:
    return at is not None and case.lane_since is not None and at >= case.lane_since


def is_overdue(case: Case, now: datetime) -> bool:
    """Tell whether the first look is late at an instant."""
    return _has_passed(case, now) and not is_looked_at(case)


def is_missed(case: Case, now: datetime) -> bool:
    """Tell whether a passed target is to be reported, or was and stays so: a claim alone undoes no report."""
    return is_overdue(case, now) or (
        case.missed and _has_passed(case, now) and not _since_its_lane(case, case.looked_at)
    )


def _has_passed(case: Case, now: datetime) -> bool:
    return case.target_at is not None and case.target_at <= now

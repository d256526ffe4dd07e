"""The first-look clock: how long a case has waited in its lane for an officer to work on it.

The clock stops while the requester is asked for information, except in top lanes, and resumes when the information
arrives or its deadline passes. It restarts when the case is escalated, remanded or reopened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from casereview.schema.records import Case, FirstLookClock


def restarted_clock(case: Case, now: datetime) -> FirstLookClock:
    """Return a clock that starts again now; earlier work on the case no longer counts as its first look."""
    return case.first_look.evolve(lane_since=now, stopped_since=None, stopped_ms=0, looked_at=None)


def resumed_clock(case: Case, now: datetime) -> FirstLookClock:
    """Return the clock resumed at an instant, the time stopped added to its total; unchanged if it was running."""
    clock = case.first_look
    if clock.stopped_since is None:
        return clock
    stopped = max(now - clock.stopped_since, timedelta(0))
    return clock.evolve(stopped_since=None, stopped_ms=clock.stopped_ms + stopped // timedelta(milliseconds=1))


def clock_after_work(case: Case, now: datetime) -> FirstLookClock:
    """Return the clock after an officer worked on the case: a first look that lasts when the claim ends."""
    return case.first_look.evolve(looked_at=now, missed=False)


def has_first_look(case: Case) -> bool:
    """Return whether an officer has worked on the case, or claimed it and still holds it, since it entered its lane.

    A claim without work counts only while it lasts: when it ends, the first look is pending again.
    """
    held_since = case.hold.since if case.hold else None
    return _is_since_lane_entry(case, case.first_look.looked_at) or _is_since_lane_entry(case, held_since)


def _is_since_lane_entry(case: Case, at: datetime | None) -> bool:
    lane_since = case.first_look.lane_since
    return at is not None and lane_since is not None and at >= lane_since


def is_overdue(case: Case, now: datetime) -> bool:
    """Return whether the target has passed at an instant without a first look."""
    return _has_passed(case, now) and not has_first_look(case)


def is_target_missed(case: Case, now: datetime) -> bool:
    """Return whether the target counts as missed: it has passed without a first look.

    Once reported, it stays missed until an officer works on the case or the target changes; a claim is not enough.
    """
    return is_overdue(case, now) or (
        case.missed and _has_passed(case, now) and not _is_since_lane_entry(case, case.first_look.looked_at)
    )


def _has_passed(case: Case, now: datetime) -> bool:
    return case.target_at is not None and case.target_at <= now

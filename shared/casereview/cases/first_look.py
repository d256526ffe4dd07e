"""The clock of the first look: it stands still while an answer is awaited, visibly, and runs again by itself.

It begins anew where a case comes to somebody else to judge: escalated, sent back, or reopened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from casereview.schema.records import Case, FirstLookClock


def new_clock(case: Case, now: datetime) -> FirstLookClock:
    """Return the clock of a case that waits for a first look from now on, whoever has looked at it before."""
    return case.first_look.evolve(lane_since=now, stopped_since=None, stopped_ms=0, looked_at=None)


def running_clock(case: Case, now: datetime) -> FirstLookClock:
    """Return the clock of a case that runs again from an instant on; the same where it was not stopped."""
    clock = case.first_look
    if clock.stopped_since is None:
        return clock
    stopped = max(now - clock.stopped_since, timedelta(0))
    return clock.evolve(stopped_since=None, stopped_ms=clock.stopped_ms + stopped // timedelta(milliseconds=1))


def looked_at(case: Case, now: datetime) -> FirstLookClock:
    """Return the clock of a case after work on it: a first look, which the end of the claim does not undo."""
    return case.first_look.evolve(looked_at=now, missed=False)


def is_looked_at(case: Case) -> bool:
    """Tell whether a human has worked on the case since it came into its lane, or took it up then and holds it still.

    What a claim without work is worth ends with it: the first look is then pending as before.
    """
    held_since = case.hold.since if case.hold else None
    return _since_its_lane(case, case.first_look.looked_at) or _since_its_lane(case, held_since)


def _since_its_lane(case: Case, at: datetime | None) -> bool:
    lane_since = case.first_look.lane_since
    return at is not None and lane_since is not None and at >= lane_since


def is_overdue(case: Case, now: datetime) -> bool:
    """Tell whether the first look is late at an instant."""
    return _has_passed(case, now) and not is_looked_at(case)


def is_missed(case: Case, now: datetime) -> bool:
    """Tell whether a passed target is to be reported, or was and stays so: a claim alone undoes no report."""
    return is_overdue(case, now) or (
        case.missed and _has_passed(case, now) and not _since_its_lane(case, case.first_look.looked_at)
    )


def _has_passed(case: Case, now: datetime) -> bool:
    return case.target_at is not None and case.target_at <= now

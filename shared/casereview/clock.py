"""The clock of the first look: it stands still while an answer is awaited, visibly, and runs again by itself.

It begins anew where a case comes to somebody else to judge: escalated, sent back, or reopened.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from casereview.records import Case


def new_clock(now: datetime) -> dict[str, object]:
    """Return the fields of a case that waits for a first look from now on, whoever has looked at it before."""
    return {"lane_since": now, "stopped_since": None, "stopped_ms": 0, "looked_at": None}


def running_clock(case: Case, now: datetime) -> dict[str, object]:
    """Return the fields of a case whose clock runs again at an instant; nothing changes where it ran all along."""
    if case.stopped_since is None:
        return {"stopped_since": None}
    stopped = max(now - case.stopped_since, timedelta(0))
    return {"stopped_since": None, "stopped_ms": case.stopped_ms + stopped // timedelta(milliseconds=1)}

"""The clock of the first look: it stands still while an answer is awaited, visibly, and runs again by itself."""

from __future__ import annotations

from datetime import datetime, timedelta

from casereview.records import Case


def running_clock(case: Case, now: datetime) -> dict[str, object]:
    """Return the fields of a case whose clock runs again at an instant; nothing changes where it ran all along."""
    if case.stopped_since is None:
        return {"stopped_since": None}
    stopped = max(now - case.stopped_since, timedelta(0))
    return {"stopped_since": None, "stopped_ms": case.stopped_ms + stopped // timedelta(milliseconds=1)}

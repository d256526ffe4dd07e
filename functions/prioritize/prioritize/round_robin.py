"""Round-robin order, for runs that can end before they reach every item."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def rotated(items: Sequence[str], now: datetime, every: timedelta) -> tuple[str, ...]:
    """Return the items rotated so that another one comes first each time ``every`` has passed."""
    first = int(now.timestamp() // every.total_seconds()) % len(items)
    return (*items[first:], *items[:first])

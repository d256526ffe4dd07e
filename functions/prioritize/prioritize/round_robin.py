"""Whose turn it is to be the first, where a run may end before all had theirs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta


def in_turn(everyone: Sequence[str], now: datetime, every: timedelta) -> tuple[str, ...]:
    """Return everyone in order, another one being the first each time that ``every`` has passed."""
    first = int(now.timestamp() // every.total_seconds()) % len(everyone)
    return (*everyone[first:], *everyone[:first])

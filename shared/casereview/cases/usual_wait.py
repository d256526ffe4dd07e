"""The usual wait for a decision, in whole weeks, from the cases that ended lately."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from math import ceil
from statistics import median
from typing import Final, NamedTuple

from casereview.schema.base import EASTERN

PERIOD: Final = timedelta(days=180)
"""Cases that ended within this time count."""
FEWEST: Final = 30
"""With fewer ended cases than this, no usual wait is published."""
_DAYS_OF_A_WEEK: Final = 7


class UsualWait(NamedTuple):
    """The published usual wait of a lane at an office."""

    lane: str
    office: str
    weeks: int | None
    """None if too few cases ended, or nothing is published yet."""
    as_of: datetime | None
    """When it was published; None if nothing is published yet."""


def days_between(filed_at: datetime, decided_at: datetime) -> int:
    """Return the days from filing to a decision; a day that has begun counts."""
    return max(0, -((filed_at - decided_at) // timedelta(days=1)))


def weeks_of(days: Sequence[int]) -> int | None:
    """Return the median of waits in days as whole weeks, rounded up and at least one; None if they are too few."""
    return max(1, ceil(median(days) / _DAYS_OF_A_WEEK)) if len(days) >= FEWEST else None


def iso_week(at: datetime) -> str:
    """Return the ISO week of an instant, Eastern time, such as ``2026-W48``."""
    year, week, _day = at.astimezone(EASTERN).isocalendar()
    return f"{year}-W{week:02d}"

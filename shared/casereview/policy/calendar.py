"""Days and years as instants, counted in Eastern time, where the reviewing agency sits.

Every function is total: what lies outside the calendar becomes ``PAST`` or ``NEVER``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema

from casereview.policy.errors import refusal

EASTERN: Final = ZoneInfo("America/New_York")
PAST: Final = datetime.min.replace(tzinfo=UTC)
NEVER: Final = datetime.max.replace(tzinfo=UTC)

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"(0|[1-9][0-9]{0,5})([mhd])")
_REMEMBERED: Final = 50_000
"""More days than a lifetime of dates has, so the memory has a bound and is hardly ever too small."""


@lru_cache(maxsize=_REMEMBERED)
def day_begins(year: int, month: int, day: int) -> datetime:
    """The first instant of a calendar day in Eastern time, in UTC."""
    try:
        return datetime(year, month, day, tzinfo=EASTERN).astimezone(UTC)
    except (OverflowError, ValueError):
        return PAST if year < 1 else NEVER


@lru_cache(maxsize=_REMEMBERED)
def anniversary(day: date, years: int) -> datetime:
    """The first instant of the day ``years`` after ``day``; of 29 February it is the 28th in a common year.

    The earlier day is the one in the person's favour, since years count for mitigation.
    """
    year = day.year + years
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    is_leap_day = (day.month, day.day) == (2, 29)
    return day_begins(year, day.month, 28 if is_leap_day and not leap else day.day)


@lru_cache(maxsize=_REMEMBERED)
def days_from(day: date, days: int) -> datetime:
    """The first instant of the day ``days`` after ``day`` (before it, if negative)."""
    try:
        moved = day + timedelta(days=days)
    except OverflowError:
        return PAST if days < 0 else NEVER
    return day_begins(moved.year, moved.month, moved.day)


def year_begins(year: int) -> datetime:
    """The first instant of a calendar year."""
    return day_begins(year, 1, 1)


def _read_duration(value: object) -> object:
    """Read ``4h``, ``30m`` or ``14d``; a timedelta passes. Refuses anything else."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise refusal("wrong_value", "a duration is a number and m, h or d, such as 72h or 14d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def write_duration(value: timedelta) -> str:
    """Write a duration in its largest whole unit, the one form that the canonical document has."""
    minutes = int(value.total_seconds() // 60)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _read_date(value: object) -> object:
    """Take a date or its ISO text, and nothing that pydantic would read as a timestamp."""
    if isinstance(value, datetime) or not isinstance(value, (date, str)):
        raise refusal("wrong_value", "a date is written as YYYY-MM-DD")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    PlainSerializer(write_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["72h", "14d"]}),
]
"""A span of whole minutes, written as ``30m``, ``72h`` or ``14d``."""

Day = Annotated[date, BeforeValidator(_read_date)]
"""A calendar day."""

Years = Annotated[int, Field(strict=True, ge=0, le=150)]
"""Whole years."""

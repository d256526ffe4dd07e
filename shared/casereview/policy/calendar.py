"""Calendar days, anniversaries and durations of policy documents, in Eastern time, where the reviewing agency is.

No function overflows: a result before or after the range of ``datetime`` becomes ``PAST`` or ``NEVER``.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, WithJsonSchema

from casereview.policy.errors import value_fault
from casereview.schema.base import EASTERN, Instant

PAST: Final = datetime.min.replace(tzinfo=UTC)
NEVER: Final = datetime.max.replace(tzinfo=UTC)

_UNITS: Final = {"m": "minutes", "h": "hours", "d": "days"}
_DURATION: Final = re.compile(r"(0|[1-9][0-9]{0,5})([mhd])")
_CACHE_SIZE: Final = 50_000
"""More days than a lifetime has: bounds the memory of each cache, and is rarely reached."""


@lru_cache(maxsize=_CACHE_SIZE)
def start_of_day(year: int, month: int, day: int) -> datetime:
    """Return the first instant of a calendar day in Eastern time, in UTC."""
    try:
        return datetime(year, month, day, tzinfo=EASTERN).astimezone(UTC)
    except (OverflowError, ValueError):
        return PAST if year < 1 else NEVER


@lru_cache(maxsize=_CACHE_SIZE)
def anniversary(day: date, years: int) -> datetime:
    """Return the first instant of the day ``years`` after ``day``.

    The anniversary of 29 February in a common year is 28 February: the earlier day favours the noncitizen, because
    years that have passed count as mitigation.
    """
    year = day.year + years
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    is_leap_day = (day.month, day.day) == (2, 29)
    return start_of_day(year, day.month, 28 if is_leap_day and not leap else day.day)


@lru_cache(maxsize=_CACHE_SIZE)
def days_after(day: date, days: int) -> datetime:
    """Return the first instant of the day ``days`` after ``day`` (before it, if negative)."""
    try:
        moved = day + timedelta(days=days)
    except OverflowError:
        return PAST if days < 0 else NEVER
    return start_of_day(moved.year, moved.month, moved.day)


def start_of_year(year: int) -> datetime:
    """Return the first instant of a calendar year in Eastern time, in UTC."""
    return start_of_day(year, 1, 1)


def _read_duration(value: object) -> object:
    """Parse ``4h``, ``30m`` or ``14d``; return a timedelta unchanged.

    Raises:
        PydanticCustomError: for any other value.
    """
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise value_fault("wrong_value", "a duration must be a number followed by m, h or d, such as 72h or 14d")
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def write_duration(value: timedelta) -> str:
    """Return a duration in its largest whole unit, the only form in the canonical document."""
    minutes = int(value.total_seconds() // 60)
    for unit, size in (("d", 1440), ("h", 60)):
        if minutes and minutes % size == 0:
            return f"{minutes // size}{unit}"
    return f"{minutes}m"


def _read_date(value: object) -> object:
    """Return a date or its ISO text unchanged, and reject values that pydantic would read as a timestamp.

    Raises:
        PydanticCustomError: for any other value.
    """
    if isinstance(value, datetime) or not isinstance(value, (date, str)):
        raise value_fault("wrong_value", "a date must be written as YYYY-MM-DD")
    return value


Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    PlainSerializer(write_duration, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": f"^{_DURATION.pattern}$", "examples": ["72h", "14d"]}),
]
"""A span of whole minutes, written as ``30m``, ``72h`` or ``14d``."""

YEARS: Final = range(1900, 2200)
"""The years in which a policy can begin or end to be in force."""


def _read_time(value: object) -> object:
    """Return a time or its text unchanged, and reject numbers, which pydantic would read as a timestamp.

    Raises:
        PydanticCustomError: for any other value.
    """
    if not isinstance(value, (datetime, str)) or (isinstance(value, str) and not value[:4].isdecimal()):
        raise value_fault("wrong_value", "a time must be written with its offset, as 2026-01-31T00:00:00-05:00")
    return value


def _in_years(value: datetime) -> datetime:
    if value.year not in YEARS:
        raise value_fault("wrong_value", f"a time must lie between {YEARS.start} and {YEARS.stop - 1}")
    return value


InForceTime = Annotated[Instant, BeforeValidator(_read_time), AfterValidator(_in_years)]
"""An instant with which a policy begins or ends to be in force."""

Day = Annotated[date, BeforeValidator(_read_date)]
"""A calendar day, written as ``YYYY-MM-DD``."""

Years = Annotated[int, Field(strict=True, ge=0, le=150)]
"""Whole years, from 0 to 150."""

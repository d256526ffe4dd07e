"""Times as the staff read them: in Eastern time, and how far off they are."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from casereview.schema.base import EASTERN

_HOUR: Final = 60
_DAY: Final = 24 * _HOUR
_DAYS_IN_HOURS: Final = 2
"""Up to so many days are told in hours."""


def moment(text: str) -> datetime:
    """Return a time of the API; a day counts as its first instant in Eastern time."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=EASTERN)


def when(text: str | None) -> str:
    """Return a time as ``Mon Mar 8, 2021, 3:05 PM ET``, a day without its hour; nothing for no time."""
    if not text:
        return ""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        local = moment(text).astimezone(EASTERN)
        hour = local.strftime("%I:%M %p").lstrip("0")
        return f"{_day(local)}, {hour} ET"
    return _day(day)


def _day(day: date) -> str:
    return f"{day.strftime('%a %b')} {day.day}, {day.year}"


def off(text: str | None, at: datetime) -> str:
    """Return how far off a time is: ``in 5 h 20 min``, ``3 days ago``; nothing for no time."""
    if not text:
        return ""
    distance = moment(text) - at
    length = span(abs(distance))
    return f"in {length}" if distance >= timedelta() else f"{length} ago"


def span(length: timedelta) -> str:
    """Return a length of time in days, or below two days in hours and minutes."""
    minutes = int(length.total_seconds()) // _HOUR
    if minutes >= _DAYS_IN_HOURS * _DAY:
        return f"{minutes // _DAY} days"
    if minutes >= _HOUR:
        return f"{minutes // _HOUR} h {minutes % _HOUR} min"
    return f"{minutes} min"

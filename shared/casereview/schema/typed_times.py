"""Dates and times as people type them in request bodies, parsed and written again.

Each parser raises ``ValueError`` with the code of its fault: another form, a day or time that does not exist, a year
outside of ``FIRST_YEAR`` to ``LAST_YEAR``. A date or time that was parsed already is returned as it is.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from casereview.schema.base import EASTERN, rfc3339, to_milliseconds
from casereview.schema.error_codes import invalid_value
from casereview.schema.partial_dates import Month, Year
from casereview.schema.typed_text import fold_date

if TYPE_CHECKING:
    from pydantic import ValidationInfo

FIRST_YEAR, LAST_YEAR = 1900, 2199
PAST_AHEAD = timedelta(days=1)
"""How far a past day may be ahead of the date in UTC: Guam is a day ahead for ten hours of each UTC day."""
_PARTIAL = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?", re.ASCII)
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?([Zz]|[+-]\d{2}:\d{2})", re.ASCII)


def _day(year: str, month: str | None, day: str | None) -> date:
    kind = date if day else Month if month else Year
    try:
        found = kind(int(year), int(month or 1), int(day or 1))
    except ValueError:
        raise invalid_value("impossible_date") from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise invalid_value("year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return found


def parse_past_date(value: object, info: ValidationInfo) -> date:
    """Parse ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``; a partial date is its first day, in the person's favour.

    It may be tomorrow in UTC, as ``PAST_AHEAD`` says.
    """
    if isinstance(value, date):
        return value
    found = _PARTIAL.fullmatch(fold_date(value)) if isinstance(value, str) else None
    if not found:
        raise invalid_value("not_a_date", forms="1980-02-03, 1980-02, 1980")
    day = _day(found[1], found[2], found[3])
    today: date | None = (info.context or {}).get("today")
    if today and day > today + PAST_AHEAD:
        raise invalid_value("in_the_future")
    return day


def parse_day(value: object) -> date:
    """Parse ``YYYY-MM-DD``."""
    if isinstance(value, date):
        return value
    found = _PARTIAL.fullmatch(fold_date(value)) if isinstance(value, str) else None
    if not found or not found[3]:
        raise invalid_value("not_a_date", forms="2026-01-31")
    return _day(found[1], found[2], found[3])


def parse_time_or_day(value: object) -> datetime | date:
    """Parse an RFC 3339 time with offset, or a date, as people type them."""
    if isinstance(value, date):
        return value
    text = fold_date(value) if isinstance(value, str) else ""
    if _INSTANT.fullmatch(text):
        return _instant(text)
    found = _PARTIAL.fullmatch(text)
    if not found or not found[3]:
        raise invalid_value("not_a_time", forms="2026-01-31, 2026-01-31T15:00:00-05:00")
    return _day(found[1], found[2], found[3])


class _DayStart(datetime):
    """The first instant of a day, where only the day was stated."""


def parse_removal_time(value: object) -> datetime:
    """Parse an RFC 3339 time with offset, or a date, which becomes its first instant in Eastern time."""
    found = parse_time_or_day(value)
    if isinstance(found, datetime):
        return found
    return _DayStart.combine(found, time(), EASTERN)


def format_removal_time(value: datetime) -> str:
    """Format a time as RFC 3339, or as the day that was stated."""
    return value.date().isoformat() if isinstance(value, _DayStart) else rfc3339(value)


def parse_time(value: object) -> datetime:
    """Parse an RFC 3339 time with offset; milliseconds are kept."""
    found = parse_time_or_day(value)
    if not isinstance(found, datetime):
        raise invalid_value("not_a_time", forms="2026-01-31T15:00:00-05:00")
    return to_milliseconds(found)


def parse_deadline(value: object) -> datetime:
    """Parse an RFC 3339 time with offset, or a date, which becomes the midnight that ends it in Eastern time."""
    found = parse_time_or_day(value)
    if isinstance(found, datetime):
        return found
    return datetime.combine(found + timedelta(days=1), time(), EASTERN).astimezone(UTC)


def _instant(value: str) -> datetime:
    try:
        found = datetime.fromisoformat(value.upper()).astimezone(UTC)
    except ValueError:
        raise invalid_value("impossible_time") from None
    except OverflowError:
        raise invalid_value("year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR) from None
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise invalid_value("year_out_of_range", first=FIRST_YEAR, last=LAST_YEAR)
    return found.replace(microsecond=found.microsecond // 1000 * 1000)


def format_time_or_day(value: datetime | date) -> str:
    """Format a time as RFC 3339, or a day as an ISO 8601 date."""
    return rfc3339(value) if isinstance(value, datetime) else value.isoformat()

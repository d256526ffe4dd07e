"""When a telephone is answered: by weekday and hour in its time zone, not on federal holidays (5 USC 6103)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from casereview.schema.base import EASTERN

_SATURDAY: Final = 5
_FIXED: Final = ((1, 1), (6, 19), (7, 4), (11, 11), (12, 25))
"""Month and day of the holidays that are observed on the nearest weekday."""
_NTH: Final = ((1, 0, 3), (2, 0, 3), (9, 0, 1), (10, 0, 2), (11, 3, 4))
"""Month, weekday and number of the holidays that lie on a weekday; the last Monday of May is apart."""


class Line(NamedTuple):
    """A telephone line and when it is staffed."""

    number: str
    zone: ZoneInfo
    opens: time
    closes: time


class Opening(NamedTuple):
    """Whether a line is staffed at a moment, and when that ends or begins."""

    is_open: bool
    until: datetime
    """Where it is open, when it closes; else when it opens next."""


DETENTION_LINE: Final = Line("1-888-351-4024", EASTERN, time(8), time(20))
"""ICE's Detention Reporting and Information Line: Monday to Friday, 8 a.m. to 8 p.m. Eastern time (ice.gov)."""


def opening(line: Line, at: datetime) -> Opening:
    """Return whether a line is staffed at a time, and until when."""
    local = at.astimezone(line.zone)
    today = local.date()
    if is_workday(today) and line.opens <= local.time() < line.closes:
        return Opening(is_open=True, until=datetime.combine(today, line.closes, line.zone))
    day = today if local.time() < line.opens else today + timedelta(days=1)
    while not is_workday(day):
        day += timedelta(days=1)
    return Opening(is_open=False, until=datetime.combine(day, line.opens, line.zone))


def is_workday(day: date) -> bool:
    """Return whether the federal government works on a day."""
    return day.weekday() < _SATURDAY and day not in _holidays(day.year) | _holidays(day.year + 1)


@cache
def _holidays(year: int) -> frozenset[date]:
    """Return the days on which the holidays of a year are observed; the first of January may be the day before."""
    fixed = [_observed(date(year, month, day)) for month, day in _FIXED]
    nth = [_nth_weekday(year, month, weekday, number) for month, weekday, number in _NTH]
    memorial = date(year, 5, 31) - timedelta(days=date(year, 5, 31).weekday())
    return frozenset([*fixed, *nth, memorial])


def _observed(day: date) -> date:
    shift = {_SATURDAY: -1, _SATURDAY + 1: 1}.get(day.weekday(), 0)
    return day + timedelta(days=shift)


def _nth_weekday(year: int, month: int, weekday: int, number: int) -> date:
    first = date(year, month, 1)
    return first + timedelta(days=(weekday - first.weekday()) % 7 + 7 * (number - 1))

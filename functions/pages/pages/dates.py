"""Dates and times as people write them in each language, from a table made of CLDR by ``make dates``."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TypedDict
from zoneinfo import ZoneInfo

from casereview.schema.base import EASTERN
from casereview.schema.languages import Language


class _Formats(TypedDict):
    """The names and patterns of a language; a pattern is a format string."""

    months: list[str]
    weekdays: list[str]
    periods: list[str]
    date: str
    weekday_date: str
    time: str


def long_date(at: datetime, language: Language, *, weekday: bool = False, zone: ZoneInfo = EASTERN) -> str:
    """Return the day of a time, as ``1 December 2026`` is written in the language; in Eastern time by default."""
    local, formats = at.astimezone(zone), _formats(language)
    return formats["weekday_date" if weekday else "date"].format(
        d=local.day,
        y=local.year,
        month=formats["months"][local.month - 1],
        weekday=formats["weekdays"][local.weekday()],
    )


def clock_time(at: datetime, language: Language, zone: ZoneInfo = EASTERN) -> str:
    """Return the time of day, as it is written in the language; in Eastern time by default."""
    local, formats = at.astimezone(zone), _formats(language)
    return formats["time"].format(
        H=local.hour,
        HH=f"{local.hour:02}",
        h=local.hour % 12 or 12,
        mm=f"{local.minute:02}",
        period=formats["periods"][local.hour // 12],
    )


@cache
def _table() -> dict[str, _Formats]:
    found: dict[str, _Formats] = json.loads(files("pages").joinpath("dates.json").read_text("utf-8"))
    return found


def _formats(language: Language) -> _Formats:
    return _table()[language]

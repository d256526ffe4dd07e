"""Dates of which only the year or month is known: they count as their first day, and are shown as they were stated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated, Final

from pydantic import BeforeValidator, PlainSerializer


class Year(date):
    """A year, which counts as its first day."""


class Month(date):
    """A month, which counts as its first day."""


_KINDS: Final[Mapping[str, type[Year | Month]]] = {"T00:00": Year, "T00:00:00": Month}
"""What follows the first day of a year or month in the table. A release that knows only days reads it as that day."""
_STORED: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(T00:00(?::00)?)", re.ASCII)


def format_partial(value: date) -> str:
    """Return a date as it was stated: ``2006``, ``2006-05`` or ``2006-05-01``."""
    if isinstance(value, Year):
        return f"{value.year:04d}"
    return f"{value.year:04d}-{value.month:02d}" if isinstance(value, Month) else value.isoformat()


def stored_date(value: date) -> str:
    """Return a date in the form in which the table holds it."""
    return value.isoformat() + next((suffix for suffix, kind in _KINDS.items() if isinstance(value, kind)), "")


def _read_stored(value: object) -> object:
    """Return a year or month from its stored form; all else is left to the validation of a date."""
    found = _STORED.fullmatch(value) if isinstance(value, str) else None
    return _KINDS[found[2]].fromisoformat(found[1]) if found else value


FactDate = Annotated[
    date, BeforeValidator(_read_stored), PlainSerializer(format_partial, return_type=str, when_used="json")
]
"""A date among the facts: a day, or a year or month that counts as its first day."""

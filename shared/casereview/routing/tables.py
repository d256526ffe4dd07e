"""Read the tables of places, each when it is first needed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date
from importlib.resources import files
from typing import NamedTuple


class Period(NamedTuple):
    """The days from ``start`` up to, but not including, ``end``."""

    start: date
    end: date

    def includes(self, on: date) -> bool:
        """Return whether the day is in the period."""
        return self.start <= on < self.end


ALWAYS = Period(date.min, date.max)


def period(start: str, end: str) -> Period:
    """Return the period between two ISO dates; a blank date is unbounded."""
    return Period(date.fromisoformat(start) if start else date.min, date.fromisoformat(end) if end else date.max)


def rows(table: str) -> Iterator[list[str]]:
    """Yield the rows of ``data/<table>.csv`` after its header, as lists: dictionaries would cost a cold start more."""
    with (files("casereview.routing") / "data" / f"{table}.csv").open(encoding="utf-8") as lines:
        reader = csv.reader(lines)
        next(reader)
        yield from reader

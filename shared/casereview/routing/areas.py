"""The areas of responsibility of the field offices, with their effective dates.

The table is ``data/field_office_areas.csv``. Twenty-five Texas counties moved in 2021, so each row has an effective
period: ``effective_from`` is included, ``effective_to`` is not; a blank date is unbounded.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from casereview.routing.tables import Period, period, rows

OR: Final = " or "
"""Joins the names of several counties, or of several facilities, of which one is meant and all lie in one office."""


class Area(NamedTuple):
    """A state, or one county of it, that an office is responsible for during a period."""

    office: str
    county: str
    """Its published name; empty for a whole state."""
    period: Period


@cache
def areas() -> dict[str, tuple[Area, ...]]:
    """Return the areas by state."""
    found = defaultdict(list)
    for office, state, county, start, end in rows("field_office_areas"):
        found[state].append(Area(office, county, period(start, end)))
    return {state: tuple(each) for state, each in found.items()}


def responsible(state: str | None, county: str | None, on: date) -> tuple[str, ...]:
    """Return the codes of the offices that can be responsible on a day.

    Args:
        state: The two-letter code of a state.
        county: The published name of a county, or of several, joined by ``OR``.
        on: The day.

    Returns:
        The offices of the counties if they are known, else all offices of the state, sorted.
    """
    current = [area for area in areas().get(state or "", ()) if area.period.includes(on)]
    counties = set(county.split(OR)) if county else set()
    exact = [area.office for area in current if area.county in counties]
    return tuple(sorted(set(exact or [area.office for area in current])))

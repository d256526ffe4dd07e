"""Route a case to the responsible field office, by areas of responsibility with their effective dates.

The tables are ``data/*.csv``. Twenty-five Texas counties moved in 2021, so each row has an effective period:
``effective_from`` is included, ``effective_to`` is not; a blank date is unbounded.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Final, NamedTuple

from casereview.schema.facts import Facts

HEADQUARTERS = "HQ"
"""The triage queue of cases that the tables assign to no field office; it is used like an office code."""
SENIOR_REVIEWING_OFFICIAL = "SRO"
"""The queue of the Senior Reviewing Official."""

PLACE_FACTS: Final = frozenset({"custody", "facility", "state", "county"})
"""The facts that decide the office of a case."""
_FACILITY: Final = frozenset({"facility"})
_RESIDENCE: Final = frozenset({"state", "county"})

_NOISE = re.compile(r"\b(county|parish|municipio|borough)\b|[^a-z0-9]")


class Period(NamedTuple):
    """The days from ``start`` up to, but not including, ``end``."""

    start: date
    end: date

    def includes(self, on: date) -> bool:
        """Return whether the day is in the period."""
        return self.start <= on < self.end


class Area(NamedTuple):
    """A state, or one county of it, that an office is responsible for during a period."""

    office: str
    county: str
    """Its published name; empty for a whole state."""
    period: Period


class Facility(NamedTuple):
    """A detention facility and the office responsible for it during a period."""

    code: str
    name: str
    office: str
    period: Period


class Routed(NamedTuple):
    """The office that facts name, and which of them place the person there."""

    office: str
    by: frozenset[str]
    """The facts of the facility or of the residence; none for ``HQ``."""


def normalized(name: str) -> str:
    """Return a name for comparison: without case, accents, punctuation, spaces and the word County."""
    letters = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    usual = re.sub(r"\bsaint\b", "st", letters).replace("duchess", "dutchess")  # ICE's own list misspells Dutchess
    return _NOISE.sub("", usual)


def _rows(table: str) -> list[dict[str, str]]:
    with (files("casereview.routing") / "data" / table).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def _period(row: dict[str, str]) -> Period:
    start, end = row.get("effective_from"), row.get("effective_to")
    return Period(date.fromisoformat(start) if start else date.min, date.fromisoformat(end) if end else date.max)


@cache
def offices() -> dict[str, str]:
    """Return the name of each field office by its code, closed and future ones included."""
    return {row["code"]: row["name"] for row in _rows("field_offices.csv")}


def queues() -> tuple[str, ...]:
    """Return the names of all worklists: every field office, headquarters and the Senior Reviewing Official."""
    return (*offices(), HEADQUARTERS, SENIOR_REVIEWING_OFFICIAL)


@cache
def _areas() -> dict[str, tuple[Area, ...]]:
    areas = defaultdict(list)
    for row in _rows("field_office_areas.csv"):
        areas[row["state"]].append(Area(row["field_office"], row["county"], _period(row)))
    return {state: tuple(found) for state, found in areas.items()}


@cache
def _counties() -> dict[tuple[str, str], str]:
    """Return the published names of counties by state and normalized name."""
    return {(state, normalized(area.county)): area.county for state, areas in _areas().items() for area in areas}


@cache
def _facilities() -> dict[str, tuple[Facility, ...]]:
    """Return the facilities by code and by normalized name; several facilities can share a name."""
    found = defaultdict(list)
    for row in _rows("detention_facilities.csv"):
        facility = Facility(row["code"], row["name"], row["field_office"], _period(row))
        found[row["code"]].append(facility)
        found[normalized(row["name"])].append(facility)
    return {key: tuple(facilities) for key, facilities in found.items()}


def find_state(text: str | None) -> str | None:
    """Return the two-letter code of a state, district or territory, or None if the tables do not contain it."""
    code = (text or "").strip().upper()
    return code if code in _areas() else None


def find_county(state: str | None, text: str | None) -> str | None:
    """Return the published name of a county, or None if it is unknown or its state belongs to one office."""
    return _counties().get((state, normalized(text))) or None if state and text else None


def find_facility(text: str | None, on: date) -> Facility | None:
    """Return the facility with this code or name, or None if there is none or more than one."""
    if not text:
        return None
    named = _facilities().get(text.strip().upper()) or _facilities().get(normalized(text), ())
    current = {facility.code: facility for facility in named if facility.period.includes(on)}
    return next(iter(current.values())) if len(current) == 1 else None


def responsible(state: str | None, county: str | None, on: date) -> tuple[str, ...]:
    """Return the codes of the offices that can be responsible on a day.

    Args:
        state: the two-letter code of a state.
        county: the published name of a county.
        on: the day.

    Returns:
        The office of the county if it is known, else all offices of the state, sorted.
    """
    current = [area for area in _areas().get(state or "", ()) if area.period.includes(on)]
    exact = [area.office for area in current if county and area.county == county]
    return tuple(sorted(set(exact or [area.office for area in current])))


def _residence(facts: Facts, on: date) -> Routed | None:
    found = responsible(facts.state, facts.county, on)
    return Routed(found[0], _RESIDENCE) if len(found) == 1 else None


def route(facts: Facts, on: date) -> str:
    """Return the field office of a case on a day, or ``HQ`` if the tables assign none."""
    return routed(facts, on).office


def routed(facts: Facts, on: date) -> Routed:
    """Return the field office of a case on a day, or ``HQ`` if the tables assign none, and the place that decides it.

    A detained noncitizen belongs to the office of the facility, else to that of the residence; any other noncitizen to
    the office of the residence, else to that of the facility.
    """
    facility = find_facility(facts.facility, on)
    place = Routed(facility.office, _FACILITY) if facility else None
    home = _residence(facts, on)
    choice = (place or home) if facts.custody == "detained" else (home or place)
    return choice or Routed(HEADQUARTERS, frozenset())

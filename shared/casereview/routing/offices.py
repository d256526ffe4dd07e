"""Which field office a case belongs to: areas of responsibility with their effective dates.

The tables are ``data/*.csv``. Twenty-five Texas counties moved in 2021, so each row says from when
until when it holds: ``effective_from`` counts, ``effective_to`` no longer does; blank is unbounded.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import defaultdict
from datetime import date
from functools import cache
from importlib.resources import files
from typing import NamedTuple

from casereview.schema.facts import Facts

HEADQUARTERS = "HQ"
"""The triage queue for what no table can place: an office like any other, never a refusal."""
SENIOR_REVIEWING_OFFICIAL = "SRO"

_NOISE = re.compile(r"\b(county|parish|municipio|borough)\b|[^a-z0-9]")


class Period(NamedTuple):
    """The days from ``start`` to before ``end``."""

    start: date
    end: date

    def holds(self, on: date) -> bool:
        """Tell whether the day lies within."""
        return self.start <= on < self.end


class Area(NamedTuple):
    """A state, or one county of it, that an office is responsible for during a period."""

    office: str
    county: str
    """Its published name; empty for a whole state."""
    period: Period


class Facility(NamedTuple):
    """A detention facility and the office in whose area it lies during a period."""

    code: str
    name: str
    office: str
    period: Period


def plain(name: str) -> str:
    """Reduce a name to what must match: no case, accents, punctuation, spaces or the word County."""
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
    """Return the worklists that there are: every field office's, headquarters' and the Senior Reviewing Official's."""
    return (*offices(), HEADQUARTERS, SENIOR_REVIEWING_OFFICIAL)


@cache
def _areas() -> dict[str, tuple[Area, ...]]:
    areas = defaultdict(list)
    for row in _rows("field_office_areas.csv"):
        areas[row["state"]].append(Area(row["field_office"], row["county"], _period(row)))
    return {state: tuple(found) for state, found in areas.items()}


@cache
def _counties() -> dict[tuple[str, str], str]:
    """Return a county's published name by state and plain name."""
    return {(state, plain(area.county)): area.county for state, areas in _areas().items() for area in areas}


@cache
def _facilities() -> dict[str, tuple[Facility, ...]]:
    """Return the facilities by code, and by plain name, which several may share."""
    found = defaultdict(list)
    for row in _rows("detention_facilities.csv"):
        facility = Facility(row["code"], row["name"], row["field_office"], _period(row))
        found[row["code"]].append(facility)
        found[plain(row["name"])].append(facility)
    return {key: tuple(facilities) for key, facilities in found.items()}


def find_state(text: str | None) -> str | None:
    """Return the two-letter code of a state, district or territory that the table knows."""
    code = (text or "").strip().upper()
    return code if code in _areas() else None


def find_county(state: str | None, text: str | None) -> str | None:
    """Return the published name of a county in a state that is divided between offices, else None."""
    return _counties().get((state, plain(text))) or None if state and text else None


def find_facility(text: str | None, on: date) -> Facility | None:
    """Return the facility of this code or name, or None where there is none or more than one."""
    if not text:
        return None
    named = _facilities().get(text.strip().upper()) or _facilities().get(plain(text), ())
    current = {facility.code: facility for facility in named if facility.period.holds(on)}
    return next(iter(current.values())) if len(current) == 1 else None


def responsible(state: str | None, county: str | None, on: date) -> tuple[str, ...]:
    """Return the codes of the offices that may be responsible: one where it is known, all of the state's else."""
    current = [area for area in _areas().get(state or "", ()) if area.period.holds(on)]
    exact = [area.office for area in current if county and area.county == county]
    return tuple(sorted(set(exact or [area.office for area in current])))


def _residence(facts: Facts, on: date) -> str | None:
    found = responsible(facts.state, facts.county, on)
    return found[0] if len(found) == 1 else None


def route(facts: Facts, on: date) -> str:
    """Return the field office of a case on a day, or ``HQ``.

    The detained go by their facility's area, all others by residence; each by the other where its own is unknown.
    """
    facility = find_facility(facts.facility, on)
    place = facility.office if facility else None
    home = _residence(facts, on)
    choice = (place or home) if facts.custody == "detained" else (home or place)
    return choice or HEADQUARTERS

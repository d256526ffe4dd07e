"""Route a case to the responsible field office, by where the person is detained or lives, on a given day."""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Final, NamedTuple

from casereview.routing.areas import responsible
from casereview.routing.facilities import office_of, referred
from casereview.routing.tables import rows
from casereview.schema.facts import Facts

HEADQUARTERS = "HQ"
"""The triage queue of cases that the tables assign to no field office; it is used like an office code."""
SENIOR_REVIEWING_OFFICIAL = "SRO"
"""The queue of the Senior Reviewing Official."""

PLACE_FACTS: Final = frozenset({"custody", "facility", "state", "county"})
"""The facts that decide the office of a case."""
_FACILITY: Final = frozenset({"facility"})
_RESIDENCE: Final = frozenset({"state", "county"})


class Routed(NamedTuple):
    """The office that facts name, and which of them place the person there."""

    office: str
    by: frozenset[str]
    """The facts of the facility or of the residence; none for ``HQ``."""


@cache
def offices() -> dict[str, str]:
    """Return the name of each field office by its code, closed and future ones included."""
    return {code: name for code, name, _start in rows("field_offices")}


def queues() -> tuple[str, ...]:
    """Return the names of all worklists: every field office, headquarters and the Senior Reviewing Official."""
    return (*offices(), HEADQUARTERS, SENIOR_REVIEWING_OFFICIAL)


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
    held_at = office_of(facts.facility, on)
    place = Routed(held_at, _FACILITY) if held_at else None
    home = _residence(facts, on)
    choice = (place or home) if facts.custody == "detained" else (home or place)
    return choice or Routed(HEADQUARTERS, frozenset())


def is_doubtful(facts: Facts, on: date) -> bool:
    """Return whether facts route a case by a facility whose office an officer should confirm."""
    return routed(facts, on).by == _FACILITY and any(each.office_doubtful for each in referred(facts.facility))

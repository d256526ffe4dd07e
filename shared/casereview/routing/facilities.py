"""The detention facilities of ICE's lists, and the field office that each belongs to on a given day.

The tables are ``data/facilities.csv`` and ``data/facility_moves.csv``. A stored fact names a facility by its code, or
by its name where no list gives a code. It can name several, of which one is meant, where all belong to one office.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Final, NamedTuple

from casereview.routing.areas import OR
from casereview.routing.tables import ALWAYS, Period, period, rows

_RETIRED: Final = {"EDENDTX": "EDNDCTX"}
"""Codes of older lists, and the code that the facility has now."""


class Facility(NamedTuple):
    """A detention facility, as ICE's lists have it."""

    code: str
    """ICE's code (DETLOC), empty where no list gives one."""
    name: str
    city: str
    """Empty where no list gives it, as the state."""
    state: str
    """The two-letter code."""
    offices: tuple[tuple[str, Period], ...]
    """The codes of the field offices that have been responsible for it, each with its period."""
    last_seen: str
    """The ISO date of the newest list that has it, or of the last day with detainees; empty if unknown."""
    office_doubtful: bool
    """Whether its office on ICE's list is not that of its county, so that an officer should confirm it."""

    @property
    def reference(self) -> str:
        """What a stored fact names the facility by: the code, or the name where it has no code."""
        return self.code or self.name

    def office(self, on: date) -> str | None:
        """Return the code of the field office responsible for the facility on a day; None if the lists give none."""
        return next((office for office, held in self.offices if office and held.includes(on)), None)


@cache
def by_reference() -> dict[str, Facility]:
    """Return every facility by its reference."""
    held = defaultdict(list)
    for reference, office, start, end in rows("facility_moves"):
        held[reference].append((office, period(start, end)))
    found = {}
    for code, name, city, state, office, last_seen, doubtful in rows("facilities"):
        offices = tuple(held.get(code or name, ((office, ALWAYS),)))
        found[code or name] = Facility(code, name, city, state, offices, last_seen, doubtful == "yes")
    return found


def with_code(code: str) -> Facility | None:
    """Return the facility with a code in upper case, or with one that an older list gave it."""
    found = by_reference().get(_RETIRED.get(code, code))
    return found if found and found.code else None


def referred(reference: str | None) -> tuple[Facility, ...]:
    """Return the facilities that a stored fact names; none if it is absent or not known."""
    known = by_reference()
    found = (known.get(_RETIRED.get(name, name)) for name in (reference or "").split(OR))
    return tuple(each for each in found if each)


def office_of(reference: str | None, on: date) -> str | None:
    """Return the field office of what a stored fact names on a day; None if it is unknown, or they lie in several."""
    offices = {each.office(on) for each in referred(reference)}
    return offices.pop() if len(offices) == 1 else None


def all_names() -> Iterator[tuple[str, str]]:
    """Yield each name of a facility with its reference: that of the list, then those of other lists and of the news."""
    for reference, facility in by_reference().items():
        yield facility.name, reference
    for name, reference, _source in rows("facility_names"):
        yield name, reference

"""Names of detention facilities that ICE's pages and the news use, and what each must say.

``facility_names.csv`` was fixed before any name of it was added to the tables. Its ``expected`` is the code of the
facility, ``office`` and the field office in which all facilities of the name lie, or ``ambiguous``.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator
from datetime import date
from importlib.util import find_spec, module_from_spec
from pathlib import Path

import pytest

from casereview.routing import facilities, places
from casereview.routing.places import find_place
from casereview.routing.tables import rows

with (Path(__file__).parent / "facility_names.csv").open(encoding="utf-8") as table:
    NAMES = list(csv.DictReader(table))
TODAY = date(2026, 11, 30)


def outcome(row: dict[str, str]) -> str:
    """Return what a name says.

    Returns:
        ``found``; ``office``, where all candidates lie in the right one; ``ambiguous``; ``unknown``; ``other code``,
        where an older list has the same place under it; or ``wrong``.
    """
    place = find_place(row["name"], TODAY, row["state"] or None)
    found = [each for each in (place.facility, *place.candidates) if each]
    codes = {each.code for each in found}
    if not codes:
        return "unknown"
    if row["expected"] == "ambiguous":
        return "ambiguous" if place.facility is None and place.office is None else "wrong"
    if row["expected"].startswith("office "):
        return "office" if row["expected"] == f"office {place.office}" else "wrong"
    if row["expected"] not in codes:
        meant = facilities.with_code(row["expected"])
        assert meant
        return "other code" if {(each.city, each.state) for each in found} == {(meant.city, meant.state)} else "wrong"
    return "found" if place.facility else "office" if place.office else "ambiguous"


@pytest.mark.parametrize("row", NAMES, ids=lambda row: row["name"])
def test_a_name_that_people_use_says_its_facility_or_that_it_is_ambiguous(row: dict[str, str]) -> None:
    assert outcome(row) in ({"ambiguous"} if row["expected"] == "ambiguous" else {"found", "office"})


def test_fifty_of_the_fifty_four_names_are_found_four_are_told_as_ambiguous_and_none_is_wrong() -> None:
    assert len(NAMES) == 54
    assert Counter(map(outcome, NAMES)) == {"found": 48, "office": 2, "ambiguous": 4}


@pytest.fixture
def without_names_by_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out the names that were collected by hand, in a fresh copy of the module with indexes of its own."""

    def listed(table: str) -> Iterator[list[str]]:
        return (row for row in rows(table) if table != "facility_names" or not row[2].startswith("hand"))

    spec = find_spec("casereview.routing.facility_names")
    assert spec
    assert spec.loader
    fresh = module_from_spec(spec)
    spec.loader.exec_module(fresh)
    monkeypatch.setattr(facilities, "rows", listed)
    monkeypatch.setattr(places, "facilities_named", fresh.facilities_named)


@pytest.mark.usefixtures("without_names_by_hand")
def test_of_the_names_without_those_collected_by_hand_most_are_found_and_none_is_wrong() -> None:
    counted = Counter(map(outcome, NAMES))
    assert counted == {"found": 40, "office": 2, "other code": 1, "ambiguous": 4, "unknown": 7}

"""Every row of the tables of places routes to its office on a day on which the row is in effect."""

from __future__ import annotations

import csv
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

import casereview
from casereview.routing.areas import responsible
from casereview.routing.contacts import contacts
from casereview.routing.names import plain
from casereview.routing.offices import HEADQUARTERS, offices, route
from casereview.routing.places import find_facility, find_place
from casereview.routing.residences import find_county, offices_of_zip
from casereview.routing.states import find_state
from casereview.schema.facts import Facts

DATA = Path(casereview.__file__).parent / "routing/data"
BEFORE, AFTER = date(2021, 7, 31), date(2021, 8, 1)
TODAY = date(2026, 11, 30)


def rows(table: str) -> list[dict[str, str]]:
    with (DATA / table).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def first_day(row: dict[str, str]) -> date:
    """Return a day on which a row is in effect: its first day, or the last day before its end."""
    if row["effective_from"]:
        return date.fromisoformat(row["effective_from"])
    return date.fromisoformat(row["effective_to"]) - timedelta(days=1) if row["effective_to"] else date(2021, 3, 5)


AREAS, FACILITIES, MOVES = rows("field_office_areas.csv"), rows("facilities.csv"), rows("facility_moves.csv")
MOVED = {row["code"] for row in MOVES}


def reference(row: dict[str, str]) -> str:
    return row["code"] or row["name"]


def home(state: str, county: str | None, on: date) -> str:
    return route(
        Facts(custody="not_detained", state=find_state(state), county=find_county(find_state(state), county)), on
    )


def detained(facility: str, on: date) -> str:
    return route(Facts(custody="detained", facility=facility), on)


def test_all_other_counties_of_texas_keep_their_office() -> None:
    moved = {row["county"] for row in AREAS if row["effective_from"]}
    assert len(moved) == 25
    texas = {row["county"] for row in AREAS if row["state"] == "TX"}
    assert len(texas) == 254
    for county in texas - moved:
        assert home("TX", county, BEFORE) == home("TX", county, AFTER) != HEADQUARTERS


def test_every_area_routes_to_its_office() -> None:
    for row in AREAS:
        assert home(row["state"], row["county"], first_day(row)) == row["field_office"]


def test_every_facility_that_kept_its_office_routes_to_it_on_every_day() -> None:
    for row in FACILITIES:
        if reference(row) not in MOVED:
            for on in (BEFORE, AFTER, TODAY):
                assert detained(reference(row), on) == (row["field_office"] or HEADQUARTERS)


def test_every_facility_that_moved_routes_to_its_office_of_the_day() -> None:
    now = {reference(row): row["field_office"] for row in FACILITIES}
    assert set(now) > MOVED
    for row in MOVES:
        on = first_day(row)
        assert detained(row["code"], on) == row["field_office"]
        if row["effective_to"]:
            assert detained(row["code"], date.fromisoformat(row["effective_to"])) != row["field_office"]
        else:
            assert row["field_office"] == now[row["code"]] == detained(row["code"], TODAY)


def test_every_day_of_a_facility_that_moved_has_one_office() -> None:
    periods = defaultdict(list)
    for row in MOVES:
        periods[row["code"]].append((row["effective_from"], row["effective_to"]))
    for each in periods.values():
        starts, ends = zip(*sorted(each), strict=True)
        assert starts[0] == ends[-1] == ""
        assert starts[1:] == ends[:-1]


def test_every_code_finds_its_facility_as_it_is_typed() -> None:
    for row in FACILITIES:
        if row["code"]:
            found = find_facility(f" {row['code'].lower()}. ", TODAY)
            assert found is not None
            assert found.code == row["code"]


def test_the_name_of_every_facility_in_use_finds_it_or_tells_it_among_those_of_that_name() -> None:
    for row in FACILITIES:
        if row["last_seen"] < "2025":
            continue
        place = find_place(f" {row['name'].upper()}. ", TODAY)
        found = (place.facility,) if place.facility else place.candidates
        assert reference(row) in {each.reference for each in found}
        inside = find_place(row["name"], TODAY, row["state"] or None)
        assert reference(row) in {each.reference for each in (inside.facility, *inside.candidates) if each}


def test_a_name_finds_nothing_of_another_name_in_another_state() -> None:
    """With the state, every name of the table finds its facility, one that replaced it there, or all of that name."""
    for row in FACILITIES:
        place = find_place(row["name"], TODAY, row["state"] or None)
        found = (place.facility,) if place.facility else place.candidates
        assert found
        assert {each.state for each in found} == {row["state"]}


def test_no_two_facilities_share_a_reference_and_no_name_is_the_code_of_another() -> None:
    references = [reference(row) for row in FACILITIES]
    assert len(set(references)) == len(references)
    codes = {row["code"] for row in FACILITIES if row["code"]}
    named = [(row["name"], reference(row)) for row in FACILITIES]
    named += [(row["name"], row["code"]) for row in rows("facility_names.csv")]
    assert not [name for name, code in named if plain(name).upper() in codes - {code}]
    assert not [name for name in references if " or " in name]
    assert {row["code"] for row in rows("facility_names.csv")} <= set(references)


def test_every_office_of_the_tables_has_a_name_and_no_airport_code() -> None:
    named = offices()
    assert len(named) == 25
    assert {row["field_office"] for row in AREAS} == set(named) == set(contacts())
    assert {row["field_office"] for row in [*FACILITIES, *MOVES]} - {""} <= set(named)
    assert not {"PHX", "LAX", "EWR", "HAL", "HQ"} & set(named)


def test_every_county_has_exactly_one_office_at_a_time() -> None:
    for row in AREAS:
        assert len(responsible(row["state"], row["county"], first_day(row))) == 1


def test_every_county_name_and_every_county_of_a_city_or_zip_code_is_one_of_an_area() -> None:
    known = {(row["state"], row["county"]) for row in AREAS}
    for table in ("county_names.csv", "cities.csv", "zip_codes.csv"):
        for row in rows(table):
            for county in (row.get("county") or row.get("counties") or "").split(";"):
                assert not county or (row["state"], county) in known
    for row in rows("county_names.csv"):
        found = find_county(row["state"], row["name"])
        assert found is not None
        assert row["county"] in found.split(" or ")


def test_ninety_nine_zip_codes_lie_in_the_areas_of_two_offices_and_all_others_but_one_in_one() -> None:
    counted = defaultdict(int)
    for row in rows("zip_codes.csv"):
        for cell in row["endings"].split():
            first, last = cell.split("-") if "-" in cell else (cell, cell)
            for ending in range(int(first), int(last) + 1):
                counted[f"{row['prefix']}{ending:02}"] = len(offices_of_zip(f"{row['prefix']}{ending:02}", TODAY))
    assert len(counted) == 41_203
    assert sorted(counted.values()).count(2) == 99
    assert [zip_code for zip_code, found in counted.items() if found == 0] == ["96799"]  # American Samoa has no office

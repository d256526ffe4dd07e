"""Every row of the routing tables routes to its office on a day on which the row is in effect."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import casereview
from casereview.routing.offices import (
    HEADQUARTERS,
    find_county,
    find_facility,
    find_state,
    normalized,
    offices,
    responsible,
    route,
)
from casereview.schema.facts import Facts

DATA = Path(casereview.__file__).parent / "routing/data"
BEFORE, AFTER = date(2021, 7, 31), date(2021, 8, 1)


def rows(table: str) -> list[dict[str, str]]:
    with (DATA / table).open(encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def first_day(row: dict[str, str]) -> date:
    """Return a day on which a row is in effect: its first day, or the last day before its end."""
    if row["effective_from"]:
        return date.fromisoformat(row["effective_from"])
    return date.fromisoformat(row["effective_to"]) - timedelta(days=1) if row["effective_to"] else date(2021, 3, 5)


AREAS, FACILITIES = rows("field_office_areas.csv"), rows("detention_facilities.csv")


def home(state: str, county: str | None, on: date) -> str:
    return route(
        Facts(custody="not_detained", state=find_state(state), county=find_county(find_state(state), county)), on
    )


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


def test_every_facility_is_found_by_its_code_and_by_a_unique_name() -> None:
    owners = Counter(name for _code, name in {(row["code"], normalized(row["name"])) for row in FACILITIES})
    for row in FACILITIES:
        on = first_day(row)
        assert route(Facts(custody="detained", facility=row["code"]), on) == row["field_office"]
        named = find_facility(f" {row['name'].upper()}. ", on)
        assert (named.code if named else None) == (row["code"] if owners[normalized(row["name"])] == 1 else None)


def test_every_office_of_the_tables_has_a_name_and_no_airport_code() -> None:
    named = offices()
    assert len(named) == 25
    assert {row["field_office"] for row in AREAS} == set(named)
    assert {row["field_office"] for row in FACILITIES} <= set(named)
    assert not {"PHX", "LAX", "EWR", "HAL", "HQ"} & set(named)


def test_every_county_has_exactly_one_office_at_a_time() -> None:
    for row in AREAS:
        assert len(responsible(row["state"], row["county"], first_day(row))) == 1

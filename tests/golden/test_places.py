"""Places whose office follows neither from their state nor from one list, and what people say of residences."""

from __future__ import annotations

from datetime import date

import pytest

from casereview.routing.facilities import by_reference
from casereview.routing.offices import route
from casereview.routing.places import find_place
from casereview.routing.residences import find_home, offices_of_zip
from casereview.schema.facts import Facts

TODAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("name", "on", "office"),
    [
        ("Kay County Detention Center", TODAY, "CHI"),
        ("Kay County Jail, OK", TODAY, "CHI"),
        ("Kay County Detention Center", date(2021, 9, 30), "DAL"),
        ("Scott County Det. Facility", TODAY, "CHI"),
        ("San Luis Regional Detention Center", TODAY, "SND"),
        ("San Luis Regional Detention Center", date(2018, 1, 1), "PHO"),
        ("San Luis Regional Detention Center", date(2021, 3, 5), "SND"),
        ("San Luis Regional Detention Center", date(2024, 9, 30), "PHO"),
        ("Douglas County, Superior, WI", TODAY, "SPM"),
        ("Douglas County, Superior, WI", date(2017, 11, 6), "CHI"),
        ("Uinta County Detention Center", TODAY, "SLC"),
        ("Uinta County Detention Center", date(2025, 8, 14), "SLC"),
        ("Uinta County Detention Center", date(2025, 8, 1), "DEN"),
        ("Eden Detention Center", TODAY, "DAL"),
        ("EDENDTX", TODAY, "DAL"),
        ("Port Isabel", date(2021, 7, 31), "SNA"),
        ("Port Isabel", date(2021, 8, 1), "HLG"),
        ("Ursula Centralized Processing Cntr", date(2021, 7, 31), "SNA"),
        ("Midwest Regional Reception Center", TODAY, "CHI"),
    ],
)
def test_a_facility_belongs_to_the_office_that_the_lists_of_the_day_give(name: str, on: date, office: str) -> None:
    place = find_place(name, on)
    assert place.office == office
    assert route(Facts(custody="detained", facility=place.reference), on) == office


@pytest.mark.parametrize(
    ("name", "state", "code"),
    [
        ("Nassau County Jail", "NY", "NASSANY"),
        ("Nassau County Jail", "FL", "NASSAFL"),
        ("Monroe County Jail", "MI", "MNROEMI"),
        ("Monroe County Detention Center", None, "MONROFL"),
        ("Monroe County Jail", "FL", "MONROFL"),
        ("Phelps County Jail", "MO", "PHELPMO"),
        ("Phelps County Jail", "NE", "PHELPNE"),
        ("Phelps County Jail (Mo)", None, "PHELPMO"),
        ("Alexandria City Jail", "VA", "ALEXAVA"),
        ("Alexandria City Jail", "AL", "ALEXAAL"),
        ("Alexandria City Jail", None, "ALEXAVA"),
        ("Eden Detention Center", "TX", "EDNDCTX"),
        ("Essex County Jail (New York)", None, "ESSEXNY"),
        ("Essex County Jail, Middleton", None, "ESSEXMA"),
        ("Essex County Correctional Facility", None, "ESSEXNJ"),
        ("Butler County Jail", "OH", "BUTLEOH"),
        ("Adams County Jail", "MS", "ADAMSMS"),
        ("Stewart Detention Center", "TN", "STWRTGA"),
        ("Stewart Detention Center, 146 CCA Road, Lumpkin, GA 31815", None, "STWRTGA"),
        ("Delaney Hall (Newark, NJ)", None, "DHDFNJ"),
        ("the Otay Mesa immigration jail", None, "CCASDCA"),
        ("st. clair county jail", "MI", "STCLAMI"),
        ("SAINT CLAIR CO. JAIL", "MI", "STCLAMI"),
        ("Centro de Detención de Adelanto", None, "ADLNTCA"),
        ("cárcel de Stewart", None, "STWRTGA"),
        ("Krome", None, "KRO"),
        ("kro", None, "KRO"),
        ("stwrt-ga", None, "STWRTGA"),
        ("Aurora ICE detention center", "CO", "DENICDF"),
    ],
)
def test_a_name_finds_its_facility_by_the_state_or_by_its_use_since_2025(
    name: str, state: str | None, code: str
) -> None:
    place = find_place(name, TODAY, state)
    assert place.facility
    assert place.facility.code == code


@pytest.mark.parametrize(
    "name",
    [
        "Essex",
        "Essex County",
        "Essex County Detention Center",
        "Phelps County Jail",
        "Monroe County Jail",
        "Orange County Jail",
        "Madison County Jail",
        "Washington County Jail",
        "Washington",
        "Orleans",
        "Adams County Jail",
    ],
)
def test_a_name_of_facilities_in_several_offices_says_none_of_them(name: str) -> None:
    place = find_place(name, TODAY)
    assert (place.facility, place.office, place.reference) == (None, None, None)
    assert len(place.candidates) > 1


@pytest.mark.parametrize(
    ("name", "office"),
    [
        ("Folkston", "ATL"),
        ("Folkston ICE Processing Center", "ATL"),
        ("Conroe Detention Center", "HOU"),
        ("Guantanamo Bay", "MIA"),
        ("Florence, AZ", "PHO"),
        ("Florence", None),
        ("jail in Laredo", None),
        ("Laredo", "HLG"),
    ],
)
def test_a_name_of_several_facilities_in_one_office_says_that_office(name: str, office: str | None) -> None:
    assert find_place(name, TODAY).office == office


@pytest.mark.parametrize(
    "name",
    [
        "Unknown Jail, Newark, NJ",
        "Dallas County Jail - somewhere else",
        "Stewart Detention Center, Ohio",
        "prison",
        "ICE detention center",
        "Orange County Jail, Nevada",
        ", ,",
        "()",
        "GA",
    ],
)
def test_a_name_that_the_tables_do_not_have_says_nothing(name: str) -> None:
    assert find_place(name, TODAY) == (None, (), None)


@pytest.mark.parametrize(
    ("name", "state"), [("Harris County Jail", "TX"), ("Lake County", "IN"), ("Lincoln County Sheriff", "TX")]
)
def test_a_local_jail_of_another_state_is_told_and_not_taken(name: str, state: str) -> None:
    place = find_place(name, TODAY, state)
    assert (place.facility, place.office, place.reference) == (None, None, None)
    assert state not in {each.state for each in place.candidates}
    assert place.candidates


@pytest.mark.parametrize(
    ("name", "code"), [("Pike County Correctional Facility", "PIKCOPA"), ("Kay County Jail", "KCOJFOK")]
)
def test_a_facility_in_use_is_found_by_its_name_wherever_the_person_lives(name: str, code: str) -> None:
    place = find_place(name, TODAY, "TX")
    assert place.facility
    assert place.facility.code == code


def test_every_facility_of_the_newest_list_is_found_by_its_name_and_state() -> None:
    newest = [each for each in by_reference().values() if each.last_seen == "2026-04-09"]
    assert len(newest) > 150
    for each in newest:
        place = find_place(each.name, TODAY, each.state)
        assert place.facility == each


@pytest.mark.parametrize(
    ("zip_code", "offices"),
    [
        ("78040", ("HLG",)),
        ("78040-1234", ("HLG",)),
        ("\u0667\u0668\u0660\u0664\u0660", ("HLG",)),
        ("77002", ("HOU",)),
        ("75201", ("DAL",)),
        ("79901", ("ELP",)),
        ("78205", ("SNA",)),
        ("90012", ("LOS",)),
        ("92154", ("SND",)),
        ("94103", ("SFR",)),
        ("93301", ("SFR",)),
        ("11201", ("NYC",)),
        ("10451", ("NYC",)),
        ("14202", ("BUF",)),
        ("12406", ("BUF", "NYC")),
        ("42223", ("CHI", "NOL")),
        ("38876", ("NOL",)),
        ("31815", ("ATL",)),
        ("20001", ("WAS",)),
        ("00901", ("MIA",)),
        ("96910", ("SFR",)),
        ("99801", ("SEA",)),
        ("70112", ("NOL",)),
        ("22314", ("WAS",)),
        ("00000", ()),
        ("99999", ()),
        ("1234", ()),
        ("", ()),
    ],
)
def test_a_zip_code_lies_in_the_area_of_one_office_or_of_two(zip_code: str, offices: tuple[str, ...]) -> None:
    assert offices_of_zip(zip_code, TODAY) == offices


@pytest.mark.parametrize(
    ("state", "county", "zip_code", "city", "office"),
    [
        ("Texas", "Webb", None, None, "HLG"),
        (None, None, "78040", None, "HLG"),
        ("TX", None, None, "Laredo", "HLG"),
        ("TX", "Harris Co", None, None, "HOU"),
        ("California", "County of Los Angeles", None, None, "LOS"),
        ("New York", "Brooklyn", None, None, "NYC"),
        ("NY", None, None, "Brooklyn", "NYC"),
        ("NY", None, None, "The Bronx", "NYC"),
        ("NY", None, None, "New York City", "NYC"),
        ("NY", None, None, "Saint Albans, NY", "NYC"),
        (None, "Queens, NY", None, None, "NYC"),
        ("N.Y.", "Long Island", None, None, "NYC"),
        ("Georgia", None, None, None, "ATL"),
        ("N. Carolina", None, None, None, "ATL"),
        ("Puerto Rico", None, None, None, "MIA"),
        ("D.C.", None, None, None, "WAS"),
        ("Louisiana", "Orleans Parish", None, None, "NOL"),
        ("Alaska", "Matanuska-Susitna Borough", None, None, "SEA"),
        ("Virginia", "City of Alexandria", None, None, "WAS"),
        ("NY", None, "12406", None, "HQ"),
        ("NY", "Delaware", "12406", None, "BUF"),
        ("NY", "Ulster County", "12406", None, "NYC"),
        ("TX", "Webb", "77002", None, "HLG"),
        ("TX", "Webbb", "78040", None, "HLG"),
        ("GA", None, "78040", None, "ATL"),
        (None, None, "42223", None, "HQ"),
        (None, None, "38876", None, "NOL"),
        ("TX", None, None, None, "HQ"),
        ("American Samoa", None, "96799", None, "HQ"),
        (None, None, "96799", None, "HQ"),
        (None, "Webb", None, None, "HQ"),
        (None, None, None, "Laredo", "HQ"),
        (None, None, None, None, "HQ"),
    ],
)
def test_a_residence_is_routed_by_what_people_say_of_it(
    state: str | None, county: str | None, zip_code: str | None, city: str | None, office: str
) -> None:
    home = find_home(state, county, zip_code, city, TODAY)
    assert route(Facts(custody="not_detained", state=home.state, county=home.county), TODAY) == office


def test_a_county_that_moved_is_looked_up_for_the_day() -> None:
    home = find_home(None, None, "78040", None, date(2021, 7, 31))
    assert route(Facts(state=home.state, county=home.county), date(2021, 7, 31)) == "SNA"

"""Routing of cases to field offices, and look-up of states, counties and facilities."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.routing.areas import responsible
from casereview.routing.contacts import contacts
from casereview.routing.offices import HEADQUARTERS, is_doubtful, offices, queues, route
from casereview.routing.places import find_facility
from casereview.routing.residences import find_county
from casereview.routing.states import find_state
from casereview.schema.facts import Facts

MOVED = date(2021, 8, 1)
BEFORE, AFTER = MOVED - timedelta(days=1), MOVED

TO_HARLINGEN = {
    "HOU": ["Aransas", "Brooks", "Jim Wells", "Kenedy", "Kleberg", "Nueces", "San Patricio"],
    "SNA": ["Cameron", "Duval", "Hidalgo", "Jim Hogg", "Starr", "Webb", "Willacy", "Zapata"],
}
TO_HOU = [
    "Bell",
    "Bosque",
    "Coryell",
    "Falls",
    "Freestone",
    "Hamilton",
    "Hill",
    "Limestone",
    "McLennan",
    "Somervell",
]
MOVES = [(county, old, "HLG") for old, counties in TO_HARLINGEN.items() for county in counties]
MOVES += [(county, "SNA", "HOU") for county in TO_HOU]


def home(state: str, county: str | None, on: date) -> str:
    return route(
        Facts(custody="not_detained", state=find_state(state), county=find_county(find_state(state), county)), on
    )


def test_twenty_five_counties_changed_their_office() -> None:
    assert len(MOVES) == 25


@pytest.mark.parametrize(("county", "old", "new"), MOVES)
def test_each_of_the_texas_counties_changes_its_office_on_the_effective_date(county: str, old: str, new: str) -> None:
    assert home("TX", county, BEFORE) == old
    assert home("TX", county, AFTER) == new


def test_harlingen_is_not_responsible_for_any_county_before_it_opens() -> None:
    assert "HLG" not in responsible("TX", None, BEFORE)
    assert responsible("TX", None, AFTER) == ("DAL", "ELP", "HLG", "HOU", "SNA")


def test_a_facility_changes_its_office_with_its_county() -> None:
    detained = Facts(custody="detained", facility="PIC")
    assert route(detained, BEFORE) == "SNA"
    assert route(detained, AFTER) == "HLG"


@pytest.mark.parametrize(
    ("state", "county", "office"),
    [
        ("AZ", None, "PHO"),
        ("CA", "Los Angeles", "LOS"),
        ("NJ", None, "NEW"),
        ("CA", "Orange", "LOS"),
        ("NY", "Orange", "NYC"),
        ("WA", None, "SEA"),
        ("DC", None, "WAS"),
        ("VA", "Fairfax", "WAS"),
        ("NY", "Dutchess", "NYC"),
        ("NY", "Duchess", "NYC"),
        ("NY", "Kings", "NYC"),
        ("CA", "Kings", "SFR"),
        ("CA", "Imperial", "SND"),
        ("TX", "El Paso", "ELP"),
        ("PR", None, "MIA"),
        ("VI", None, "MIA"),
        ("GU", None, "SFR"),
        ("MP", None, "SFR"),
        ("HI", "Maui", "SFR"),
        ("AS", None, "HQ"),
        ("TX", None, "HQ"),
        ("TX", "Nowhere", "HQ"),
    ],
)
def test_a_residence_is_routed_to_the_responsible_office(state: str, county: str | None, office: str) -> None:
    assert home(state, county, AFTER) == office


@pytest.mark.parametrize(
    ("state", "written", "county"),
    [
        ("TX", "webb", "Webb"),
        ("TX", " WEBB  COUNTY ", "Webb"),
        ("TX", "Zápata", "Zapata"),
        ("TX", "De Witt", "DeWitt"),
        ("TX", "lasalle county", "La Salle"),
        ("NY", "Saint Lawrence", "St. Lawrence"),
        ("NY", "st lawrence county", "St. Lawrence"),
        ("NY", "Bronx Borough", "Bronx"),
        ("CA", "San  Luis-Obispo", "San Luis Obispo"),
        ("TX", "Harris Co.", "Harris"),
        ("TX", "Harris County, Texas", "Harris"),
        ("TX", "\uff28arris\u3000\uff23ounty", "Harris"),
        ("CA", "County of Los Angeles", "Los Angeles"),
        ("CA", "Condado de Los Ángeles", "Los Angeles"),
        ("CA", "LA County", "Los Angeles"),
        ("CA", "City and County of San Francisco", "San Francisco"),
        ("NY", "Brooklyn", "Kings"),
        ("NY", "The Bronx", "Bronx"),
        ("NY", "bronx\u200e", "Bronx"),
        ("NY", "Borough of Manhattan", "New York"),
        ("NY", "Queens, N.Y.", "Queens"),
        ("NY", "Long Island", "Nassau or Suffolk"),
        ("CA", "SB County", "San Bernardino or Santa Barbara"),
        ("tx", "Webb", None),
        (None, "Webb", None),
        ("TX", None, None),
        ("TX", "County", None),
        ("TX", "監獄", None),
        ("GA", "Fulton", None),
    ],
)
def test_a_county_is_found_regardless_of_case_accents_spaces_and_the_word_county(
    state: str | None, written: str | None, county: str | None
) -> None:
    assert find_county(state, written) == county


@pytest.mark.parametrize(
    ("facts", "office"),
    [
        (Facts(custody="detained", facility="STWRTGA", state="TX", county="Webb"), "ATL"),
        (Facts(custody="not_detained", facility="STWRTGA", state="TX", county="Webb"), "HLG"),
        (Facts(facility="STWRTGA", state="TX", county="Webb"), "HLG"),
        (Facts(custody="detained", state="TX", county="Webb"), "HLG"),
        (Facts(custody="detained", facility="NOWHERE", state="NJ"), "NEW"),
        (Facts(facility="STWRTGA"), "ATL"),
        (Facts(custody="detained", facility="NOWHERE"), "HQ"),
        (Facts(custody="detained", facility="FIPCAGA or FIPCMGA"), "ATL"),
        (Facts(custody="detained", facility="FIPCAGA or PIC"), "HQ"),
        (Facts(custody="detained", facility="EDENDTX"), "DAL"),
        (Facts(custody="detained", facility="Midwest Regional Reception Center"), "CHI"),
        (Facts(custody="detained", facility="MVMDAL", state="NJ"), "NEW"),
        (Facts(state="NY", county="Nassau or Suffolk"), "NYC"),
        (Facts(), "HQ"),
    ],
)
def test_detained_noncitizens_are_routed_by_facility_and_others_by_residence(facts: Facts, office: str) -> None:
    assert route(facts, AFTER) == office


@pytest.mark.parametrize("text", [None, "", " ", "監獄", "Adams County Jail", "prison", "STWRTG", "Essex"])
def test_an_unknown_or_ambiguous_facility_is_not_found(text: str | None) -> None:
    assert find_facility(text, AFTER) is None


@given(
    st.sampled_from([None, "detained", "not_detained"]),
    *(st.none() | st.text(max_size=12) for _ in range(3)),
    st.dates(date(1900, 1, 1), date(2199, 12, 31)),
)
def test_any_combination_of_facts_is_routed_to_a_known_office(
    custody: str | None, facility: str | None, state: str | None, county: str | None, on: date
) -> None:
    known = find_state(state)
    facts = Facts.model_construct(custody=custody, facility=facility, state=known, county=find_county(known, county))  # type: ignore[arg-type]
    assert route(facts, on) in {*offices(), HEADQUARTERS}


def test_every_office_can_be_reached() -> None:
    assert contacts().keys() == offices().keys()
    for contact in contacts().values():
        assert contact.telephone.startswith("(")
        assert contact.address.count(",") >= 2
        assert ZoneInfo(contact.zone).key == contact.zone
    assert {code for code, contact in contacts().items() if contact.zone == "America/Phoenix"} == {"PHO"}
    assert set(queues()) == {*offices(), "HQ", "SRO"}


@pytest.mark.parametrize(
    ("facts", "doubtful"),
    [
        (Facts(custody="detained", facility="CASPSAT"), True),
        (Facts(custody="detained", facility="STWRTGA"), False),
        (Facts(custody="not_detained", facility="CASPSAT", state="GA"), False),
        (Facts(), False),
    ],
)
def test_an_office_is_doubtful_only_where_such_a_facility_decides_it(facts: Facts, *, doubtful: bool) -> None:
    assert is_doubtful(facts, AFTER) is doubtful

"""Field offices and facilities are found by what people type: before filing, in a request, and in an update."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.memory.recording import record_memory_calls
from tests.support.problem_types import reason
from tests.support.system import System, body


def offices(system: System, query: str) -> list[str]:
    answer = system.call("GET", f"/field-offices?{query}")
    assert answer.status == 200, answer.body
    return [each["code"] for each in answer.json()["candidates"]]


def suggested(system: System, query: str) -> list[dict[str, Any]]:
    answer = system.call("GET", f"/facilities?{query}")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["facilities"]
    return found


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("state=TX&county=Webb", ["HLG"]),
        ("state=Texas&county=Harris Co", ["HOU"]),
        ("state=tejas&county=County of Webb", ["HLG"]),
        ("state=CA&county=County of Los Angeles", ["LOS"]),
        ("state=New York&county=Brooklyn", ["NYC"]),
        ("state=D.C.", ["WAS"]),
        ("state=Georgia", ["ATL"]),
        ("state=TX&county=Nowhere", ["DAL", "ELP", "HLG", "HOU", "SNA"]),
        ("state=CA", ["LOS", "SFR", "SND"]),
        ("zip=78040", ["HLG"]),
        ("zip=78040-1234", ["HLG"]),
        ("zip=12406", ["BUF", "NYC"]),
        ("zip=00000", []),
        ("state=AS", []),
    ],
)
def test_field_offices_are_found_by_names_of_places_and_by_zip_codes(
    system: System, query: str, codes: list[str]
) -> None:
    assert offices(system, query) == codes


def test_a_field_office_is_told_with_its_telephone_and_address_and_their_age(system: System) -> None:
    (found,) = system.call("GET", "/field-offices?zip=31815").json()["candidates"]
    assert found == {
        "code": "ATL",
        "name": "Atlanta",
        "telephone": "(404) 893-1290",
        "address": "180 Ted Turner Dr. SW Suite 522, Atlanta, GA 30303",
        "as_of": "2026-04-03",
    }


def test_facilities_are_suggested_by_the_beginning_of_a_name_and_in_a_state(system: System) -> None:
    stewart = {"code": "STWRTGA", "name": "Stewart Detention Center", "city": "Lumpkin", "state": "GA"}
    assert suggested(system, "q=stew&state=GA") == suggested(system, "q=STEW&state=Georgia") == [stewart]
    assert suggested(system, "q=stew")[0] == stewart
    assert len(suggested(system, "q=county")) == 20
    assert suggested(system, "q=midwest regional")[0]["code"] is None
    assert suggested(system, "q=nowhere at all") == []


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("", ("malformed", "required", "q")),
        ("?q=", ("malformed", "required", "q")),
        ("?q=  s ", ("malformed", "too_short", "q")),
        ("?q=s\u200b\u200b", ("malformed", "too_short", "q")),
        ("?q=" + "s" * 101, ("malformed", "too_long", "q")),
        ("?q=st&q=ew", ("malformed", "too_many_items", "q")),
        ("?q=st&limit=5", ("malformed", "unknown_field", "limit")),
        ("?q=st&state=ZZ", ("invalid", "unknown_state", "state")),
    ],
)
def test_a_text_that_is_too_short_or_too_long_and_other_parameters_are_refused(
    system: System, query: str, refusal: tuple[str, str, str]
) -> None:
    assert reason(system.call("GET", f"/facilities{query}")) == refusal


@pytest.mark.parametrize(
    ("query", "refusal"),
    [
        ("", ("invalid", "unknown_state", "state")),
        ("?county=Webb", ("invalid", "unknown_state", "state")),
        ("?zip=7804", ("invalid", "not_a_zip_code", "zip")),
        ("?zip=78040&city=Laredo", ("malformed", "unknown_field", "city")),
    ],
)
def test_a_place_that_cannot_be_read_is_refused(system: System, query: str, refusal: tuple[str, str, str]) -> None:
    assert reason(system.call("GET", f"/field-offices{query}")) == refusal


def test_places_are_answered_without_a_call_and_may_be_kept_for_an_hour(system: System) -> None:
    with record_memory_calls() as calls:
        answers = [system.call("GET", path) for path in ("/facilities?q=stew", "/field-offices?zip=78040")]
    assert [answer.cache_control for answer in answers] == ["public, max-age=3600"] * 2
    assert calls == []
    refused = system.call("GET", "/facilities?q=s")
    assert (refused.status, refused.cache_control) == (400, "no-store")
    assert system.call("GET", "/notice").cache_control == "no-store"


@pytest.mark.parametrize(
    ("facts", "office", "lacks"),
    [
        ({"custody": "detained", "facility": "Stewart"}, "ATL", set()),
        ({"custody": "detained", "facility": "Otay Mesa Detention Center"}, "SND", set()),
        ({"custody": "detained", "facility": "Folkston ICE Processing Center"}, "ATL", set()),
        ({"custody": "detained", "facility": "Essex"}, "HQ", {"facility_unknown", "state_unknown"}),
        ({"custody": "detained", "facility": "Phelps County Jail", "residence": {"state": "Missouri"}}, "CHI", set()),
        ({"custody": "detained", "facility": "Essex", "residence": {"zip": "78040"}}, "HLG", {"facility_unknown"}),
        ({"custody": "not_detained", "residence": {"zip": "78040"}}, "HLG", set()),
        ({"custody": "not_detained", "residence": {"zip": "12406"}}, "HQ", {"county_unknown"}),
        ({"custody": "not_detained", "residence": {"state": "NY", "county": "Long Island"}}, "NYC", set()),
        ({"custody": "not_detained", "residence": {"state": "NY", "city": "Brooklyn"}}, "NYC", set()),
        ({"custody": "not_detained", "residence": {"state": "Texas"}}, "HQ", {"county_unknown"}),
        ({"custody": "not_detained", "residence": {"city": "Laredo"}}, "HQ", {"state_unknown"}),
    ],
)
def test_a_request_is_routed_by_what_it_says_of_places(
    system: System, facts: dict[str, Any], office: str, lacks: set[str]
) -> None:
    filed = system.file(body(facts={"facility": None} | facts))
    assert filed["field_office"] == office
    about_places = {"facility_unknown", "facility_missing", "state_unknown", "county_unknown"}
    assert {each["code"] for each in filed["deficiencies"]} & about_places == lacks


def test_an_update_with_a_usual_name_moves_no_case_but_tells_its_office(system: System) -> None:
    filed = system.file(body(facts={"custody": "detained", "facility": "Essex"}))
    system.pump()
    told = system.on(filed, "POST", "/updates", {"facts": {"facility": "Delaney Hall"}})
    assert told.status == 202
    system.pump()
    case = system.case_of(filed)
    assert case.facts.facility == "DHDFNJ"
    assert "office_differs" in case.flags

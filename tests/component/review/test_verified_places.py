"""A place that an officer verifies moves the case to the office that is responsible for it."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.office_records import Officer
from casereview.store import keys
from tests.support.staff import (
    AT_HOME,
    ELSEWHERE,
    OFFICER,
    claimed,
    decide,
    file_case,
    item,
    post,
    read,
    take_next,
    verify,
)
from tests.support.system import Staff, System

TRIAGE = Staff("hal", "officer", "HQ")
IN_EL_PASO: dict[str, Any] = {"facility": "EPC"}


def confirm(system: System, user: Staff, case_id: str, **given: object) -> dict[str, Any]:
    """Verify facts; return the answer."""
    answer = post(system, user, case_id, "verifications", {"verdict": "confirmed", "why": "Seen.", **given})
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def counted(system: System) -> int:
    """Return how many cases the officer is counted to hold."""
    return system.read(Officer, keys.officer(OFFICER.claims()["sub"])).claims


def test_a_verified_facility_moves_the_case_ends_the_claim_and_keeps_the_clock(system: System) -> None:
    held = claimed(system)
    before = system.case_of(held.filed)
    moved = confirm(system, OFFICER, held.case_id, facts=IN_EL_PASO)
    assert (moved["office"], moved["status"], moved["claimed_by"]) == ("ELP", "in_line", None)
    after = system.case_of(held.filed)
    assert after.first_look.lane_since == before.first_look.lane_since
    assert after.filed_at == before.filed_at
    assert [event.kind for event in system.history(after)][-2:] == ["verified", "transferred"]
    assert post(system, OFFICER, held.case_id, "claim").status == 404
    system.pump()
    found = item(system, held.case_id, ELSEWHERE, "ELP")
    assert "office_differs" not in found["flags"]
    assert take_next(system, ELSEWHERE) == held.case_id


def test_the_move_counts_one_claim_less_for_the_officer(system: System) -> None:
    held = claimed(system)
    assert counted(system) == 1
    confirm(system, OFFICER, held.case_id, facts=IN_EL_PASO)
    assert counted(system) == 0


@pytest.mark.parametrize(
    ("facts", "office"),
    [
        ({"custody": "not_detained", "residence": {"state": "TX", "county": "El Paso"}}, "ELP"),
        ({"custody": "detained", "facility": "EPC"}, "ELP"),
        ({"custody": "not_detained"}, "ATL"),  # the residence is a requester's word
        ({"residence": {"state": "TX", "county": "El Paso"}}, "ATL"),  # the person is detained elsewhere
        ({"facility": None}, "ATL"),
        ({"facility": "STWRTGA"}, "ATL"),
        ({"pregnant": True}, "ATL"),
    ],
)
def test_only_a_verified_place_moves_a_case(system: System, facts: dict[str, Any], office: str) -> None:
    held = claimed(system, facts={"residence": {"state": "NM"}})
    assert confirm(system, OFFICER, held.case_id, facts=facts)["office"] == office


def test_an_ambiguous_residence_moves_nothing(system: System) -> None:
    held = claimed(system, facts=AT_HOME)
    texas = {"custody": "not_detained", "residence": {"state": "TX"}}
    assert confirm(system, OFFICER, held.case_id, facts=texas)["office"] == "ATL"


def test_a_refuted_place_moves_nothing(system: System) -> None:
    held = claimed(system)
    assert confirm(system, OFFICER, held.case_id, facts=IN_EL_PASO, verdict="refuted")["office"] == "ATL"


def test_an_unverified_word_about_the_place_is_flagged_and_moves_nothing(system: System) -> None:
    held = claimed(system)
    system.later(minutes=1)
    assert system.on(held.filed, "POST", "/updates", {"facts": {"facility": "EPC"}}).status == 202
    confirm(system, OFFICER, held.case_id, facts={"pregnant": True})
    system.pump()
    assert system.case_of(held.filed).office == "ATL"
    assert "office_differs" in item(system, held.case_id)["flags"]


def test_a_case_at_headquarters_moves_to_the_verified_place(system: System) -> None:
    held = file_case(system, facts={"custody": "unknown", "facility": None})
    assert system.case_of(held.filed).office == "HQ"
    system.work(TRIAGE, held.case_id, "claim")
    facts = {"custody": "detained", "facility": "EPC"}
    assert confirm(system, TRIAGE, held.case_id, facts=facts)["office"] == "ELP"


def test_the_office_that_a_supervisor_chose_knowing_the_place_keeps_the_case(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, facts=IN_EL_PASO)
    supervisor = Staff("sal", "supervisor", "ELP")
    system.work(supervisor, held.case_id, "transfer", {"office": "ATL", "why": "Atlanta keeps it."})
    system.work(OFFICER, held.case_id, "claim")
    assert confirm(system, OFFICER, held.case_id, facts=IN_EL_PASO)["office"] == "ATL"
    assert confirm(system, OFFICER, held.case_id, facts={"facility": "KROHOLD"})["office"] == "MIA"


def test_a_case_that_awaits_approval_stays(system: System) -> None:
    system.time = system.time.replace(year=2021, month=6)
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    found = confirm(system, OFFICER, held.case_id, facts=IN_EL_PASO)
    assert (found["office"], found["status"]) == ("ATL", "awaiting_approval")


def test_an_officer_who_marks_and_places_a_case_at_once_loses_one_claim(system: System) -> None:
    held = claimed(system)
    found = confirm(system, OFFICER, held.case_id, facts={**IN_EL_PASO, "protected": True})
    assert (found["office"], found["status"], found["claimed_by"]) == ("ELP", "in_line", None)
    assert counted(system) == 0
    assert read(system, Staff("cora", "officer,restricted", "ELP"), held.case_id)["restricted"]


# ---- headquarters


def test_officers_of_headquarters_transfer_its_cases(system: System) -> None:
    held = file_case(system, facts={"custody": "unknown", "facility": None})
    sent = {"office": "HOU", "why": "Lives in Houston."}
    assert post(system, Staff("omar", "officer", "ATL"), held.case_id, "transfer", sent).status == 403
    assert system.work(TRIAGE, held.case_id, "transfer", sent)["office"] == "HOU"
    assert post(system, TRIAGE, held.case_id, "transfer", {**sent, "office": "HQ"}).status == 404


@pytest.mark.parametrize(
    ("facts", "pointer", "code"),
    [
        ({"facility": "Essex"}, "/facts/facility", "unknown_facility"),
        ({"facility": "no such place"}, "/facts/facility", "unknown_facility"),
        ({"residence": {"state": "Nowhere"}}, "/facts/residence/state", "unknown_state"),
    ],
)
def test_a_place_that_the_tables_do_not_have_is_not_established_as_unknown(
    system: System, facts: dict[str, Any], pointer: str, code: str
) -> None:
    held = claimed(system)
    before = system.items()
    answer = post(system, OFFICER, held.case_id, "verifications", {"verdict": "confirmed", "why": "x", "facts": facts})
    assert answer.status == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, code)
    assert system.items() == before


def test_a_place_is_verified_by_a_usual_name(system: System) -> None:
    held = claimed(system)
    assert confirm(system, OFFICER, held.case_id, facts={"facility": "Otay Mesa Detention Center"})["office"] == "SND"
    assert system.case_of(held.filed).office == "SND"
    other = claimed(system, 12)
    facts = {"facility": "Essex County Jail", "residence": {"state": "New Jersey"}}
    assert confirm(system, OFFICER, other.case_id, facts=facts)["office"] == "NEW"


def test_an_ambiguous_facility_is_named_with_what_it_can_be(system: System) -> None:
    held = claimed(system)
    given = {"verdict": "confirmed", "why": "x", "facts": {"facility": "Phelps County Jail"}}
    (error,) = post(system, OFFICER, held.case_id, "verifications", given).json()["errors"]
    assert {"PHELPMO (MO)", "PHELPNE (NE)"} <= set(error["message"].split(": ")[1].split(", "))

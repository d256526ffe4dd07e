"""Times and dates that no calendar or clock has, or no case can: refused by name at every door, and never stored."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.staff import OFFICER, SUPERVISOR, claimed, post
from tests.support.system import Answer, System, body

OUTSIDE = ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "1899-12-31T23:59:59Z", "2200-01-01T00:00:00Z"]
"""Times with an offset, before or after the years that are accepted; the first two leave the calendar in UTC."""
NO_OFFSET = "2026-11-01T10:00:00"
IMPOSSIBLE = "2026-02-30T10:00:00-05:00"
DAYS_OUTSIDE = ["0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01"]


def code(answer: Answer) -> tuple[int, str, str]:
    (error,) = answer.json()["errors"]
    return answer.status, error["pointer"], error["code"]


def stated(what: str, value: str) -> tuple[str, dict[str, Any]]:
    """Return the pointer to a time of the staff API, and a body with it."""
    given: dict[str, dict[str, Any]] = {
        "duties/call-1": {"what": "reached", "done_at": value, "why": "x"},
        "information-requests": {"codes": ["prove_identity"], "answer_by": value},
        "removal": {"removed_at": value, "why": "x"},
        "verifications": {"facts": {"removal_at": value}, "verdict": "confirmed", "why": "x"},
    }
    return _POINTERS[what], given[what]


_POINTERS = {
    "duties/call-1": "/done_at",
    "information-requests": "/answer_by",
    "removal": "/removed_at",
    "verifications": "/facts/removal_at",
}


@pytest.mark.parametrize("what", _POINTERS)
def test_a_time_of_the_staff_api_is_within_the_years_of_a_case(system: System, what: str) -> None:
    held = claimed(system)
    before = system.items()
    expected = dict.fromkeys(OUTSIDE, "year_out_of_range")
    expected |= {NO_OFFSET: "not_a_time", "soon": "not_a_time", IMPOSSIBLE: "impossible_time"}
    for value, refused in expected.items():
        pointer, given = stated(what, value)
        assert code(post(system, SUPERVISOR, held.case_id, what, given)) == (422, pointer, refused), value
    assert system.items() == before


def test_a_duty_was_done_at_a_time_and_not_on_a_day(system: System) -> None:
    held = claimed(system)
    given = {"what": "reached", "done_at": "2026-11-01", "why": "x"}
    assert code(post(system, OFFICER, held.case_id, "duties/call-1", given)) == (422, "/done_at", "not_a_time")


@pytest.mark.parametrize("fact", ["detained_on", "check_in_on", "entered_on", "last_entry_on", "removal_at"])
def test_a_day_that_a_requester_states_is_within_the_years_of_a_case(system: System, fact: str) -> None:
    filed = system.file(body())
    before = system.items()
    for value in DAYS_OUTSIDE:
        facts = {"facts": {fact: value}}
        for answer in (system.call("POST", "/requests", body(**facts)), system.on(filed, "POST", "/updates", facts)):
            assert code(answer) == (422, f"/facts/{fact}", "year_out_of_range"), value
    assert system.items() == before


def test_the_first_and_the_last_time_are_ranked_and_read(system: System) -> None:
    for number, value in enumerate(["1900-01-01", "1900-01-01T00:00:00Z", "2199-12-31", "2199-12-31T23:59:59Z"]):
        held = claimed(system, number + 1, facts={"removal_at": value})
        assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/ranking").status == 200
        assert system.look_up(held.filed)["status"] == "received"

"""Staff find a case by a receipt or an A-number, exactly and with a reason; what they may not open is not found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.event_records import Read
from casereview.schema.office_records import Lookups
from casereview.store import keys
from review.lookups import MOST_AN_HOUR
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OFFICIAL,
    SUPERVISOR,
    claimed,
    decide,
    file_case,
    verify,
)
from tests.support.system import Answer, Staff, System


def find(system: System, user: Staff = OFFICER, **sought: Any) -> Answer:  # noqa: ANN401  # a key
    """Look up a case; the reason is always the same."""
    return system.staff(user, "POST", "/staff/lookups", {"why": "Her brother called.", **sought})


def _find_by(system: System, user: Staff, name: str, value: str) -> Answer:
    return find(system, user, receipt=value) if name == "receipt" else find(system, user, a_number=value)


def cases(answer: Answer) -> list[dict[str, Any]]:
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["cases"]
    return found


def test_a_case_is_found_by_its_receipt_and_by_the_a_number(system: System) -> None:
    held = file_case(system)
    file_case(system, 12)
    expected = [{"case_id": held.case_id, "office": "ATL", "status": "in_line"}]
    assert cases(find(system, receipt=held.receipt)) == expected
    assert cases(find(system, a_number="A000000011")) == expected
    assert cases(find(system, SUPERVISOR, a_number="A000000011")) == expected


@pytest.mark.parametrize("form", ["a000-000-011", "A 000 000 011", "000000011", "A#000.000.011", "A0000011", "0000011"])
def test_an_a_number_is_read_in_all_usual_forms(system: System, form: str) -> None:
    held = file_case(system)
    assert [one["case_id"] for one in cases(find(system, a_number=form))] == [held.case_id]


def test_a_receipt_is_read_as_it_is_spoken_and_copied(system: System) -> None:
    held = file_case(system)
    plain = held.receipt.replace("-", "")
    confused = plain.replace("1", "l").replace("0", "o")
    for form in (held.receipt.lower(), plain, f" {plain[:8]} {plain[8:]} ", confused, confused.upper()):
        assert [one["case_id"] for one in cases(find(system, receipt=form))] == [held.case_id], form


def test_of_another_office_only_which(system: System) -> None:
    held = file_case(system)
    for sought in ({"receipt": held.receipt}, {"a_number": "A000000011"}):
        assert cases(find(system, ELSEWHERE, **sought)) == [{"case_id": None, "office": "ATL", "status": None}]
    assert cases(find(system, OFFICIAL, receipt=held.receipt)) == [{"case_id": None, "office": "ATL", "status": None}]


def test_every_case_of_the_person_is_found_the_latest_first(system: System) -> None:
    first = claimed(system)
    verify(system, OFFICER, first.case_id, receipt=first.receipt, identity=True)
    decide(system, OFFICER, first.case_id)
    second = file_case(system)
    found = [(one["case_id"], one["status"]) for one in cases(find(system, a_number="A000000011"))]
    assert found == [(second.case_id, "in_line"), (first.case_id, "decided")]
    assert cases(find(system, ELSEWHERE, a_number="A000000011")) == [{"case_id": None, "office": "ATL", "status": None}]


def test_a_restricted_case_is_not_found_by_those_who_may_not_open_it(system: System) -> None:
    hidden = file_case(system, facts={"relief_pending": ["vawa"]})
    unknown = {"receipt": "0000-0000-0000-0000-0", "a_number": "A000000099"}
    for name, value in {"receipt": hidden.receipt, "a_number": "A000000011"}.items():
        answers = {
            (found.status, found.body)
            for user in (OFFICER, SUPERVISOR, ELSEWHERE)
            for found in (_find_by(system, user, name, value), _find_by(system, user, name, unknown[name]))
        }
        ((status, body),) = answers
        assert (status, "no_such_case" in body) == (404, True)
        assert [one["case_id"] for one in cases(_find_by(system, CLEARED, name, value))] == [hidden.case_id]
    assert [one.user for one in system.all(Read, "READ#") if one.what == "lookup"] == [CLEARED.user] * 2


@pytest.mark.parametrize("receipt", ["x", "0000-0000-0000-0000-1", "Ω" * 20])
def test_what_is_no_receipt_is_not_found(system: System, receipt: str) -> None:
    assert find(system, receipt=receipt).status == 404


@pytest.mark.parametrize(
    "given",
    [{}, {"receipt": "x", "a_number": "A000000011"}, {"a_number": "A00000000"}, {"receipt": "x", "why": "\u200b"}],
)
def test_a_look_up_needs_one_key_and_a_reason(system: System, given: dict[str, Any]) -> None:
    assert find(system, **given).status == 422
    assert system.all(Lookups, "LOOKUPS#") == []


def test_a_look_up_is_in_the_history_of_each_case_with_its_reason(system: System) -> None:
    held = file_case(system)
    find(system, ELSEWHERE, receipt=held.receipt)
    find(system, a_number="A000000011")
    history = system.staff(COLLEAGUE, "GET", f"/staff/cases/{held.case_id}/history").json()["events"]
    found = [(one["user"], one["details"]) for one in history if one["details"].get("what") == "lookup"]
    details = {"what": "lookup", "why": "Her brother called."}
    assert sorted(user for user, _details in found) == sorted([ELSEWHERE.user, OFFICER.user])
    assert [details_of for _user, details_of in found] == [details, details]
    assert "brother" not in str(system.items())


def test_a_user_looks_up_at_most_120_cases_in_an_hour(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    held = file_case(system)
    system.time = system.time.replace(minute=59, second=0)
    hour = system.time.replace(minute=0).strftime("%Y-%m-%dT%H:%M:%S.000Z")
    for _ in range(3):
        find(system, receipt="0000-0000-0000-0000-0")
    (counted,) = system.all(Lookups, "LOOKUPS#")
    assert counted.count == 3
    assert counted.expires_at == int((system.time + timedelta(hours=1, minutes=1)).timestamp())
    system.tamper(keys.lookups(OFFICER.id, hour), count=MOST_AN_HOUR - 1)
    assert find(system, receipt=held.receipt).status == 200
    refused = find(system, receipt=held.receipt)
    assert (refused.status, refused.json()["type"]) == (429, "/problems/throttled")
    system._flush()
    assert "LookupsBounded" in capsys.readouterr().out
    assert find(system, COLLEAGUE, receipt=held.receipt).status == 200
    system.later(minutes=1)
    assert find(system, receipt=held.receipt).status == 200


def test_the_refusal_says_when_to_go_on(system: System) -> None:
    system.time = system.time.replace(minute=30, second=0)
    find(system, receipt="x")
    system.tamper(keys.lookups(OFFICER.id, system.time.strftime("%Y-%m-%dT%H:00:00.000Z")), count=MOST_AN_HOUR)
    answer = find(system, receipt="x")
    assert (answer.status, answer.retry_after) == (429, "1801")

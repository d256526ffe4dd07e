"""Requests that come by telephone, by letter or in person are filed by an officer, as in the public API."""

from __future__ import annotations

from tests.support.staff import COLLEAGUE, ELSEWHERE, LAWYER, OFFICER, file_case, person, read
from tests.support.system import Answer, System


def _file(system: System, given: object) -> Answer:
    return system.staff(OFFICER, "POST", "/staff/requests", given)


def test_a_request_filed_by_an_officer_works_as_in_the_public_api(system: System) -> None:
    answer = _file(system, person(11, channel="phone"))
    assert answer.status == 201
    assert set(answer.json()) == set(system.file(person(12)))
    system.pump()
    status_read = system.look_up(answer.json())
    assert (status_read["status"], status_read["disclosure"]) == ("in_line", "full")


def test_the_history_has_the_officer_who_filed(system: System) -> None:
    filed = _file(system, person(11, channel="letter")).json()
    (event,) = system.history(system.case_of(filed))
    assert (event.kind, event.actor, event.user) == ("filed", "officer", "omar")
    system.pump()
    case_id = system.case_of(filed).case_id
    assert read(system, COLLEAGUE, case_id)["requests"][0]["body"]["channel"] == "letter"


def test_a_request_filed_by_an_officer_joins_the_persons_open_case_at_any_office(system: System) -> None:
    held = file_case(system)
    joined = _file(system, person(11, requester=LAWYER)).json()
    assert system.case_of(joined).case_id == held.case_id
    there = _file(system, person(12, facts={"facility": "EPC"})).json()
    assert there["field_office"] == "ELP"
    system.pump()
    case_id = system.case_of(there).case_id
    assert system.staff(OFFICER, "GET", f"/staff/cases/{case_id}").status == 404
    assert read(system, ELSEWHERE, case_id)


def test_malformed_requests_are_refused_as_in_the_public_api(system: System) -> None:
    for given, status in (("{", 400), ({}, 422), (person(11, grounds=" "), 422), (person(11, x="y" * 262_144), 413)):
        assert _file(system, given).status == status
    assert system.items() == []


def test_a_request_filed_by_an_officer_can_be_split_off(system: System) -> None:
    held = file_case(system)
    joined = _file(system, person(11, requester=LAWYER, channel="in_person")).json()
    system.pump()
    new = system.work(OFFICER, held.case_id, "split", {"receipt": joined["receipt"], "why": "Another person."})
    system.pump()
    assert system.case_of(joined).case_id == new["case_id"]
    (event, *_others) = system.history(system.case_of(joined))
    assert (event.kind, event.user) == ("filed", "omar")

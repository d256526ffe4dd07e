"""Requests that come by telephone, by letter or in person are filed by an officer, as in the public API."""

from __future__ import annotations

import pytest

from casereview.schema.request_records import Request, Seen
from casereview.store import keys
from tests.support.staff import COLLEAGUE, ELSEWHERE, LAWYER, OFFICER, file_case, person, read
from tests.support.system import Answer, System


def _file(system: System, given: object) -> Answer:
    return system.staff(OFFICER, "POST", "/staff/requests", given)


def test_a_request_filed_by_an_officer_works_as_in_the_public_api(system: System) -> None:
    answer = _file(system, person(11, channel="phone"))
    assert answer.status == 201
    assert set(answer.json()) == set(system.file(person(12)))
    system.pump()
    assert system.case_of(answer.json()).status == "in_line"
    status_read = system.look_up(answer.json())
    assert (status_read["status"], status_read["disclosure"]) == ("received", "limited")


def test_the_history_has_the_officer_who_filed(system: System) -> None:
    filed = _file(system, person(11, channel="letter")).json()
    (event,) = system.history(system.case_of(filed))
    assert (event.kind, event.actor, event.user, event.user_id) == ("filed", "officer", "omar", OFFICER.id)
    system.pump()
    case_id = system.case_of(filed).case_id
    body = system.staff(COLLEAGUE, "GET", f"/staff/cases/{case_id}/requests/{filed['receipt']}").json()["body"]
    assert body["channel"] == "letter"


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


def test_what_the_officer_saw_is_evidence_and_no_verification(system: System) -> None:
    filed = _file(system, {**person(11), "seen": {"identity": True, "proof": "document"}}).json()
    request = system.read(Request, keys.request(filed["receipt"]))
    assert (request.seen, request.verified, request.filed_by) == (
        Seen(kind="identity", proof="document"),
        False,
        OFFICER.id,
    )
    body = system.staff(OFFICER, "GET", f"/staff/cases/{request.case_id}/requests/{filed['receipt']}").json()["body"]
    assert "seen" not in body
    assert system.look_up(filed)["disclosure"] == "limited"


@pytest.mark.parametrize(
    ("seen", "pointer"),
    [
        ({"authority": "g28", "proof": "form"}, "/seen"),
        ({"identity": True}, "/seen/proof"),
        ({"proof": "document"}, "/seen"),
        ({"identity": True, "authority": "g28", "proof": "form"}, "/seen"),
        ({"identity": True, "proof": "hearsay"}, "/seen/proof"),
    ],
)
def test_evidence_that_does_not_fit_is_refused(system: System, seen: dict[str, object], pointer: str) -> None:
    answer = _file(system, {**person(11), "seen": seen})
    assert (answer.status, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    assert system.items() == []


def test_the_public_api_takes_no_evidence(system: System) -> None:
    given = {**person(11), "seen": {"identity": True, "proof": "document"}}
    assert system.call("POST", "/requests", given).status == 422

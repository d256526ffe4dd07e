"""The summary of an office, from a snapshot that is taken every five minutes."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from casereview.routing.offices import queues
from casereview.store import keys
from tests.support.aws_calls import call_names, record_calls
from tests.support.staff import OFFICER, SUPERVISOR, claimed, decide, file_case, verify
from tests.support.system import Staff, System

HEADQUARTERS = Staff("hana", "supervisor", "HQ")
CLEARED_SUPERVISOR = Staff("sue", "supervisor,restricted")


def summary_of(system: System, user: Staff) -> dict[str, Any]:
    answer = system.staff(user, "GET", "/staff/summary?office=ATL")
    assert answer.status == 200, answer.body
    found: dict[str, Any] = answer.json()
    return found


def test_before_the_first_snapshot_the_summary_is_refused(system: System) -> None:
    assert system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").status == 409


def test_the_summary_counts_each_lane_and_has_its_age(system: System) -> None:
    first = file_case(system, 1, facts={"claims_us_citizenship": True})
    claimed(system, 2)
    file_case(system, 3)
    file_case(system, 4, facts={"facility": "EPC"})
    decide(system, OFFICER, claimed(system, 5).case_id)
    system.later(hours=5)
    system.duty("snapshot")
    taken = system.time
    system.later(minutes=3)
    file_case(system, 6)
    found = system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").json()
    assert (found["office"], datetime.fromisoformat(found["at"])) == ("ATL", taken)
    assert found["age_seconds"] == 181
    assert [(lane["lane"], lane["open"], lane["claimed"], lane["overdue"]) for lane in found["lanes"]] == [
        ("citizenship_claim", 1, 0, 1),
        ("detained", 2, 1, 0),
    ]
    assert datetime.fromisoformat(found["oldest_case"]) == system.case_of(first.filed).filed_at
    assert all(lane["median_wait_hours"] >= 5.0 for lane in found["lanes"])


def test_a_supervisor_without_access_to_restricted_cases_gets_the_counts_without_them(system: System) -> None:
    hidden = file_case(system, 1, facts={"claims_us_citizenship": True, "relief_pending": ["vawa"]})
    shown = file_case(system, 2)
    system.later(hours=5)
    system.duty("snapshot")
    counted, everything = (summary_of(system, user) for user in (SUPERVISOR, CLEARED_SUPERVISOR))
    assert [(lane["lane"], lane["open"], lane["overdue"]) for lane in counted["lanes"]] == [("detained", 1, 0)]
    assert [lane["lane"] for lane in everything["lanes"]] == ["citizenship_claim", "detained"]
    filed_at = [datetime.fromisoformat(found["oldest_case"]) for found in (counted, everything)]
    assert filed_at == [system.case_of(shown.filed).filed_at, system.case_of(hidden.filed).filed_at]


def test_a_snapshot_of_an_older_release_is_shown_only_with_access_to_restricted_cases(system: System) -> None:
    file_case(system, 1)
    system.duty("snapshot")
    system.tamper(keys.snapshot("ATL"), unrestricted=None)
    assert system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").status == 409
    assert summary_of(system, CLEARED_SUPERVISOR)["lanes"][0]["open"] == 1
    system.duty("snapshot")
    assert summary_of(system, SUPERVISOR)["lanes"][0]["open"] == 1


def test_a_case_that_was_worked_on_is_not_counted_as_overdue(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"serious_illness": True})
    system.work(OFFICER, held.case_id, "release")
    system.later(hours=5)
    system.duty("snapshot")
    (lane,) = system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").json()["lanes"]
    assert (lane["open"], lane["overdue"]) == (1, 0)


def test_the_summary_counts_requesters_to_telephone(system: System) -> None:
    held = file_case(system)
    (sent,) = system.notices
    tags = {"case": [held.case_id], "notice": [sent.notice_id]}
    bounce = {
        "eventType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]},
        "mail": {"tags": tags, "destination": ["ana@example.org"]},
    }
    system.bounce(bounce)
    system.pump()
    system.duty("snapshot")
    assert system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").json()["undeliverable"] == 1


@pytest.mark.moto
def test_a_snapshot_reads_only_the_index_and_a_summary_is_one_call(system: System) -> None:
    for number in range(1, 4):
        file_case(system, number)
    with record_calls() as calls:
        system.duty("snapshot")
    assert {name for name in call_names(calls) if name != "dynamodb.PutItem"} == {"dynamodb.Query"}
    assert {call.parameters.get("IndexName") for call in calls if call.operation == "Query"} <= {"worklist", None}
    with record_calls() as calls:
        system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL")
    assert call_names(calls) == ["dynamodb.GetItem"]


def test_the_summary_of_another_office_is_refused(system: System) -> None:
    system.duty("snapshot")
    for office in ("ELP", "SRO", "HQ", "NONE"):
        assert system.staff(SUPERVISOR, "GET", f"/staff/summary?office={office}").status == 403
    for nowhere in (Staff("noor", "supervisor", ""), Staff("sam", "supervisor", "SRO")):
        assert system.staff(nowhere, "GET", "/staff/summary").status == 403


def test_without_an_office_a_supervisor_reads_the_summary_of_their_own(system: System) -> None:
    file_case(system, 1)
    system.duty("snapshot")
    assert system.staff(SUPERVISOR, "GET", "/staff/summary").json() == summary_of(system, SUPERVISOR)
    assert summary_of(system, SUPERVISOR)["offices"] == []


def test_headquarters_reads_the_summary_of_any_office(system: System) -> None:
    file_case(system, 1)
    system.duty("snapshot")
    assert summary_of(system, HEADQUARTERS) == summary_of(system, SUPERVISOR)
    for office in ("HQ", "SRO", "ELP"):
        answer = system.staff(HEADQUARTERS, "GET", f"/staff/summary?office={office}")
        assert (answer.status, answer.json()["office"], answer.json()["lanes"]) == (200, office, [])


@pytest.mark.parametrize("path", ["summary", "duties", "approvals"])
def test_an_office_that_does_not_exist_is_named_to_headquarters(system: System, path: str) -> None:
    answer = system.staff(HEADQUARTERS, "GET", f"/staff/{path}?office=MARS")
    (error,) = answer.json()["errors"]
    assert (answer.status, error["pointer"], error["code"]) == (400, "office", "unknown_office")


def test_headquarters_without_an_office_reads_the_sums_of_all(system: System) -> None:
    first = file_case(system, 1, facts={"claims_us_citizenship": True})
    claimed(system, 2)
    file_case(system, 3, facts={"facility": "EPC"})
    file_case(system, 4, facts={"relief_pending": ["vawa"]})
    system.later(hours=5)
    system.duty("snapshot")
    system.later(minutes=3)
    every = system.staff(HEADQUARTERS, "GET", "/staff/summary").json()
    assert (every["office"], every["age_seconds"], every["undeliverable"]) == (None, 180, 0)
    assert [tuple(lane.values()) for lane in every["lanes"]] == [
        ("citizenship_claim", 1, 0, 1, None),
        ("detained", 2, 1, 0, None),
    ]
    assert datetime.fromisoformat(every["oldest_case"]) == system.case_of(first.filed).filed_at
    by_office = {one["office"]: one for one in every["offices"]}
    assert by_office.keys() == set(queues())
    own = summary_of(system, SUPERVISOR)
    assert by_office["ATL"] == {name: value for name, value in own.items() if name != "offices"}
    cleared = Staff("hana", "supervisor,restricted", "HQ")
    detained = system.staff(cleared, "GET", "/staff/summary").json()["lanes"][1]
    assert (detained["lane"], detained["open"]) == ("detained", 3)


def test_headquarters_is_refused_before_the_first_snapshot_that_counts_for_them(system: System) -> None:
    assert system.staff(HEADQUARTERS, "GET", "/staff/summary").status == 409
    system.duty("snapshot")
    for office in queues():
        if office != "ELP":
            system.tamper(keys.snapshot(office), unrestricted=None)
    answer = system.staff(HEADQUARTERS, "GET", "/staff/summary").json()
    assert [one["office"] for one in answer["offices"]] == ["ELP"]
    system.tamper(keys.snapshot("ELP"), unrestricted=None)
    assert system.staff(HEADQUARTERS, "GET", "/staff/summary").status == 409


def test_every_office_has_a_snapshot_even_an_empty_one(system: System) -> None:
    assert system.duty("snapshot") == {"counted": 0, "failed": 0}
    found = system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").json()
    assert (found["age_seconds"], found["lanes"], found["oldest_case"]) == (0, [], None)

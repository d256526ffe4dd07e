"""The office in numbers: from the snapshot of every five minutes, whose age is shown."""

from __future__ import annotations

from datetime import datetime

import pytest

from tests.support.aws_calls import names, recorded
from tests.support.staff import OFFICER, SUPERVISOR, claimed, decide, matter, verify
from tests.support.system import Staff, System


def test_before_the_first_snapshot_there_is_none(system: System) -> None:
    assert system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").status == 409


def test_it_counts_each_lane_and_says_how_old_it_is(system: System) -> None:
    first = matter(system, 1, facts={"claims_us_citizenship": True})
    claimed(system, 2)
    matter(system, 3)
    matter(system, 4, facts={"facility": "EPC"})
    decide(system, OFFICER, claimed(system, 5).case_id)
    system.later(hours=5)
    system.duty("snapshot")
    taken = system.time
    system.later(minutes=3)
    matter(system, 6)
    found = system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").json()
    assert (found["office"], datetime.fromisoformat(found["at"])) == ("ATL", taken)
    assert found["age_seconds"] == 181
    assert [(lane["lane"], lane["open"], lane["claimed"], lane["overdue"]) for lane in found["lanes"]] == [
        ("citizenship_claim", 1, 0, 1),
        ("detained", 2, 1, 0),
    ]
    assert datetime.fromisoformat(found["oldest_case"]) == system.case_of(first.filed).filed_at
    assert all(lane["median_wait_hours"] >= 5.0 for lane in found["lanes"])


def test_what_somebody_has_worked_on_is_not_overdue(system: System) -> None:
    held = claimed(system, facts={"claims_us_citizenship": True})
    verify(system, OFFICER, held.case_id, facts={"serious_illness": True})
    system.work(OFFICER, held.case_id, "release")
    system.later(hours=5)
    system.duty("snapshot")
    (lane,) = system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").json()["lanes"]
    assert (lane["open"], lane["overdue"]) == (1, 0)


def test_it_counts_those_who_must_be_called_by_telephone(system: System) -> None:
    held = matter(system)
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
def test_a_snapshot_reads_the_index_alone_and_reading_it_is_one_call(system: System) -> None:
    for number in range(1, 4):
        matter(system, number)
    with recorded() as calls:
        system.duty("snapshot")
    assert {name for name in names(calls) if name != "dynamodb.PutItem"} == {"dynamodb.Query"}
    assert {call.parameters.get("IndexName") for call in calls if call.operation == "Query"} <= {"worklist", None}
    with recorded() as calls:
        system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL")
    assert names(calls) == ["dynamodb.GetItem"]


def test_it_is_of_ones_own_office(system: System) -> None:
    system.duty("snapshot")
    for office in ("ELP", "SRO", "HQ", ""):
        assert system.staff(SUPERVISOR, "GET", f"/staff/summary?office={office}").status == 403
    triage = Staff("tess", "supervisor", "HQ")
    assert system.staff(triage, "GET", "/staff/summary?office=HQ").json()["lanes"] == []


def test_every_office_has_a_snapshot_even_an_empty_one(system: System) -> None:
    assert system.duty("snapshot") == {"counted": 0, "failed": 0}
    found = system.staff(SUPERVISOR, "GET", "/staff/summary?office=ATL").json()
    assert (found["age_seconds"], found["lanes"], found["oldest_case"]) == (0, [], None)

"""Transfers, removals and reopened cases, and what each keeps."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from casereview.schema.records import Case
from casereview.store import keys
from tests.support.staff import (
    AT_HOME,
    ELSEWHERE,
    OFFICER,
    SUPERVISOR,
    ask,
    asked,
    claimed,
    decide,
    file_case,
    item,
    person,
    post,
    read,
    take_next,
    verify,
    worklist,
)
from tests.support.system import Staff, System

TO_ELP = {"office": "ELP", "why": "Moved to El Paso."}


def test_a_transfer_keeps_the_clock_and_ends_the_claim(system: System) -> None:
    held = claimed(system)
    before = system.case_of(held.filed)
    system.later(days=1)
    moved = system.work(SUPERVISOR, held.case_id, "transfer", TO_ELP)
    assert (moved["office"], moved["status"], moved["claimed_by"]) == ("ELP", "in_line", None)
    system.pump()
    after = system.case_of(held.filed)
    assert after.first_look.lane_since == before.first_look.lane_since
    kept = ("filed_at", "lane", "rank", "target_at")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    assert worklist(system)["items"] == []
    assert take_next(system, ELSEWHERE) == held.case_id
    assert post(system, OFFICER, held.case_id, "release").status == 404


def test_the_office_of_a_requests_answer_reads_the_case_until_it_has_verified_the_requester(system: System) -> None:
    held = file_case(system)
    system.work(SUPERVISOR, held.case_id, "transfer", TO_ELP)
    assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").status == 200
    assert post(system, OFFICER, held.case_id, "claim").status == 404
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}").status == 404
    assert system.look_up(held.filed)["disclosure"] == "full"


def test_a_pending_question_can_be_answered_after_a_transfer(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    stopped = system.case_of(held.filed).first_look.stopped_since
    system.later(days=1)
    system.work(SUPERVISOR, held.case_id, "transfer", TO_ELP)
    system.pump()
    case = system.case_of(held.filed)
    assert (case.office, case.status, case.first_look.stopped_since) == ("ELP", "information_needed", stopped)
    assert asked(system, held.filed) == ["Proof of residence."]
    system.on(held.filed, "POST", "/updates", {"statement": "Here."})
    system.pump()
    assert system.case_of(held.filed).status == "in_line"


def test_no_statement_of_a_requester_moves_a_case_to_another_office(system: System) -> None:
    held = file_case(system)
    system.on(held.filed, "POST", "/updates", {"facts": {"facility": "EPC", "residence": {"state": "NM"}}})
    system.pump()
    assert system.case_of(held.filed).office == "ATL"


def test_after_a_transfer_a_move_to_another_offices_area_is_flagged_again(system: System) -> None:
    triage = Staff("hal", "supervisor", "HQ")
    held = file_case(system, facts={"custody": "unknown", "facility": None})
    system.work(triage, held.case_id, "transfer", {"office": "HOU", "why": "Lives in Houston."})
    system.pump()
    assert "office_differs" not in system.case_of(held.filed).flags
    system.later(days=1)
    system.on(held.filed, "POST", "/updates", {"facts": {"custody": "detained", "facility": "STWRTGA"}})
    system.pump()
    case = system.case_of(held.filed)
    assert (case.office, "office_differs" in case.flags) == ("HOU", True)
    system.work(Staff("hugh", "supervisor", "HOU"), held.case_id, "transfer", {"office": "ATL", "why": "Held there."})
    system.pump()
    assert "office_differs" not in system.case_of(held.filed).flags


@pytest.mark.parametrize(("office", "expected"), [("NOWHERE", 422), ("SRO", 422), ("ATL", 409), ("hq", 200)])
def test_a_case_can_be_transferred_to_another_field_office_or_the_headquarters(
    system: System, office: str, expected: int
) -> None:
    held = file_case(system)
    assert post(system, SUPERVISOR, held.case_id, "transfer", {"office": office, "why": "x"}).status == expected


def test_a_decided_case_or_one_that_awaits_approval_cannot_be_transferred(system: System) -> None:
    system.time = system.time.replace(year=2021, month=6)
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert post(system, SUPERVISOR, held.case_id, "transfer", TO_ELP).status == 409
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "x"})
    assert post(system, SUPERVISOR, held.case_id, "transfer", TO_ELP).status == 409


# ---- a removal


def test_a_removal_after_a_request_is_a_safety_event(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    held = file_case(system)
    system.later(days=1)
    at = system.time - timedelta(hours=1)
    system.work(OFFICER, held.case_id, "removal", {"removed_at": at.isoformat(), "why": "Flight list."})
    system._flush()
    assert "safety" in item(system, held.case_id)["flags"]
    assert "RemovalAfterRequest" in capsys.readouterr().out
    events = system.staff(SUPERVISOR, "GET", f"/staff/cases/{held.case_id}/history").json()["events"]
    (event,) = [event for event in events if event["kind"] == "removal_recorded"]
    assert event["details"]["safety"] is True


def test_a_removal_before_any_request_is_not_a_safety_event(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    held = file_case(system)
    at = system.time - timedelta(days=1)
    system.work(OFFICER, held.case_id, "removal", {"removed_at": at.isoformat(), "why": "Flight list."})
    system._flush()
    assert "safety" not in item(system, held.case_id)["flags"]
    assert "RemovalAfterRequest" not in capsys.readouterr().out


def test_a_removal_cannot_be_in_the_future_and_is_not_disclosed(system: System) -> None:
    held = file_case(system)
    before = system.look_up(held.filed)
    ahead = {"removed_at": (system.time + timedelta(hours=1)).isoformat(), "why": "x"}
    assert post(system, OFFICER, held.case_id, "removal", ahead).status == 422
    sent = len(system.outbox())
    system.work(OFFICER, held.case_id, "removal", {**ahead, "removed_at": system.time.isoformat()})
    system.pump()
    assert system.look_up(held.filed) == before
    assert len(system.outbox()) == sent


def test_a_removal_can_be_recorded_on_a_decided_case(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id)
    system.later(days=1)
    given = {"removed_at": system.time.isoformat(), "why": "x"}
    system.work(OFFICER, held.case_id, "removal", given)
    assert "safety" in read(system, OFFICER, held.case_id)["flags"]


@pytest.mark.parametrize(
    ("day", "safety"),
    [("2026-11-22", False), ("2026-11-23", True), ("2026-11-24", True)],
    ids=["the day before", "the day of the filing", "the day after"],
)
def test_a_removal_on_the_day_of_a_request_counts_as_after_it(
    system: System,
    day: str,
    safety: bool,  # noqa: FBT001
) -> None:
    """The day counts in Eastern time, where a filing at 4:00 UTC was on the evening before."""
    system.time = datetime(2026, 11, 24, 4, tzinfo=UTC)
    held = file_case(system)
    system.later(days=1)
    system.work(OFFICER, held.case_id, "removal", {"removed_at": day, "why": "Flight list."})
    assert ("safety" in item(system, held.case_id)["flags"]) is safety
    events = system.staff(SUPERVISOR, "GET", f"/staff/cases/{held.case_id}/history").json()["events"]
    (event,) = [event for event in events if event["kind"] == "removal_recorded"]
    assert event["details"] == {"removed_at": day, "safety": safety}


def test_a_day_of_removal_can_be_today_on_guam_at_most(system: System) -> None:
    system.time = datetime(2026, 11, 24, 14, tzinfo=UTC)
    held = file_case(system)
    assert post(system, OFFICER, held.case_id, "removal", {"removed_at": "2026-11-26", "why": "x"}).status == 422
    system.work(OFFICER, held.case_id, "removal", {"removed_at": "2026-11-25", "why": "x"})


@pytest.mark.parametrize("written", ["2026-11", "2026-11-24T10:00:00", "2026-02-30", None])
def test_a_removal_requires_a_time_with_offset_or_a_day(system: System, written: str | None) -> None:
    held = file_case(system)
    assert post(system, OFFICER, held.case_id, "removal", {"removed_at": written, "why": "x"}).status == 422


# ---- reopening


def test_a_reopened_case_is_ranked_under_the_policy_in_force(system: System) -> None:
    system.time = system.time.replace(year=2021, month=6)
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="granted")
    filed_at = system.case_of(held.filed).filed_at
    system.time = system.time.replace(year=2022, month=1)
    system.sweep()
    reopened = system.work(SUPERVISOR, held.case_id, "reopening", {"why": "Detained again."})
    assert (reopened["status"], reopened["claimed_by"]) == ("in_line", None)
    system.pump()
    found = item(system, held.case_id)
    assert (found["policy"], found["position"], found["overdue"]) == ("2021-09-30-guidelines", 1, False)
    case = system.case_of(held.filed)
    assert (case.filed_at, case.target_at) == (filed_at, system.time + timedelta(days=14))
    kinds = [event.kind for event in system.history(case)]
    assert kinds[-2:] == ["reopened", "ranked"]
    assert "decided" in kinds


def test_a_reopened_case_can_be_decided_and_joined_again(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined")
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    system.pump()
    assert system.case_of(held.filed).status == "in_line"
    joined = system.file(person(11))
    assert system.case_of(joined).case_id == held.case_id
    system.pump()
    system.work(OFFICER, held.case_id, "claim")
    assert decide(system, OFFICER, held.case_id)["status"] == "decided"


def test_a_case_cannot_be_reopened_if_the_person_has_a_newer_one(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id)
    newer = file_case(system)
    assert newer.case_id != held.case_id
    assert post(system, SUPERVISOR, held.case_id, "reopening", {"why": "x"}).status == 409
    assert system.read(Case, keys.case(held.case_id)).status == "decided"


def test_only_an_ended_case_that_was_not_linked_can_be_reopened(system: System) -> None:
    open_one = file_case(system)
    assert post(system, SUPERVISOR, open_one.case_id, "reopening", {"why": "x"}).status == 409
    nameless = file_case(system, subject={"a_number": None})
    system.work(OFFICER, nameless.case_id, "link", {"case_id": open_one.case_id, "why": "x"})
    assert post(system, SUPERVISOR, nameless.case_id, "reopening", {"why": "x"}).status == 409
    assert post(system, Staff("x", "supervisor", "ELP"), nameless.case_id, "reopening", {"why": "x"}).status == 404


def test_a_reopened_case_keeps_the_withdrawal_in_its_history(system: System) -> None:
    held = file_case(system, facts=AT_HOME)
    system.on(held.filed, "POST", "/withdrawal", {})
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "She called: it was a mistake."})
    system.pump()
    assert "withdrawal_to_confirm" in item(system, held.case_id)["flags"]
    assert system.look_up(held.filed)["status"] == "withdrawn"

"""Claims and the first look: a claim without work is not a first look."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.staff import (
    COLLEAGUE,
    OFFICER,
    OFFICIAL,
    POLICY_A,
    SUPERVISOR,
    ask,
    claimed,
    decide,
    file_case,
    item,
    verify,
)
from tests.support.system import System

IMMINENT: dict[str, Any] = {"removal_soon": True}


def _wait(system: System, **time: int) -> None:
    """Advance the clock, and run the sweep."""
    system.later(**time)
    system.settle(3)


def _reports(capsys: pytest.CaptureFixture[str]) -> int:
    return sum("TargetMissed" in line for line in capsys.readouterr().out.splitlines())


def _worked_on(system: System, how: str, case_id: str) -> None:
    match how:
        case "a verification":
            verify(system, OFFICER, case_id, facts={"serious_illness": True})
        case "a question":
            ask(system, OFFICER, case_id)
        case "a proposed decision":
            assert decide(system, OFFICER, case_id, outcome="declined")["status"] == "awaiting_approval"
        case _:
            assert how == "nothing"


def test_after_a_lapsed_claim_without_work_the_first_look_is_due(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    """The case is claimed at 15:10, the claim lapses at 17:10, and the target is 19:00."""
    filed = file_case(system, facts=IMMINENT)
    target = system.case_of(filed.filed).target_at
    assert target
    system.later(minutes=10)
    system.work(OFFICER, filed.case_id, "claim")
    _wait(system, hours=2, minutes=2)
    assert system.case_of(filed.filed).claimed_by is None
    assert item(system, filed.case_id)["overdue"] is False
    capsys.readouterr()
    _wait(system, hours=2)
    case = system.case_of(filed.filed)
    assert (case.target_at, case.missed, item(system, case.case_id)["overdue"]) == (target, True, True)
    assert _reports(capsys) == 1


@pytest.mark.parametrize("end", ["lease", "release", "transfer"])
def test_a_target_that_passes_during_a_claim_without_work_is_missed_at_its_end(
    system: System, capsys: pytest.CaptureFixture[str], end: str
) -> None:
    filed = file_case(system, facts=IMMINENT)
    system.later(hours=3)
    system.work(OFFICER, filed.case_id, "claim")
    _wait(system, hours=1, minutes=30)
    assert not system.case_of(filed.filed).missed
    assert _reports(capsys) == 0
    if end == "release":
        system.work(OFFICER, filed.case_id, "release")
    elif end == "transfer":
        system.work(SUPERVISOR, filed.case_id, "transfer", {"office": "ELP", "why": "Moved."})
    _wait(system, minutes=30)
    assert system.case_of(filed.filed).missed
    assert _reports(capsys) == 1


def test_a_missed_target_is_reported_once_over_several_claims_without_work(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    filed = file_case(system, facts=IMMINENT)
    _wait(system, hours=4, minutes=1)
    for _ in range(2):
        system.work(OFFICER, filed.case_id, "claim")
        _wait(system, hours=2, minutes=2)
        assert system.case_of(filed.filed).claimed_by is None
    assert system.case_of(filed.filed).missed
    assert _reports(capsys) == 1
    system.work(OFFICER, filed.case_id, "claim")
    verify(system, OFFICER, filed.case_id, facts={"serious_illness": True})
    assert not system.case_of(filed.filed).missed


@pytest.mark.parametrize("end", ["lease", "release"])
@pytest.mark.parametrize(("work", "looked_at"), [("a verification", True), ("a question", True), ("nothing", False)])
def test_work_on_a_case_counts_as_first_look_however_the_claim_ends(
    system: System,
    work: str,
    looked_at: bool,  # noqa: FBT001  # what is expected
    end: str,
) -> None:
    held = claimed(system, facts=IMMINENT)
    _worked_on(system, work, held.case_id)
    if end == "release" and work != "a question":
        system.work(OFFICER, held.case_id, "release")
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.missed) == (None, not looked_at)
    assert item(system, held.case_id)["overdue"] is not looked_at


def test_a_later_claim_without_work_keeps_the_earlier_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    verify(system, OFFICER, held.case_id, facts={"serious_illness": True})
    system.work(OFFICER, held.case_id, "release")
    system.work(COLLEAGUE, held.case_id, "claim")
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.missed, item(system, held.case_id)["overdue"]) == (None, False, False)


def test_a_returned_decision_counts_as_first_look_after_the_claim_lapses(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system, facts=IMMINENT)
    _worked_on(system, "a proposed decision", held.case_id)
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    assert item(system, held.case_id)["overdue"] is False
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Not yet."})
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.missed, item(system, held.case_id)["overdue"]) == (None, False, False)


def test_a_returned_decision_in_a_newer_lane_is_due_a_first_look_after_the_claim_lapses(
    system: System,
) -> None:
    system.time = POLICY_A
    held = claimed(system)
    _worked_on(system, "a proposed decision", held.case_id)
    system.later(hours=1)
    system.on(held.filed, "POST", "/updates", {"facts": IMMINENT})
    system.pump()
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Agreed."})
    system.pump()
    assert item(system, held.case_id)["status"] == "in_review"
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    assert system.case_of(held.filed).missed


def test_marking_a_case_as_protected_counts_as_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    verify(system, OFFICER, held.case_id, facts={"protected": True})
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.restricted, case.missed) == (None, True, False)


def test_an_officials_claim_without_work_does_not_count_as_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    _wait(system, hours=2, minutes=2)
    _wait(system, hours=2, minutes=2)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, case.missed) == ("with_senior_official", None, True)

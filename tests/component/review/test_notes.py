"""Notes of staff: calls, visits, remarks, and the referral of a claim of US citizenship that must be recorded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.staff import (
    AT_HOME,
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OTHER_SUPERVISOR,
    SISTER,
    FiledCase,
    claimed,
    decide,
    file_case,
    item,
    person,
    post,
    read,
    statements,
    verify,
    worklist,
)
from tests.support.standing import recognized
from tests.support.system import Staff, System

CALL = {"kind": "call", "with": "Her sister Mirabel", "text": "She brings the papers on Friday."}
REFERRAL = {"kind": "referral", "text": "Sent to counsel."}
FLAG = "referral_to_record"


def flagged(system: System, held: FiledCase) -> bool:
    return FLAG in read(system, OFFICER, held.case_id)["flags"]


def test_a_note_is_sealed_and_shown_to_staff_alone(system: System) -> None:
    held = file_case(system)
    before = system.look_up(held.filed)
    answer = system.work(OFFICER, held.case_id, "notes", CALL)
    assert (answer["status"], answer["claimed_by"]) == ("in_line", None)
    (shown,) = statements(system, COLLEAGUE, held.case_id)
    assert (shown["kind"], shown["user"], shown["words"]) == ("noted", "omar", CALL)
    history = system.staff(OFFICER, "GET", f"/staff/cases/{held.case_id}/history").json()["events"]
    (event,) = [event for event in history if event["kind"] == "noted"]
    assert (event["details"], event["changes"]) == ({"kind": "call"}, {})
    assert "Mirabel" not in str(system.items())
    recognized(system, held.filed)
    assert "papers" not in str(system.look_up(held.filed)) + str(before)


@pytest.mark.parametrize("status", ["in_review", "decided", "withdrawn"])
def test_a_note_needs_no_claim_and_is_possible_in_every_state(system: System, status: str) -> None:
    held = claimed(system, facts=AT_HOME)
    if status == "decided":
        decide(system, OFFICER, held.case_id)
    if status == "withdrawn":
        system.work(OFFICER, held.case_id, "release")
        assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    assert system.work(COLLEAGUE, held.case_id, "notes", CALL)["status"] == status
    assert post(system, ELSEWHERE, held.case_id, "notes", CALL).status == 404


def test_a_note_refuses_no_decision(system: System) -> None:
    held = claimed(system)
    version = read(system, OFFICER, held.case_id)["case_version"]
    system.work(COLLEAGUE, held.case_id, "notes", CALL)
    assert decide(system, OFFICER, held.case_id, case_version=version)["status"] == "decided"


@pytest.mark.parametrize(
    "change", [{"kind": "letter"}, {"kind": None}, {"text": " "}, {"text": None}, {"with": "x" * 201}, {"with_": "x"}]
)
def test_a_bad_note_is_refused_and_leaves_nothing(system: System, change: dict[str, Any]) -> None:
    held = file_case(system)
    before = system.case_of(held.filed)
    assert post(system, OFFICER, held.case_id, "notes", {**CALL, **change}).status == 422
    assert system.case_of(held.filed) == before


# ---- the referral of a claim of US citizenship


def test_a_claim_of_citizenship_is_flagged_until_a_referral_is_recorded(system: System) -> None:
    held = file_case(system, facts={"claims_us_citizenship": True})
    assert FLAG in item(system, held.case_id)["flags"]
    assert [one["case_id"] for one in worklist(system, flag=FLAG)["items"]] == [held.case_id]
    system.work(OFFICER, held.case_id, "notes", CALL)
    assert flagged(system, held)
    system.work(OTHER_SUPERVISOR, held.case_id, "notes", REFERRAL)
    assert not flagged(system, held)
    assert worklist(system, flag=FLAG)["items"] == []
    first = system.case_of(held.filed).referral_at
    system.later(minutes=1)
    system.work(OFFICER, held.case_id, "notes", REFERRAL)
    assert system.case_of(held.filed).referral_at == first
    system.intake.hint_rank(system.case_of(held.filed))
    system.pump()
    assert not flagged(system, held), "a ranking does not raise it again"


def test_a_confirmed_citizenship_is_flagged_and_a_refuted_one_is_not(system: System) -> None:
    held = claimed(system)
    assert not flagged(system, held)
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": True})
    assert flagged(system, held)
    verify(system, OFFICER, held.case_id, facts={"claims_us_citizenship": False})
    assert not flagged(system, held)


def test_what_others_allege_asks_for_no_referral(system: System) -> None:
    held = file_case(system)
    system.file(person(11, requester=SISTER, facts={"claims_us_citizenship": True}))
    system.pump()
    found = item(system, held.case_id)
    assert (found["lane"], FLAG in found["flags"]) == ("citizenship_claim", False)


def test_a_case_that_was_referred_stays_flagged_after_the_decision(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="referred")
    assert flagged(system, held)
    system.work(Staff("sue", "supervisor"), held.case_id, "notes", REFERRAL)
    assert not flagged(system, held)

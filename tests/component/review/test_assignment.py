"""A supervisor assigns a case to a colleague, who is looked up in the user pool of the staff."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casereview.schema.office_records import Officer
from casereview.store.caseload import read_counter
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OTHER_SUPERVISOR,
    POLICY_A,
    SUPERVISOR,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    item,
    post,
    read,
    statements,
)
from tests.support.standing import recognized
from tests.support.system import Answer, Staff, System

BOTH = Staff("bea", "supervisor,sro")
OTHER_OFFICIAL = Staff("sol", "sro", None)


def assign(system: System, held: FiledCase, to: str, by: Staff = SUPERVISOR) -> Answer:
    return post(system, by, held.case_id, "assignment", {"to": to, "why": "She speaks Ixil."})


def holds(system: System, *users: Staff) -> list[int]:
    return [read_counter(system.intake.table, user.id).claims for user in users]


def code(answer: Answer) -> tuple[int, str, str]:
    (error,) = answer.json()["errors"]
    return answer.status, error["code"], error["pointer"]


REFUSED = (422, "not_assignable", "/to")


def test_an_unclaimed_case_is_assigned(system: System) -> None:
    held = file_case(system)
    system.employ(COLLEAGUE)
    answer = assign(system, held, "olga")
    assert (answer.status, answer.json()["claimed_by"], answer.json()["status"]) == (200, "olga", "in_review")
    case = system.case_of(held.filed)
    assert case.hold is not None
    assert (case.hold.by_id, case.hold.since, case.hold.lease_until) == (
        COLLEAGUE.id,
        system.time,
        system.time + timedelta(hours=8),
    )
    assert (case.reviewers, holds(system, COLLEAGUE)) == ((COLLEAGUE.id,), [1])
    event = system.history(case)[-1]
    assert (event.kind, event.user, event.details) == (
        "assigned",
        "sue",
        {"held_by": None, "to": "olga", "to_id": COLLEAGUE.id},
    )
    assert statements(system, OFFICER, held.case_id)[-1]["words"] == {"why": "She speaks Ixil."}
    assert "Ixil" not in str(system.items())
    assert decide(system, COLLEAGUE, held.case_id)["status"] == "decided"
    assert holds(system, COLLEAGUE) == [0]


def test_a_claimed_case_moves_from_its_officer_to_the_colleague(system: System) -> None:
    held = claimed(system)
    since = system.case_of(held.filed).status_since
    system.later(minutes=5)
    assert assign(system, held, system.employ(COLLEAGUE).user).status == 200
    assert holds(system, OFFICER, COLLEAGUE) == [0, 1]
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.status_since) == ("olga", since)
    assert set(case.reviewers) == {OFFICER.id, COLLEAGUE.id}
    assert post(system, OFFICER, held.case_id, "release").status == 409
    system.work(COLLEAGUE, held.case_id, "release")
    assert holds(system, OFFICER, COLLEAGUE) == [0, 0]


@pytest.mark.parametrize("name", ["olga", "OLGA"])
def test_to_its_holder_nothing_changes_whatever_case_the_name_is_typed_in(system: System, name: str) -> None:
    held = claimed(system, by=COLLEAGUE)
    system.employ(COLLEAGUE)
    before = system.case_of(held.filed)
    assert assign(system, held, name).json()["claimed_by"] == "olga"
    assert (system.case_of(held.filed), holds(system, COLLEAGUE)) == (before, [1])


def test_a_supervisor_can_take_a_case_too(system: System) -> None:
    held = claimed(system)
    assert assign(system, held, system.employ(SUPERVISOR).user).json()["claimed_by"] == "sue"
    assert assign(system, held, system.employ(OTHER_SUPERVISOR).user).json()["claimed_by"] == "sid"


@pytest.mark.parametrize(
    "colleague",
    [
        ELSEWHERE,
        Staff("rob", "restricted"),
        Staff("pia", "policy"),
        Staff("noa", "officer", None),
        Staff("sam", "sro", "ATL"),
        Staff("stan", ""),
    ],
)
def test_a_colleague_without_access_to_the_case_is_refused(system: System, colleague: Staff) -> None:
    held = claimed(system)
    system.employ(colleague)
    before = system.case_of(held.filed)
    assert code(assign(system, held, colleague.user)) == REFUSED
    assert (system.case_of(held.filed), holds(system, OFFICER, colleague)) == (before, [1, 0])


def test_an_unknown_and_a_disabled_colleague_get_the_same_refusal(system: System) -> None:
    held = file_case(system)
    disabled = Staff("dora")
    system.employ(disabled, enabled=False)
    unknown, gone = assign(system, held, "nobody"), assign(system, held, "dora")
    assert code(unknown) == code(gone) == REFUSED
    assert unknown.json() == gone.json()


def test_a_restricted_case_needs_a_colleague_with_access(system: System) -> None:
    supervisor = Staff("sue", "supervisor,restricted")
    held = file_case(system, facts={"relief_pending": ["vawa"]})
    for user in (COLLEAGUE, CLEARED):
        system.employ(user)
    assert code(assign(system, held, "olga", supervisor)) == REFUSED
    assert assign(system, held, "cleo", supervisor).status == 200
    assert assign(system, held, "cleo", SUPERVISOR).status == 404, "to a supervisor without access it does not exist"


def test_the_cap_holds_for_the_colleague(system: System) -> None:
    held = claimed(system)
    system.employ(COLLEAGUE)
    system.intake.table.put(Officer(user=COLLEAGUE.id, claims=20))
    answer = assign(system, held, "olga")
    assert (answer.status, answer.json()["type"]) == (409, "/problems/cap-reached")
    assert (system.case_of(held.filed).claimed_by, holds(system, OFFICER, COLLEAGUE)) == ("omar", [1, 20])


def test_only_a_case_that_can_be_claimed_is_assigned(system: System) -> None:
    system.time = POLICY_A
    held = claimed(system)
    system.employ(COLLEAGUE)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert code(assign(system, held, "olga"))[:2] == (409, "status_not_allowed")
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": True, "why": "Yes."})
    assert code(assign(system, held, "olga"))[:2] == (409, "status_not_allowed")


def test_a_waiting_case_is_assigned_only_in_a_top_lane(system: System) -> None:
    waits, urgent = claimed(system, 11), claimed(system, 12, facts={"removal_soon": True})
    system.employ(COLLEAGUE)
    for held in (waits, urgent):
        ask(system, OFFICER, held.case_id)
    assert code(assign(system, waits, "olga"))[:2] == (409, "status_not_allowed")
    assert assign(system, urgent, "olga").json()["status"] == "in_review"
    case = system.case_of(urgent.filed)
    assert (case.answer_by, case.asked_by) == (None, None)


def test_an_answer_stays_flagged_for_the_colleague(system: System) -> None:
    held = claimed(system)
    system.employ(COLLEAGUE)
    ask(system, OFFICER, held.case_id)
    assert system.on(held.filed, "POST", "/updates", {"statement": "Here."}).status == 202
    system.pump()
    assert assign(system, held, "olga").status == 200
    assert "answer_arrived" in item(system, held.case_id)["flags"]
    assert holds(system, OFFICER, COLLEAGUE) == [0, 1]


def test_an_escalated_case_is_assigned_to_an_official_who_was_no_reviewer(system: System) -> None:
    reviewer = Staff("rae", "officer,sro")
    held = claimed(system, by=reviewer)
    recognized(system, held.filed)
    decide(system, reviewer, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Again."}).status == 202
    system.pump()
    for user in (reviewer, COLLEAGUE, OTHER_OFFICIAL):
        system.employ(user)
    assert assign(system, held, "sol", SUPERVISOR).status == 404
    assert code(assign(system, held, "rae", BOTH)) == REFUSED
    assert code(assign(system, held, "olga", BOTH)) == REFUSED
    assert assign(system, held, "sol", BOTH).json()["claimed_by"] == "sol"
    assert read(system, OTHER_OFFICIAL, held.case_id)["status"] == "with_senior_official"
    assert system.work(OTHER_OFFICIAL, held.case_id, "release")["claimed_by"] is None

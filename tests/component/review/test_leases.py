"""Claims: claim and release a case, the end of a lease, and the cap."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.office_records import Officer
from casereview.store import keys
from tests.support.policy.numbers import policy_numbers
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    COLLEAGUE,
    OFFICER,
    SUPERVISOR,
    ask,
    claimed,
    decide,
    file_case,
    item,
    post,
    read,
    take_next,
    verify,
)
from tests.support.system import Staff, System, body

IMMINENT: dict[str, Any] = {"removal_soon": True}


def _held(system: System, user: Staff = OFFICER) -> int:
    return system.read(Officer, keys.officer(user.id)).claims


def test_a_claim_adds_one_event_and_counts_for_the_officer(system: System) -> None:
    held = claimed(system)
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.actor, event.user) == ("claimed", "officer", "omar")
    assert event.changes["status"].after == "in_review"
    assert _held(system) == 1


def test_a_claimed_case_cannot_be_claimed_by_another_officer(system: System) -> None:
    held = claimed(system)
    assert post(system, COLLEAGUE, held.case_id, "claim").status == 409
    version = system.case_of(held.filed).version
    assert system.work(OFFICER, held.case_id, "claim")["case_version"] == version
    assert _held(system) == 1


def test_a_released_case_keeps_its_rank(system: System) -> None:
    held = claimed(system)
    rank = system.case_of(held.filed).rank
    assert post(system, COLLEAGUE, held.case_id, "release").status == 409
    released = system.work(OFFICER, held.case_id, "release")
    assert (released["status"], released["claimed_by"], released["lease_until"]) == ("in_line", None, None)
    assert (system.case_of(held.filed).rank, _held(system)) == (rank, 0)
    assert post(system, OFFICER, held.case_id, "release").status == 409
    assert take_next(system, COLLEAGUE) == held.case_id


def test_a_supervisor_can_release_the_case_of_another_officer(system: System) -> None:
    """For example, an update restricts a case whose officer has no access to restricted cases."""
    held = claimed(system)
    restricting = {"facts": {"relief_pending": ["t_visa"]}}
    assert system.on(held.filed, "POST", "/updates", restricting).status == 202
    system.pump()
    assert post(system, OFFICER, held.case_id, "release").status == 404
    assert post(system, SUPERVISOR, held.case_id, "release").status == 404
    cleared = Staff("sy", "supervisor,restricted")
    assert system.work(cleared, held.case_id, "release")["claimed_by"] is None
    assert _held(system) == 0
    event = system.history(system.case_of(held.filed))[-1]
    assert (event.kind, event.user, event.details) == ("released", "sy", {"held_by": "omar"})
    assert take_next(system, CLEARED) == held.case_id


def test_a_lease_has_the_length_of_the_policy_and_the_sweep_ends_it(system: System) -> None:
    held = claimed(system)
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=8)
    system.later(hours=7, minutes=58)
    system.settle(1)
    assert system.case_of(held.filed).claimed_by == "omar"
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.claimed_by, _held(system)) == ("in_line", None, 0)
    assert [event.kind for event in system.history(case)].count("lease_ended") == 1
    assert post(system, OFFICER, held.case_id, "release").status == 409


def test_in_a_top_lane_the_lease_is_half_of_the_time_for_the_first_look(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=2)


def test_a_move_to_a_top_lane_shortens_the_lease(system: System) -> None:
    held = claimed(system)
    system.later(hours=1)
    system.on(held.filed, "POST", "/updates", {"facts": IMMINENT})
    system.pump()
    case = system.case_of(held.filed)
    assert (case.lane, case.claimed_by) == ("imminent_removal", "omar")
    assert case.lease_until == system.time + timedelta(hours=2)
    assert case.target_at == system.time + timedelta(hours=4)


def test_work_on_a_case_renews_the_lease_and_counts_as_first_look(system: System) -> None:
    held = claimed(system)
    system.on(held.filed, "POST", "/updates", {"facts": IMMINENT})
    system.pump()
    system.later(hours=1)
    verify(system, OFFICER, held.case_id, facts={"serious_illness": True})
    assert system.case_of(held.filed).lease_until == system.time + timedelta(hours=2)
    system.later(hours=3, minutes=30)
    assert item(system, held.case_id)["overdue"] is False


def test_an_officer_cannot_claim_more_cases_than_the_cap(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    matters = [file_case(system, number) for number in (1, 2, 3)]
    with policy_numbers(monkeypatch, cap=2):
        assert [take_next(system), take_next(system)] == [matters[0].case_id, matters[1].case_id]
        refused = system.staff(OFFICER, "POST", "/staff/worklist/next", {})
        assert (refused.status, post(system, OFFICER, matters[2].case_id, "claim").status) == (409, 409)
        assert _held(system) == 2
        system.work(OFFICER, matters[0].case_id, "release")
        assert post(system, OFFICER, matters[2].case_id, "claim").status == 200


@pytest.mark.parametrize("end", ["release", "question", "decision", "lease", "transfer", "withdrawal", "link"])
def test_every_end_of_a_claim_lowers_the_officers_counter(system: System, end: str) -> None:
    held = claimed(system, subject={"a_number": None}, facts=AT_HOME)
    supervisor = Staff("sue", "supervisor")
    match end:
        case "release":
            system.work(OFFICER, held.case_id, "release")
        case "question":
            ask(system, OFFICER, held.case_id)
        case "decision":
            decide(system, OFFICER, held.case_id)
        case "lease":
            system.later(hours=8)
            system.settle(3)
        case "transfer":
            system.work(supervisor, held.case_id, "transfer", {"office": "ELP", "why": "Moved."})
        case "withdrawal":
            assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
        case _:
            target = file_case(system, 2)
            system.work(COLLEAGUE, held.case_id, "link", {"case_id": target.case_id, "why": "The same."})
    case = system.case_of(held.filed)
    assert (case.claimed_by, case.lease_until, _held(system)) == (None, None, 0)


def test_a_new_case_that_is_not_ranked_yet_cannot_be_claimed(system: System) -> None:
    filed = system.file(body())
    assert post(system, OFFICER, system.case_of(filed).case_id, "claim").status == 409


def test_a_claim_requires_an_empty_body(system: System) -> None:
    held = file_case(system)
    assert post(system, OFFICER, held.case_id, "claim", {"user": "olga"}).status == 422
    assert system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/claim").status == 200
    assert read(system, OFFICER, held.case_id)["claimed_by"] == "omar"

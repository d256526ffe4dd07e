"""The next case: the order of the worklist, lost races, and how lower lanes are served."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partialmethod
from typing import Any

import pytest

from casereview.schema.office_records import Officer
from casereview.store import keys
from casereview.store.policy_repository import PolicyRepository
from casereview.store.worklist import Worklist
from tests.support.aws_calls import record_calls
from tests.support.aws_faults import intercept, once, performs_after
from tests.support.memory.aws import refused
from tests.support.policy.numbers import policy_numbers
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    OFFICER,
    FiledCase,
    ask,
    claimed,
    file_case,
    item,
    post,
    take_next,
    verify,
    worklist,
)
from tests.support.system import Staff, System

IMMINENT: dict[str, Any] = {"removal_soon": True}


def _held(system: System, user: Staff = OFFICER) -> int:
    return system.read(Officer, keys.officer(user.id)).claims


def test_next_claims_the_first_unclaimed_case_and_returns_its_position(system: System) -> None:
    first, second = file_case(system, 1), file_case(system, 2)
    system.work(COLLEAGUE, first.case_id, "claim")
    taken = system.staff(OFFICER, "POST", "/staff/worklist/next", {}).json()
    assert (taken["case_id"], taken["position"], taken["claimed_by"]) == (second.case_id, 2, "omar")
    assert taken == item(system, second.case_id)
    assert take_next(system) is None


def test_next_skips_restricted_cases_for_officers_without_access(system: System) -> None:
    hidden = file_case(system, 1, facts={"relief_pending": ["u_visa"]})
    open_one = file_case(system, 2)
    assert take_next(system, OFFICER) == open_one.case_id
    assert take_next(system, OFFICER) is None
    assert take_next(system, CLEARED) == hidden.case_id


@pytest.mark.moto
def test_next_tries_the_next_case_after_a_lost_race(system: System) -> None:
    """A colleague claims the first case just before the officer's transaction."""
    first, second = file_case(system, 1), file_case(system, 2)
    colleague = once(lambda: system.work(COLLEAGUE, first.case_id, "claim"))
    with intercept("dynamodb.TransactWriteItems", performs_after(colleague)):
        assert take_next(system) == second.case_id
    assert (_held(system), _held(system, COLLEAGUE)) == (1, 1)


def test_every_kth_next_claims_the_most_overdue_case_of_the_lower_lanes(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twice the first of the line, a case of a top lane; the third time one that waits below."""
    at_home = file_case(system, 1, facts={"custody": "not_detained", "facility": None, "residence": {"state": "GA"}})
    detained = file_case(system, 2)
    system.later(days=10)
    top = [file_case(system, number, facts=IMMINENT).case_id for number in range(10, 15)]
    with policy_numbers(monkeypatch, every_kth_next=3):
        taken = [take_next(system) for _ in range(6)]
    assert taken == [top[0], top[1], detained.case_id, top[2], top[3], at_home.case_id]
    assert system.read(Officer, keys.officer(OFFICER.id)).nexts == 6


def test_the_most_overdue_case_is_found_behind_cases_with_a_credit(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits_longest = file_case(system, 1)
    system.later(days=2)
    credited = file_case(system, 2, facts={"custody": "detained", "facility": "STWRTGA", "serious_illness": True})
    top = file_case(system, 3, facts=IMMINENT)
    credited_place, plain_place = (system.case_of(held.filed).rank or "" for held in (credited, waits_longest))
    assert credited_place < plain_place
    system.later(days=20)
    with policy_numbers(monkeypatch, every_kth_next=2):
        assert [take_next(system) for _ in range(3)] == [top.case_id, waits_longest.case_id, credited.case_id]


def _seen(system: System, number: int) -> FiledCase:
    """Return a case that was worked on and released, so its first look is done."""
    found = claimed(system, number, COLLEAGUE)
    verify(system, COLLEAGUE, found.case_id, facts={"disability": False})
    system.work(COLLEAGUE, found.case_id, "release")
    return found


def test_a_case_with_a_first_look_is_not_the_most_overdue(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cases whose first look is late come first, however long the case has waited."""
    seen = _seen(system, 1)
    late = [file_case(system, number) for number in (2, 3)]
    system.later(days=90)
    fresh = file_case(system, 4)
    top = [file_case(system, number, facts=IMMINENT).case_id for number in range(10, 14)]
    shown = {found["case_id"]: found["overdue"] for found in worklist(system)["items"]}
    assert [shown[found.case_id] for found in (seen, *late, fresh)] == [False, True, True, False]
    with policy_numbers(monkeypatch, every_kth_next=2):
        taken = [take_next(system) for _ in range(8)]
    assert taken[::2] == top
    assert taken[1::2] == [late[0].case_id, late[1].case_id, seen.case_id, fresh.case_id]


def test_the_most_overdue_case_is_found_behind_a_page_of_cases_with_a_first_look(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("review.next_case._PAGE_SIZE", 2)
    for number in (1, 2, 3):
        _seen(system, number)
    late = file_case(system, 4)
    system.later(days=20)
    top = file_case(system, 10, facts=IMMINENT)
    with policy_numbers(monkeypatch, every_kth_next=2):
        assert [take_next(system), take_next(system)] == [top.case_id, late.case_id]


def test_a_lane_without_targets_is_served_beside_late_first_looks(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The case without a target exceeds the policy's number of days by more than the detained case its target."""
    at_home = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
    without = file_case(system, 1, facts=at_home)
    system.later(days=60)
    late = file_case(system, 2)
    system.later(days=15)
    top = [file_case(system, number, facts=IMMINENT).case_id for number in (10, 11)]
    with policy_numbers(monkeypatch, every_kth_next=2):
        taken = [take_next(system) for _ in range(4)]
    assert taken == [top[0], without.case_id, top[1], late.case_id]


def test_every_lane_is_served_while_the_top_lanes_never_empty(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    at_home = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
    low = [file_case(system, 1, facts=at_home), file_case(system, 2, facts={**at_home, "removal_order": "final"})]
    low.append(file_case(system, 3))
    top = [file_case(system, number, facts=IMMINENT) for number in range(10, 14)]
    with policy_numbers(monkeypatch, every_kth_next=2):
        taken = [take_next(system) for _ in range(6)]
    assert set(taken[1::2]) == {found.case_id for found in low}
    assert taken[::2] == [found.case_id for found in top[:3]]


def test_a_case_that_waits_for_an_answer_is_not_next(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    assert take_next(system, COLLEAGUE) is None
    assert post(system, COLLEAGUE, held.case_id, "claim").status == 409


def _in_queue(system: System, queue: str, number: int, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """Return a case in the queue of an office, or of the Senior Reviewing Official."""
    found = file_case(system, number, **changes)
    if queue != "ATL":
        escalated = {"office": queue, "status": "with_senior_official"}
        system.tamper(keys.case(found.case_id), queue=queue, field_office="ATL", **escalated)
    return found


@pytest.mark.parametrize("urgent", ["ATL", "SRO"])
def test_next_takes_the_first_case_by_rank_over_all_queues(system: System, urgent: str) -> None:
    """A19: the queues were read one after another by their names."""
    both = Staff("bea", "supervisor,sro")
    other = "SRO" if urgent == "ATL" else "ATL"
    later = _in_queue(system, other, 1)
    first = _in_queue(system, urgent, 2, facts=IMMINENT)
    last = _in_queue(system, urgent, 3)
    assert [take_next(system, both) for _ in range(4)] == [first.case_id, later.case_id, last.case_id, None]


@pytest.mark.parametrize("late", ["ATL", "SRO"])
def test_the_most_overdue_case_is_that_of_all_queues(
    system: System, monkeypatch: pytest.MonkeyPatch, late: str
) -> None:
    both = Staff("bea", "supervisor,sro")
    other = "SRO" if late == "ATL" else "ATL"
    first = _in_queue(system, late, 1)
    system.later(days=3)
    second = _in_queue(system, other, 2)
    top = _in_queue(system, "ATL", 3, facts=IMMINENT)
    system.later(days=30)
    with policy_numbers(monkeypatch, every_kth_next=2):
        assert [take_next(system, both) for _ in range(3)] == [top.case_id, first.case_id, second.case_id]


def test_a_claimed_case_is_answered_although_its_position_and_its_texts_cannot_be_read(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A20: the case was claimed, the answer was 503, and the next call claimed another."""
    first = file_case(system, 1)

    def throttled(*_: object, **_more: object) -> None:
        raise refused("ThrottlingException", "Query")

    monkeypatch.setattr(Worklist, "position", throttled)
    monkeypatch.setattr(PolicyRepository, "texts", throttled)
    answer = system.staff(OFFICER, "POST", "/staff/worklist/next", {})
    assert answer.status == 200
    taken = answer.json()
    assert (taken["case_id"], taken["position"], taken["claimed_by"]) == (first.case_id, None, "omar")
    assert [reason["rule"] for reason in taken["reasons"]] == ["detained"]
    assert _held(system) == 1


@pytest.mark.moto
def test_next_asks_little_of_the_index_however_many_cases_are_before_it(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C16: the position was counted by a query for each megabyte of index entries before the case."""
    monkeypatch.setattr("casereview.store.worklist.MAX_POSITION", 3)
    before = [file_case(system, number) for number in range(1, 7)]
    for held in before:
        system.work(COLLEAGUE, held.case_id, "claim")
    last = file_case(system, 7)
    with record_calls() as calls:
        taken = system.staff(OFFICER, "POST", "/staff/worklist/next", {}).json()
    assert (taken["case_id"], taken["position"]) == (last.case_id, None)
    counts = [call for call in calls if call.operation == "Query" and call.parameters.get("Limit") == 3]
    assert len(counts) == 1


def test_the_position_of_a_claimed_case_counts_only_cases_that_the_officer_sees(system: System) -> None:
    file_case(system, 1, facts={"relief_pending": ["u_visa"]})
    system.work(COLLEAGUE, file_case(system, 2).case_id, "claim")
    third = file_case(system, 3)
    taken = system.staff(OFFICER, "POST", "/staff/worklist/next", {}).json()
    assert (taken["case_id"], taken["position"]) == (third.case_id, 2)


def _twice(worklist: Worklist, read: Callable[..., Iterable[Any]], *args: Any, **more: Any) -> list[Any]:  # noqa: ANN401  # any arguments
    return [found for each in read(worklist, *args, **more) for found in (each, each)]


def test_a_case_that_the_index_lists_twice_is_shown_and_claimed_once(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    """C12: the index can show a case under its old and its new rank; the batch of both was refused."""
    held = file_case(system, 1)
    for name in ("listed_cases", "places"):
        monkeypatch.setattr(Worklist, name, partialmethod(_twice, getattr(Worklist, name)))
    assert [found["case_id"] for found in worklist(system)["items"]] == [held.case_id]
    assert take_next(system) == held.case_id
    assert take_next(system, COLLEAGUE) is None

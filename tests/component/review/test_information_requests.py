"""Information requests: the clock stops visibly and runs again by itself; in the top lanes it never stops."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from casereview.schema.records import Case
from tests.support.staff import (
    COLLEAGUE,
    LAWYER,
    OFFICER,
    SISTER,
    ask,
    claimed,
    item,
    matter,
    person,
    post,
    read,
    take_next,
    verify,
)
from tests.support.system import Staff, System

DAY = timedelta(days=1)
IMMINENT: dict[str, Any] = {"removal_soon": True}


def _kinds(system: System, case: Case) -> list[str]:
    return [event.kind for event in system.history(case)]


def test_the_clock_stops_visibly(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    found = read(system, OFFICER, held.case_id)
    assert datetime.fromisoformat(found["clock_stopped_since"]) == system.time
    assert (found["status"], found["target_by"], found["claimed_by"]) == ("information_needed", None, None)
    assert item(system, held.case_id)["target_by"] is None


def test_the_requester_is_told_what_is_asked_and_the_words_lie_nowhere_open(system: System) -> None:
    held = claimed(system)
    given = {"asked": ["Papers of Mirabel.", "A date."], "answer_by": (system.time + DAY).isoformat()}
    system.work(OFFICER, held.case_id, "information-requests", given)
    system.pump()
    told = system.look_up(held.filed)
    assert (told["status"], told["asked_for"]) == ("information_needed", ["Papers of Mirabel.", "A date."])
    assert "Mirabel" not in str(system.items()) + str(system.outbox())
    assert len(system.outbox()) == 2


@pytest.mark.parametrize(("days", "stands"), [(10, 10), (60, 14)])
def test_the_clock_runs_again_by_itself_at_the_date_named_and_never_later_than_the_policys_days(
    system: System, days: int, stands: int
) -> None:
    held = claimed(system)
    asked_at = system.time
    ask(system, OFFICER, held.case_id, days=days)
    system.time = asked_at + stands * DAY - timedelta(minutes=3)
    system.settle(2)
    assert system.case_of(held.filed).status == "information_needed"
    system.settle(5)
    case = system.case_of(held.filed)
    assert (case.status, case.first_look.stopped_since, case.answer_by) == ("in_line", None, None)
    assert case.first_look.stopped_ms == stands * DAY // timedelta(milliseconds=1)
    assert case.target_at == case.filed_at + (14 + stands) * DAY
    assert "resumed" in _kinds(system, case)


def test_no_case_closes_for_want_of_an_answer(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    for _ in range(3):
        system.later(days=100)
        system.settle(2)
    assert system.case_of(held.filed).status == "in_line"
    assert item(system, held.case_id)["position"] == 1


def test_an_answer_starts_the_clock_again_from_when_it_came(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    system.later(days=3)
    system.on(held.filed, "POST", "/updates", {"statement": "Here it is."})
    system.later(minutes=20)
    system.pump()
    case = system.case_of(held.filed)
    assert (case.status, case.first_look.stopped_ms) == ("in_line", 3 * DAY // timedelta(milliseconds=1))
    assert system.look_up(held.filed)["asked_for"] == []


def test_somebody_who_was_not_asked_does_not_answer(system: System) -> None:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    system.pump()
    ask(system, OFFICER, held.case_id)
    system.on(sister, "POST", "/updates", {"statement": "I know nothing of it."})
    system.pump()
    assert system.case_of(held.filed).status == "information_needed"


@pytest.mark.parametrize("facts", [{}, {"facts": {}}], ids=["alone", "beside no fact"])
def test_a_new_contact_is_no_answer_and_the_clock_still_runs_again_by_itself(
    system: System, facts: dict[str, object]
) -> None:
    held = claimed(system)
    asked_at = system.time
    ask(system, OFFICER, held.case_id)
    system.later(days=3)
    assert system.on(held.filed, "POST", "/updates", {"contact": {"language": "en"}, **facts}).status == 202
    system.settle(3)
    told, case = system.look_up(held.filed), system.case_of(held.filed)
    assert (told["status"], told["asked_for"]) == ("information_needed", ["Proof of residence."])
    assert (case.first_look.stopped_since, case.answer_by) == (asked_at, asked_at + 10 * DAY)
    system.time = asked_at + 10 * DAY
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.first_look.stopped_ms) == ("in_line", 10 * DAY // timedelta(milliseconds=1))
    assert system.look_up(held.filed)["asked_for"] == []


@pytest.mark.parametrize("answer", [{"facts": {"minor_children": 2}}, {"facts": {"minor_children": None}}])
def test_facts_answer_beside_a_new_contact_too(system: System, answer: dict[str, object]) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    system.on(held.filed, "POST", "/updates", {"contact": {"language": "en"}, **answer})
    system.pump()
    assert system.case_of(held.filed).status == "in_line"


def test_only_who_may_know_is_asked(system: System) -> None:
    held = claimed(system)
    system.file(person(11, requester=SISTER))
    system.file(person(11, requester=LAWYER))
    system.pump()
    sent = len(system.outbox())
    ask(system, OFFICER, held.case_id)
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]


def test_in_a_top_lane_the_clock_never_stops(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    target = system.case_of(held.filed).target_at
    ask(system, OFFICER, held.case_id)
    case = system.case_of(held.filed)
    assert (case.status, case.first_look.stopped_since, case.target_at) == ("information_needed", None, target)
    assert read(system, OFFICER, held.case_id)["clock_stopped_since"] is None


def test_a_top_lanes_case_that_waits_is_nobodys_next_and_anybodys_to_take_up(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    ask(system, OFFICER, held.case_id)
    assert take_next(system, COLLEAGUE) is None
    assert system.work(COLLEAGUE, held.case_id, "claim")["status"] == "in_review"
    system.later(days=20)
    system.settle(3)
    assert "resumed" not in _kinds(system, system.case_of(held.filed))


def test_a_case_that_comes_into_a_top_lane_meanwhile_runs_again_and_is_next(system: System) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    system.pump()
    ask(system, OFFICER, held.case_id)
    system.later(days=3)
    system.on(lawyer, "POST", "/updates", {"facts": IMMINENT})
    system.pump()
    case = system.case_of(held.filed)
    assert (case.lane, case.status, case.first_look.stopped_since) == ("imminent_removal", "information_needed", None)
    assert case.target_at == system.time + timedelta(hours=4)
    system.on(lawyer, "POST", "/updates", {"statement": "Nothing that moves the target."})
    system.pump()
    assert system.case_of(held.filed).target_at == case.target_at
    assert take_next(system, COLLEAGUE) == held.case_id
    assert system.case_of(held.filed).status == "in_review"


@pytest.mark.parametrize(
    "change",
    [
        {"asked": []},
        {"asked": ["  "]},
        {"asked": ["x"] * 21},
        {"asked": "x"},
        {"answer_by": "2020-01-01T00:00:00Z"},
        {"answer_by": "2027-01-01T00:00:00"},
        {"answer_by": None},
    ],
)
def test_a_question_names_what_is_asked_and_a_time_ahead(system: System, change: dict[str, object]) -> None:
    held = claimed(system)
    plain = {"asked": ["x"], "answer_by": (system.time + DAY).isoformat()}
    assert post(system, OFFICER, held.case_id, "information-requests", {**plain, **change}).status == 422


def test_a_question_needs_the_claim(system: System) -> None:
    held = matter(system)
    given = {"asked": ["x"], "answer_by": (system.time + DAY).isoformat()}
    assert post(system, OFFICER, held.case_id, "information-requests", given).status == 409
    system.work(COLLEAGUE, held.case_id, "claim")
    assert post(system, OFFICER, held.case_id, "information-requests", given).status == 409
    assert post(system, COLLEAGUE, held.case_id, "information-requests", given).status == 200


def test_a_second_question_asks_anew(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    system.on(held.filed, "POST", "/updates", {"statement": "Here."})
    system.pump()
    system.work(OFFICER, held.case_id, "claim")
    given = {"asked": ["Something else."], "answer_by": (system.time + DAY).isoformat()}
    system.work(OFFICER, held.case_id, "information-requests", given)
    system.pump()
    assert system.look_up(held.filed)["asked_for"] == ["Something else."]
    assert len([notice for notice in system.notices if notice.template == "information_asked"]) == 2


def test_time_worked_by_hand_with_a_stop_a_change_of_lane_and_a_transfer(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    """A first look at a detained case is due in 14 days.

    day  0  filed, not detained: no target
    day  2  an officer looks, and asks; the clock stands
    day  4  a sister says that he was detained: a new lane, whose clock stands as well
    day  7  he answers: three days stood in this lane, so 4 + 14 + 3 = 21
    day 10  transferred: the same clock
    day 21  overdue, and reported once, at the office where it is
    """
    at_home = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
    held = matter(system, facts=at_home)
    start = system.time
    sister = system.file(person(11, requester=SISTER, facts={"custody": None, "facility": None}))
    system.pump()
    assert (item(system, held.case_id)["lane"], item(system, held.case_id)["target_by"]) == ("other", None)
    system.time = start + 2 * DAY
    system.work(OFFICER, held.case_id, "claim")
    ask(system, OFFICER, held.case_id, days=13)
    system.time = start + 4 * DAY
    system.on(sister, "POST", "/updates", {"facts": {"custody": "detained", "facility": "STWRTGA"}})
    system.pump()
    found = read(system, OFFICER, held.case_id)
    assert (found["lane"], found["target_by"]) == ("detained", None)
    assert datetime.fromisoformat(found["clock_stopped_since"]) == start + 4 * DAY
    system.time = start + 7 * DAY
    system.on(held.filed, "POST", "/updates", {"statement": "Here."})
    system.pump()
    due = start + 21 * DAY
    assert datetime.fromisoformat(item(system, held.case_id)["target_by"]) == due
    system.time = start + 10 * DAY
    supervisor = Staff("sue", "supervisor")
    system.work(supervisor, held.case_id, "transfer", {"office": "ELP", "why": "Moved."})
    system.pump()
    elsewhere = Staff("elle", "officer", "ELP")
    assert datetime.fromisoformat(item(system, held.case_id, elsewhere, "ELP")["target_by"]) == due
    system.time = due - timedelta(minutes=1)
    system.settle(1)
    capsys.readouterr()
    assert item(system, held.case_id, elsewhere, "ELP")["overdue"] is True
    system.settle(5)
    reports = [line for line in capsys.readouterr().out.splitlines() if "TargetMissed" in line]
    assert len(reports) == 1
    assert '"office":"ELP"' in reports[0]
    assert '"lane":"detained"' in reports[0]


def test_a_case_whose_lane_an_officer_settles_keeps_the_clock_of_its_lane(system: System) -> None:
    held = claimed(system)
    before = system.case_of(held.filed)
    system.later(days=1)
    verify(system, OFFICER, held.case_id, facts={"pregnant": True})
    after = system.case_of(held.filed)
    assert (after.lane, after.first_look.lane_since, after.target_at) == (
        before.lane,
        before.first_look.lane_since,
        before.target_at,
    )

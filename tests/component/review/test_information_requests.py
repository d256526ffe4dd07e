"""Information requests: the clock stops until the answer or the deadline, except in the top lanes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from tests.support.staff import (
    COLLEAGUE,
    LAWYER,
    OFFICER,
    SISTER,
    ask,
    asked,
    claimed,
    file_case,
    item,
    person,
    post,
    read,
    take_next,
    verify,
)
from tests.support.standing import recognized
from tests.support.system import Staff, System

DAY = timedelta(days=1)
IMMINENT: dict[str, Any] = {"removal_soon": True}


def _kinds(system: System, case: Case) -> list[str]:
    return [event.kind for event in system.history(case)]


def test_an_information_request_stops_the_clock(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    found = read(system, OFFICER, held.case_id)
    assert datetime.fromisoformat(found["clock_stopped_since"]) == system.time
    assert (found["status"], found["target_by"], found["claimed_by"]) == ("information_needed", None, None)
    assert item(system, held.case_id)["target_by"] is None


def test_the_requester_sees_the_question_and_it_is_stored_sealed(system: System) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    given = {
        "asked": [{"text": "Papers of Mirabel.", "language": "en"}, {"text": "A date.", "language": "en"}],
        "answer_by": (system.time + DAY).isoformat(),
    }
    system.work(OFFICER, held.case_id, "information-requests", given)
    system.pump()
    found = system.look_up(held.filed)
    assert found["status"] == "information_needed"
    asked_at, answer_by = rfc3339(system.time), rfc3339(system.time + DAY)
    assert found["asked_for"] == [
        {"text": text, "language": "en", "asked_at": asked_at, "answer_by": answer_by}
        for text in ("Papers of Mirabel.", "A date.")
    ]
    assert "Mirabel" not in str(system.items()) + str(system.outbox())
    assert len(system.outbox()) == 2


@pytest.mark.parametrize(("days", "stands"), [(10, 10), (60, 14)])
def test_the_clock_restarts_at_answer_by_or_after_the_policys_days(system: System, days: int, stands: int) -> None:
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


def test_a_case_without_an_answer_stays_open(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    for _ in range(3):
        system.later(days=100)
        system.settle(2)
    assert system.case_of(held.filed).status == "in_line"
    assert item(system, held.case_id)["position"] == 1


def test_an_answer_restarts_the_clock_at_its_time(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    system.later(days=3)
    system.on(held.filed, "POST", "/updates", {"statement": "Here it is."})
    system.later(minutes=20)
    system.pump()
    case = system.case_of(held.filed)
    assert (case.status, case.first_look.stopped_ms) == ("in_review", 3 * DAY // timedelta(milliseconds=1))
    assert system.look_up(held.filed)["asked_for"] == []


def test_an_update_by_a_requester_who_was_not_asked_does_not_restart_the_clock(system: System) -> None:
    held = claimed(system)
    sister = system.file(person(11, requester=SISTER))
    system.pump()
    ask(system, OFFICER, held.case_id)
    system.on(sister, "POST", "/updates", {"statement": "I know nothing of it."})
    system.pump()
    assert system.case_of(held.filed).status == "information_needed"


@pytest.mark.parametrize("facts", [{}, {"facts": {}}], ids=["alone", "beside no fact"])
def test_a_new_contact_does_not_restart_the_clock(system: System, facts: dict[str, object]) -> None:
    held = claimed(system)
    asked_at = system.time
    ask(system, OFFICER, held.case_id)
    system.later(days=3)
    assert system.on(held.filed, "POST", "/updates", {"contact": {"language": "en"}, **facts}).status == 202
    system.settle(3)
    case = system.case_of(held.filed)
    assert (system.look_up(held.filed)["status"], asked(system, held.filed)) == (
        "information_needed",
        ["Proof of residence."],
    )
    assert (case.first_look.stopped_since, case.answer_by) == (asked_at, asked_at + 10 * DAY)
    system.time = asked_at + 10 * DAY
    system.settle(3)
    case = system.case_of(held.filed)
    assert (case.status, case.first_look.stopped_ms) == ("in_line", 10 * DAY // timedelta(milliseconds=1))
    assert system.look_up(held.filed)["asked_for"] == []


@pytest.mark.parametrize("answer", [{"facts": {"minor_children": 2}}, {"facts": {"minor_children": None}}])
def test_facts_sent_with_a_new_contact_are_an_answer(system: System, answer: dict[str, object]) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    system.on(held.filed, "POST", "/updates", {"contact": {"language": "en"}, **answer})
    system.pump()
    assert system.case_of(held.filed).status == "in_review"


def test_only_requesters_with_full_disclosure_are_asked(system: System) -> None:
    held = claimed(system)
    system.file(person(11, requester=SISTER))
    system.file(person(11, requester=LAWYER))
    system.pump()
    sent = len(system.outbox())
    ask(system, OFFICER, held.case_id)
    assert [mail.to for mail in system.outbox()[sent:]] == ["ana@example.org"]


def test_in_a_top_lane_the_clock_does_not_stop(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    target = system.case_of(held.filed).target_at
    ask(system, OFFICER, held.case_id)
    case = system.case_of(held.filed)
    assert (case.status, case.first_look.stopped_since, case.target_at) == ("information_needed", None, target)
    assert read(system, OFFICER, held.case_id)["clock_stopped_since"] is None


def test_a_waiting_case_in_a_top_lane_can_be_claimed_but_is_not_next(system: System) -> None:
    held = claimed(system, facts=IMMINENT)
    ask(system, OFFICER, held.case_id)
    assert take_next(system, COLLEAGUE) is None
    assert system.work(COLLEAGUE, held.case_id, "claim")["status"] == "in_review"
    system.later(days=20)
    system.settle(3)
    assert "resumed" not in _kinds(system, system.case_of(held.filed))


def test_a_waiting_case_that_moves_to_a_top_lane_restarts_its_clock_and_is_next(system: System) -> None:
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
        {"asked": [{"text": "  ", "language": "en"}]},
        {"asked": [{"text": "x", "language": "en"}] * 21},
        {"asked": "x"},
        {"answer_by": "2020-01-01T00:00:00Z"},
        {"answer_by": "2027-01-01T00:00:00"},
        {"answer_by": None},
    ],
)
def test_an_information_request_requires_questions_and_a_time_in_the_future(
    system: System, change: dict[str, object]
) -> None:
    held = claimed(system)
    plain = {"asked": [{"text": "x", "language": "en"}], "answer_by": (system.time + DAY).isoformat()}
    assert post(system, OFFICER, held.case_id, "information-requests", {**plain, **change}).status == 422


def test_an_information_request_requires_the_claim(system: System) -> None:
    held = file_case(system)
    recognized(system, held.filed)
    given = {"asked": [{"text": "x", "language": "en"}], "answer_by": (system.time + DAY).isoformat()}
    assert post(system, OFFICER, held.case_id, "information-requests", given).status == 409
    system.work(COLLEAGUE, held.case_id, "claim")
    assert post(system, OFFICER, held.case_id, "information-requests", given).status == 409
    assert post(system, COLLEAGUE, held.case_id, "information-requests", given).status == 200


def test_a_second_information_request_sends_new_notices(system: System) -> None:
    held = claimed(system)
    ask(system, OFFICER, held.case_id)
    system.on(held.filed, "POST", "/updates", {"statement": "Here."})
    system.pump()
    system.work(OFFICER, held.case_id, "claim")
    given = {"asked": [{"text": "Something else.", "language": "en"}], "answer_by": (system.time + DAY).isoformat()}
    system.work(OFFICER, held.case_id, "information-requests", given)
    system.pump()
    assert asked(system, held.filed) == ["Something else."]
    assert len([notice for notice in system.notices if notice.template == "information_asked"]) == 2


def test_the_clock_over_a_stop_a_change_of_lane_and_a_transfer(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    """A first look at a detained case is due in 14 days.

    day  0  filed, not detained: no target
    day  2  an officer asks for information; the clock stops
    day  4  a sister states that he was detained: a new lane, whose clock is stopped too
    day  7  he answers after three stopped days in this lane: due on day 4 + 14 + 3 = 21
    day 10  transferred: the clock continues
    day 21  overdue, and reported once, at the office that has the case
    """
    at_home = {"custody": "not_detained", "facility": None, "residence": {"state": "GA"}}
    held = file_case(system, facts=at_home)
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


def test_a_verification_that_confirms_the_lane_keeps_its_clock(system: System) -> None:
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

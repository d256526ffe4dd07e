"""Approvals: each is a record of its own, they have a clock, and there is a way out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.office_records import ReasonUse
from casereview.store import keys
from tests.support.bodies import reasons
from tests.support.memory.recording import record_memory_calls
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OFFICIAL,
    OTHER_SUPERVISOR,
    POLICY_A,
    SISTER,
    SUPERVISOR,
    SWITCH,
    FiledCase,
    claimed,
    decide,
    file_case,
    item,
    person,
    post,
    read,
    verify,
)
from tests.support.system import Staff, System

YES = {"approve": True, "why": "Right."}
HEADQUARTERS = Staff("hana", "supervisor", "HQ")
ILL: dict[str, Any] = {"serious_illness": True, "removal_order": "final"}
"""Under the interim guidance to execute the order against an ill person needs a compelling reason too."""


@pytest.fixture(autouse=True)
def _with_approvals(system: System) -> None:
    system.time = POLICY_A


def proposed(system: System, number: int = 11, by: Staff = OFFICER, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    held = claimed(system, number, by=by, **changes)
    verify(system, by, held.case_id, receipt=held.receipt, identity=True)
    assert decide(system, by, held.case_id, outcome="declined")["status"] == "awaiting_approval"
    return held


def waiting(system: System, user: Staff = SUPERVISOR, query: str = "") -> list[dict[str, Any]]:
    answer = system.staff(user, "GET", f"/staff/approvals{query}")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def problem_of(system: System, user: Staff, held: FiledCase, what: str, given: object) -> tuple[int, str]:
    answer = post(system, user, held.case_id, what, given)
    return answer.status, answer.json()["type"].removeprefix("/problems/")


def test_where_two_approvals_are_needed_each_is_given_by_another_person(system: System) -> None:
    """A12: one click decided, and which approval was given was not recorded."""
    held = proposed(system, facts=ILL)
    needed = read(system, OFFICER, held.case_id)["approvals"]
    assert [(one["id"], one["state"]) for one in needed] == [
        ("field_office_director", "open"),
        ("compelling_reason", "open"),
    ]
    assert problem_of(system, SUPERVISOR, held, "approval", YES) == (422, "invalid")
    unknown = {**YES, "approval": "mayor"}
    assert (
        post(system, SUPERVISOR, held.case_id, "approval", unknown).json()["errors"][0]["code"] == "approval_not_open"
    )
    first = system.work(SUPERVISOR, held.case_id, "approval", {**YES, "approval": "compelling_reason"})
    assert (first["decided"], first["returned"], first["status"]) == (False, [], "awaiting_approval")
    again = {**YES, "approval": "field_office_director"}
    assert problem_of(system, SUPERVISOR, held, "approval", again) == (409, "approver-twice")
    assert read(system, OFFICER, held.case_id)["approvals"][1]["by"] == "sue"
    last = system.work(OTHER_SUPERVISOR, held.case_id, "approval", YES)
    assert (last["decided"], last["status"]) == (True, "decided")
    given = [
        event for event in system.history(system.case_of(held.filed)) if event.kind in {"approval_given", "approved"}
    ]
    assert [(event.kind, event.user) for event in given] == [("approval_given", "sue"), ("approved", "sid")]
    assert system.look_up(held.filed)["decision"]["decided_at"] == rfc3339(system.time)


def test_an_approval_after_news_says_that_the_decision_returned_and_why(system: System) -> None:
    """A13: the answer was in_review, without an explanation."""
    held = proposed(system)
    system.later(minutes=1)
    system.on(held.filed, "POST", "/updates", {"facts": {"pregnant": True}})
    assert waiting(system)[0]["news"][0]["receipt"] == held.receipt
    answer = system.work(SUPERVISOR, held.case_id, "approval", YES)
    assert (answer["decided"], answer["returned"]) == (False, ["case_changed"])
    assert (answer["status"], answer["claimed_by"]) == ("in_review", "omar")
    assert read(system, OFFICER, held.case_id)["approvals"] == []


def test_a_refused_approval_names_no_change(system: System) -> None:
    held = proposed(system)
    answer = system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Not yet."})
    assert (answer["decided"], answer["returned"], answer["status"]) == (False, [], "in_review")


def test_the_author_takes_a_decision_back(system: System) -> None:
    """A11: there was no way back."""
    held = proposed(system)
    refused = post(system, COLLEAGUE, held.case_id, "decision/withdrawal", {"why": "x"})
    assert (refused.status, refused.json()["errors"][0]["code"]) == (403, "not_the_author")
    answer = system.work(OFFICER, held.case_id, "decision/withdrawal", {"why": "A date is wrong."})
    assert (answer["status"], answer["claimed_by"]) == ("in_review", "omar")
    assert waiting(system) == []
    assert problem_of(system, OFFICER, held, "decision/withdrawal", {"why": "x"}) == (409, "wrong-state")
    assert decide(system, OFFICER, held.case_id, outcome="granted")["status"] == "decided"
    assert [one["outcome"] for one in read(system, OFFICER, held.case_id)["decisions"]] == ["granted"]


def test_an_approval_has_a_clock_and_when_it_has_passed_headquarters_answers(system: System) -> None:
    """A11: a decision which no other officer may approve waited for ever."""
    held = proposed(system, by=SUPERVISOR)
    (own,) = waiting(system)
    assert (own["author"], own["overdue"], own["due"]) == ("sue", False, rfc3339(system.time + timedelta(hours=72)))
    assert waiting(system, HEADQUARTERS) == [own]
    assert waiting(system, OFFICIAL) == []
    assert problem_of(system, HEADQUARTERS, held, "approval", YES) == (404, "not-found")
    assert system.staff(OFFICIAL, "GET", f"/staff/cases/{held.case_id}").status == 404
    system.later(hours=72)
    assert [one["overdue"] for one in waiting(system, OFFICIAL)] == [True]
    assert read(system, HEADQUARTERS, held.case_id)["status"] == "awaiting_approval"
    answer = system.work(HEADQUARTERS, held.case_id, "approval", YES)
    assert answer["decided"] is True
    assert HEADQUARTERS.id in system.case_of(held.filed).reviewers


def test_an_overdue_approval_can_be_given_by_the_official_who_is_then_a_reviewer(system: System) -> None:
    held = proposed(system)
    system.later(hours=72)
    system.work(OFFICIAL, held.case_id, "approval", YES)
    system.on(held.filed, "POST", "/escalation", {"statement": "Again."})
    system.pump()
    assert problem_of(system, OFFICIAL, held, "claim", {}) == (403, "was-reviewer")


def test_the_clock_is_shorter_in_a_top_lane(system: System) -> None:
    held = proposed(system, facts={"removal_soon": True})
    assert waiting(system)[0]["due"] == rfc3339(system.time + timedelta(hours=8))
    assert read(system, OFFICER, held.case_id)["approve_by"] == waiting(system)[0]["due"]


def test_whose_approvals_are_listed(system: System) -> None:
    for number in (1, 2):
        proposed(system, number)
    hidden = claimed(system, 3, by=CLEARED, facts={"relief_pending": ["vawa"]})
    decide(system, CLEARED, hidden.case_id, outcome="declined")
    assert len(waiting(system)) == len(waiting(system, HEADQUARTERS)) == 2
    assert len(waiting(system, Staff("cora", "supervisor,restricted"))) == 3
    assert waiting(system, HEADQUARTERS, "?office=ELP") == []
    assert system.staff(SUPERVISOR, "GET", "/staff/approvals?office=ELP").status == 403
    assert system.staff(ELSEWHERE, "GET", "/staff/approvals").status == 403
    assert waiting(system, Staff("eda", "supervisor", "ELP")) == []


def test_what_was_stated_of_a_case_is_read_only_where_somebody_said_something_new(system: System) -> None:
    quiet, heard = proposed(system, 1), proposed(system, 2)
    system.later(minutes=1)
    system.on(heard.filed, "POST", "/updates", {"statement": "More."})
    with record_memory_calls() as calls:
        listed = {one["case_id"]: len(one["news"]) for one in waiting(system)}
    assert listed == {quiet.case_id: 0, heard.case_id: 1}
    read_of = {partition for call in calls for partition in call.partitions}
    assert keys.claims_partition(heard.case_id) in read_of
    assert keys.claims_partition(quiet.case_id) not in read_of


def test_the_pages_of_approvals_join_without_gaps(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        proposed(system, number)
    monkeypatch.setattr("review.approval_queue.PAGE", 2)
    first = system.staff(SUPERVISOR, "GET", "/staff/approvals").json()
    second = system.staff(SUPERVISOR, "GET", f"/staff/approvals?cursor={first['next']}").json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)


def test_a_decision_that_becomes_final_when_nobody_learns_any_more_is_to_be_told(system: System) -> None:
    held = proposed(system)
    system.work(OFFICER, held.case_id, "freeze", {"receipt": held.receipt, "why": "Stolen phone."})
    system.pump()
    system.work(SUPERVISOR, held.case_id, "approval", YES)
    (duty,) = system.staff(OFFICER, "GET", "/staff/duties").json()["items"]
    assert duty["kind"] == "tell_the_person"


def test_reasons_count_when_a_decision_is_proposed(system: System) -> None:
    proposed(system, 1)
    held = claimed(system, 2)
    found = decide(system, OFFICER, held.case_id, **reasons("You have family here.", "2021-02-18-interim"))
    assert found["used_before"] == [1]


@pytest.mark.parametrize("taken_back", ["by its author", "by a refusal", "by news", "by a withdrawal", "by a link"])
def test_the_reasons_of_a_decision_that_is_taken_back_do_not_count(system: System, taken_back: str) -> None:
    held = proposed(system, 1, facts=AT_HOME)
    _take_back(system, held, taken_back)
    assert system.case_of(held.filed).status != "awaiting_approval"
    other = claimed(system, 2)
    words = reasons("You have family here.", "2021-02-18-interim")
    assert decide(system, OFFICER, other.case_id, **words)["used_before"] == [0]


def _take_back(system: System, held: FiledCase, how: str) -> None:
    if how == "by its author":
        system.work(OFFICER, held.case_id, "decision/withdrawal", {"why": "I was wrong."})
    elif how == "by a refusal":
        system.work(SUPERVISOR, held.case_id, "approval", {**YES, "approve": False})
    elif how == "by a withdrawal":
        assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    elif how == "by a link":
        into = file_case(system, 3, facts=AT_HOME)
        system.work(SUPERVISOR, held.case_id, "link", {"case_id": into.case_id, "why": "One person."})
    else:
        assert system.on(held.filed, "POST", "/updates", {"facts": {"claims_us_citizenship": True}}).status == 202
        system.pump()


def test_the_reasons_of_a_final_decision_count_on(system: System) -> None:
    held = proposed(system, 1)
    system.work(SUPERVISOR, held.case_id, "approval", YES)
    assert system.case_of(held.filed).counted is None
    other = claimed(system, 2)
    words = reasons("You have family here.", "2021-02-18-interim")
    assert decide(system, OFFICER, other.case_id, **words)["used_before"] == [1]


def test_reasons_that_were_counted_apart_are_taken_off_apart(system: System) -> None:
    held = proposed(system, 1)
    confirmed = {"facts": {"protected": True}, "verdict": "confirmed", "why": "Told."}
    system.work(OFFICER, held.case_id, "verifications", confirmed)
    system.pump()
    assert system.case_of(held.filed).restricted
    uses = system.all(ReasonUse, "USES")
    assert [(one.uses, one.restricted_uses) for one in uses] == [(0, 0)]


def test_who_gave_an_approval_can_return_the_decision_while_another_is_open(system: System) -> None:
    held = proposed(system, facts=ILL)
    system.work(SUPERVISOR, held.case_id, "approval", {**YES, "approval": "compelling_reason"})
    answer = system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "I was wrong."})
    assert (answer["status"], answer["claimed_by"]) == ("in_review", "omar")


def test_a_withdrawal_ends_the_wait_for_an_approval(system: System) -> None:
    held = proposed(system, facts=AT_HOME)
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    case = system.case_of(held.filed)
    assert (case.status, case.decision, case.approvals, case.approve_by) == ("withdrawn", None, (), None)


def test_a_link_ends_the_wait_for_an_approval(system: System) -> None:
    held, other = proposed(system), file_case(system, 12)
    system.work(SUPERVISOR, held.case_id, "link", {"case_id": other.case_id, "why": "The same man."})
    found = read(system, SUPERVISOR, held.case_id)
    assert (found["status"], found["approvals"], found["approve_by"]) == ("closed", [], None)


def test_a_decision_that_an_older_release_proposed_becomes_overdue_too(system: System) -> None:
    held = proposed(system)
    unset = {"approvals": None, "approve_by": None, "duty_queue": None, "duty_by": None}
    system.tamper(keys.case(held.case_id), **unset)
    due = rfc3339(system.time + timedelta(hours=72))
    assert read(system, OFFICER, held.case_id)["approve_by"] == due
    system.later(hours=72)
    assert read(system, HEADQUARTERS, held.case_id)["approvals"] == []
    system.on(held.filed, "POST", "/updates", {"statement": "I wait."})  # with any write it is listed
    assert [(one["due"], one["overdue"]) for one in waiting(system, OFFICIAL)] == [(due, True)]
    assert system.work(HEADQUARTERS, held.case_id, "approval", YES)["status"] == "in_review"


# ---- what has changed while a decision awaits its approval


def returns(system: System, held: FiledCase) -> list[dict[str, Any]]:
    """Return what the events say with which the decision returned, and who caused them."""
    found = [event for event in system.history(system.case_of(held.filed)) if event.kind == "decision_returned"]
    return [{"user": event.user, **event.details} for event in found]


def near(system: System, hours: int = 30) -> dict[str, Any]:
    return {"facts": {"removal_at": rfc3339(system.time + timedelta(hours=hours))}}


def test_news_of_a_verified_holder_returns_a_decision_as_soon_as_the_case_is_ranked(system: System) -> None:
    held = proposed(system)
    system.later(minutes=1)
    assert system.on(held.filed, "POST", "/updates", near(system)).status == 202
    system.pump()
    shown = read(system, OFFICER, held.case_id)
    assert (shown["status"], shown["claimed_by"], shown["lane"]) == ("in_review", "omar", "imminent_removal")
    assert (shown["returned"], shown["approve_by"], shown["decided_by"]) == (["case_changed"], None, None)
    assert "decision_returned" in item(system, held.case_id)["flags"]
    assert shown["lease_until"] == rfc3339(system.time + timedelta(hours=2))
    assert returns(system, held) == [{"user": None, "policy_changed": False, "case_changed": True}]
    assert waiting(system) == []
    decide(system, OFFICER, held.case_id, outcome="declined")
    shown = read(system, OFFICER, held.case_id)
    assert (shown["returned"], shown["approve_by"]) == ([], rfc3339(system.time + timedelta(hours=8)))
    assert "decision_returned" not in item(system, held.case_id)["flags"]


def test_an_unverified_word_that_lifts_the_case_returns_a_decision_and_another_one_does_not(system: System) -> None:
    held = proposed(system)
    system.later(minutes=1)
    system.file(person(11, requester=SISTER, grounds="He is ill."))
    system.pump()
    assert system.case_of(held.filed).status == "awaiting_approval"
    system.later(minutes=1)
    system.file(person(11, requester=SISTER, **near(system)))
    system.pump()
    assert (system.case_of(held.filed).status, system.case_of(held.filed).returned) == ("in_review", ("case_changed",))


def test_a_removal_that_is_recorded_returns_a_decision(system: System) -> None:
    held = proposed(system)
    removed = {"removed_at": rfc3339(system.time), "why": "Removed."}
    system.work(SUPERVISOR, held.case_id, "removal", removed)
    system.pump()
    assert (system.case_of(held.filed).status, system.case_of(held.filed).returned) == ("in_review", ("case_changed",))


def test_a_policy_switch_returns_the_decisions_that_another_policy_governed(system: System) -> None:
    held = proposed(system)
    system.time = SWITCH - timedelta(hours=1)
    system.pump()
    assert system.case_of(held.filed).status == "awaiting_approval"
    system.time = SWITCH + timedelta(minutes=5)
    for _ in range(4):
        system.sweep()
        system.pump()
        system.later(minutes=2)
    shown = read(system, OFFICER, held.case_id)
    assert (shown["status"], shown["returned"]) == ("in_review", ["policy_changed"])
    assert returns(system, held)[0]["policy_changed"] is True


def test_an_approval_is_due_sooner_where_time_alone_puts_the_case_into_a_top_lane(system: System) -> None:
    """Nothing was said that the author did not consider, so the decision stands."""
    held = proposed(system, facts={"removal_at": rfc3339(system.time + timedelta(hours=100))})
    assert waiting(system)[0]["due"] == rfc3339(system.time + timedelta(hours=72))
    system.later(hours=29)
    system.sweep()
    system.pump()
    case = system.case_of(held.filed)
    assert (case.status, case.lane) == ("awaiting_approval", "imminent_removal")
    assert waiting(system)[0]["due"] == rfc3339(system.time + timedelta(hours=8))
    system.later(hours=9)
    assert waiting(system)[0]["overdue"] is True
    assert waiting(system, OFFICIAL) != []


def test_a_top_lane_never_moves_an_approval_later(system: System) -> None:
    held = proposed(system, facts={"removal_at": rfc3339(system.time + timedelta(hours=140))})
    due = waiting(system)[0]["due"]
    system.later(hours=69)
    system.sweep()
    system.pump()
    assert system.case_of(held.filed).lane == "imminent_removal"
    assert waiting(system)[0]["due"] == due


def test_who_approves_what_has_returned_already_is_told_why_and_changes_nothing(system: System) -> None:
    held = proposed(system)
    system.later(minutes=1)
    assert system.on(held.filed, "POST", "/updates", near(system)).status == 202
    system.pump()
    version = system.case_of(held.filed).version
    answer = system.work(SUPERVISOR, held.case_id, "approval", YES)
    assert (answer["decided"], answer["returned"], answer["case_version"]) == (False, ["case_changed"], version)
    system.work(OFFICER, held.case_id, "release")
    system.work(SUPERVISOR, held.case_id, "claim")
    assert problem_of(system, SUPERVISOR, held, "approval", YES) == (409, "wrong-state")


def test_who_does_not_approve_is_the_reason_that_the_author_sees(system: System) -> None:
    held = proposed(system)
    system.work(SUPERVISOR, held.case_id, "approval", {"approve": False, "why": "Not yet."})
    assert read(system, OFFICER, held.case_id)["returned"] == ["not_approved"]


def test_a_decision_of_which_the_policy_cannot_be_read_stays_until_it_is_answered(system: System) -> None:
    held = proposed(system)
    case = system.case_of(held.filed)
    assert case.decision is not None
    system.tamper(keys.event(held.case_id, case.decision.version), details={})
    system.later(minutes=1)
    assert system.on(held.filed, "POST", "/updates", near(system)).status == 202
    system.pump()
    assert system.case_of(held.filed).status == "awaiting_approval"
    answer = system.work(SUPERVISOR, held.case_id, "approval", YES)
    assert (answer["status"], answer["returned"]) == ("in_review", ["policy_changed"])

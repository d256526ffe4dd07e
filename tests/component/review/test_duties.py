"""Duties: what was granted is to be carried out, a decision that reaches nobody is to be told, and both are listed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.duty_records import Duty
from casereview.store import keys
from tests.support.bodies import reasons
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    ELSEWHERE,
    OFFICER,
    OFFICIAL,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    decision,
    post,
    read,
    statements,
    verify,
)
from tests.support.system import Staff, System

HEADQUARTERS = Staff("hana", "supervisor", "HQ")


def duties(system: System, user: Staff = OFFICER, query: str = "") -> list[dict[str, Any]]:
    answer = system.staff(user, "GET", f"/staff/duties{query}")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def known(system: System, number: int = 11, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """Return a claimed case whose requester is verified."""
    changes.setdefault("requester", {"contact": {"email": "ana@example.org", "language": "en"}})
    held = claimed(system, number, **changes)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    return held


def done(system: System, held: FiledCase, duty: str, what: str, **changes: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    given = {"what": what, "done_at": rfc3339(system.time), "why": "As decided.", **changes}
    return system.work(COLLEAGUE, held.case_id, f"duties/{duty}", given)


def test_what_was_granted_is_a_duty_until_it_is_recorded_as_carried_out(system: System) -> None:
    held = known(system)
    granted = [{"what": "release", "conditions": "Report by telephone."}]
    decide(system, OFFICER, held.case_id, granted=granted)
    decided = system.look_up(held.filed)["decision"]
    assert (decided["granted"], decided["carried_out_at"], decided["state"]) == (granted, None, "stands")
    (duty,) = duties(system)
    assert (duty["case_id"], duty["kind"], duty["receipt"], duty["overdue"]) == (held.case_id, "carry_out", None, False)
    assert duty["due"] == rfc3339(system.time + timedelta(hours=24))
    system.later(hours=25)
    assert duties(system)[0]["overdue"] is True
    version = system.case_of(held.filed).version
    answer = done(system, held, duty["duty"], "released", note="With her papers.")
    assert answer["case_version"] == version + 1
    assert duties(system) == []
    assert system.look_up(held.filed)["decision"]["carried_out_at"] == rfc3339(system.time)
    assert read(system, OFFICER, held.case_id)["decisions"][0]["carried_out_at"] == rfc3339(system.time)
    (event,) = [event for event in system.history(system.case_of(held.filed)) if event.kind == "duty_done"]
    assert (event.user, event.details["kind"], event.details["what"]) == ("olga", "carry_out", "released")
    assert statements(system, OFFICER, held.case_id)[-1]["words"] == {"why": "As decided.", "note": "With her papers."}
    assert "papers" not in str(system.items())


def test_a_duty_that_is_done_is_not_done_again(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    (duty,) = duties(system)
    done(system, held, duty["duty"], "released")
    given = {"what": "released", "done_at": rfc3339(system.time), "why": "x"}
    answer = post(system, OFFICER, held.case_id, f"duties/{duty['duty']}", given)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (409, "duty_not_open")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"what": "told"}, "result_not_available"),
        ({"what": "stay_granted"}, "result_not_available"),
        ({"granted": "no_arrest"}, "result_not_available"),
        ({"granted": "release", "what": "no_arrest"}, "result_not_available"),
        ({"what": "other"}, "required"),
        ({"done_at": "2027-01-01T00:00:00Z"}, "in_the_future"),
        ({"done_at": "1900-01-01T00:00:00Z"}, "too_early"),
    ],
)
def test_a_result_must_be_one_of_what_was_granted_since_the_decision_and_not_in_the_future(
    system: System, changes: dict[str, Any], code: str
) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    (duty,) = duties(system)
    given = {"what": "released", "done_at": rfc3339(system.time), "why": "x", **changes}
    answer = post(system, OFFICER, held.case_id, f"duties/{duty['duty']}", given)
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, code)
    assert len(duties(system)) == 1
    assert system.look_up(held.filed)["decision"]["carried_out_at"] is None


def test_no_kind_of_duty_is_done_before_what_it_follows_from(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="moot")
    (duty,) = duties(system)
    given = {"what": "told", "done_at": rfc3339(system.time - timedelta(minutes=2)), "why": "x"}
    answer = post(system, OFFICER, held.case_id, f"duties/{duty['duty']}", given)
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/done_at", "too_early")]


def test_a_time_to_the_minute_is_not_before_the_decision_of_that_minute(system: System) -> None:
    system.time = system.time.replace(second=40)
    held = known(system)
    decide(system, OFFICER, held.case_id)
    (duty,) = duties(system)
    to_the_minute = rfc3339(system.time.replace(second=0, microsecond=0))
    system.later(minutes=5)
    done(system, held, duty["duty"], "released", done_at=to_the_minute)
    assert system.look_up(held.filed)["decision"]["carried_out_at"] == to_the_minute


def test_several_grants_are_carried_out_one_by_one(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id, granted=[{"what": "deferred_action"}, {"what": "no_arrest"}])
    (duty,) = duties(system)
    assert duty["granted"] == ["deferred_action", "no_arrest"]
    system.later(hours=1)
    last = rfc3339(system.time)
    done(system, held, duty["duty"], "no_arrest")
    (left,) = duties(system)
    assert (left["duty"], left["granted"]) == (duty["duty"], ["deferred_action"])
    assert system.look_up(held.filed)["decision"]["carried_out_at"] is None
    given = {"what": "no_arrest", "done_at": last, "why": "x"}
    assert post(system, OFFICER, held.case_id, f"duties/{duty['duty']}", given).status == 422
    system.later(hours=1)
    done(system, held, duty["duty"], "deferred_action", done_at=rfc3339(system.time - timedelta(minutes=90)))
    assert duties(system) == []
    assert system.look_up(held.filed)["decision"]["carried_out_at"] == last


def test_something_else_with_a_note_carries_out_one_of_several_grants_that_is_named(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id, granted=[{"what": "release"}, {"what": "no_arrest"}])
    (duty,) = duties(system)
    given = {"what": "other", "note": "Moved to a shelter.", "done_at": rfc3339(system.time), "why": "x"}
    answer = post(system, OFFICER, held.case_id, f"duties/{duty['duty']}", given)
    assert [(one["pointer"], one["code"]) for one in answer.json()["errors"]] == [("/granted", "required")]
    done(system, held, duty["duty"], "other", note="Moved to a shelter.", granted="release")
    assert duties(system)[0]["granted"] == ["no_arrest"]
    done(system, held, duty["duty"], "other", note="The warrant was cancelled.")
    assert duties(system) == []


def test_a_duty_that_an_older_release_opened_names_no_grants_and_ends_with_one_record(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    (duty,) = duties(system)
    system.tamper(keys.duty(held.case_id, duty["duty"]), grants=[])
    assert duties(system)[0]["granted"] == []
    done(system, held, duty["duty"], "stay_granted")
    assert duties(system) == []
    assert system.look_up(held.filed)["decision"]["carried_out_at"] == rfc3339(system.time)


def test_an_unknown_duty_and_one_of_another_office_do_not_exist(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    (duty,) = duties(system)
    given = {"what": "released", "done_at": rfc3339(system.time), "why": "x"}
    assert post(system, OFFICER, held.case_id, "duties/none", given).json()["errors"][0]["code"] == "no_such_duty"
    system.tamper(keys.duty(held.case_id, duty["duty"]), office="ELP")
    assert post(system, OFFICER, held.case_id, f"duties/{duty['duty']}", given).status == 404
    assert post(system, ELSEWHERE, held.case_id, f"duties/{duty['duty']}", given).status == 404


def test_a_decision_of_which_nobody_would_learn_must_be_acknowledged_and_is_to_be_told(system: System) -> None:
    held = claimed(system)
    given = {**decision(system, OFFICER, held.case_id, outcome="moot"), "acknowledged": []}
    answer = post(system, OFFICER, held.case_id, "decision", given)
    assert (answer.status, answer.json()["type"]) == (409, "/problems/nobody-would-learn")
    assert system.case_of(held.filed).status == "in_review"
    found = decide(system, OFFICER, held.case_id, outcome="moot")
    assert (found["will_learn"], found["will_not_learn"]) == ([], [held.receipt])
    (duty,) = duties(system)
    assert duty["kind"] == "tell_the_person"
    done(system, held, duty["duty"], "told")
    assert duties(system) == []


def test_a_decision_that_reaches_its_requester_needs_no_acknowledgement(system: System) -> None:
    held = known(system)
    given = {**decision(system, OFFICER, held.case_id, outcome="moot"), "acknowledged": []}
    assert post(system, OFFICER, held.case_id, "decision", given).status == 200
    assert duties(system) == []


def test_duties_are_listed_by_time_by_kind_by_office_and_by_pages(system: System) -> None:
    for number in range(1, 4):
        held = claimed(system, number)
        decide(system, OFFICER, held.case_id)
    found = duties(system)
    assert (
        [one["kind"] for one in found].count("carry_out")
        == [one["kind"] for one in found].count("tell_the_person")
        == 3
    )
    assert [one["due"] for one in found] == sorted(one["due"] for one in found)
    assert {one["kind"] for one in duties(system, query="?kind=carry_out")} == {"carry_out"}
    assert duties(system, HEADQUARTERS) == found
    assert duties(system, HEADQUARTERS, "?office=ATL") == found
    assert duties(system, HEADQUARTERS, "?office=ELP") == []
    assert duties(system, ELSEWHERE) == []
    assert system.staff(ELSEWHERE, "GET", "/staff/duties?office=ATL").status == 403
    assert system.staff(OFFICIAL, "GET", "/staff/duties").status == 403
    assert system.staff(OFFICER, "GET", "/staff/duties?kind=rest").status == 400


def test_the_pages_of_duties_join_without_gaps(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.duty_queue.PAGE", 2)
    for number in range(1, 4):
        decide(system, OFFICER, claimed(system, number).case_id)
    shown, lengths = list[str](), list[int]()
    cursor: str | None = ""
    while cursor is not None:
        page = system.staff(HEADQUARTERS, "GET", f"/staff/duties?cursor={cursor}").json()
        shown += [one["duty"] for one in page["items"]]
        lengths.append(len(page["items"]))
        cursor = page["next"]
    assert len(shown) == len(set(shown)) == len(system.all(Duty, "DUTY#")) == 6
    assert lengths == [2, 2, 2]


def test_duties_of_restricted_cases_exist_only_for_staff_with_access(system: System) -> None:
    held = claimed(system, by=CLEARED, facts={"relief_pending": ["vawa"]})
    decide(system, CLEARED, held.case_id)
    assert duties(system) == duties(system, HEADQUARTERS) == []
    assert {one["kind"] for one in duties(system, CLEARED)} == {"carry_out", "tell_the_person"}


def test_reopening_ends_what_a_decision_left_to_do(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id)
    assert len(duties(system)) == 2
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "Another crime."})
    assert duties(system) == []
    assert {duty.state for duty in system.all(Duty, "DUTY#")} == {"ended"}


def test_how_often_a_reason_was_given_before_is_told(system: System) -> None:
    counts = []
    for number, text in enumerate(("You have family here.", "You  have FAMILY here.", "Another reason."), start=1):
        held = claimed(system, number)
        counts.append(decide(system, OFFICER, held.case_id, **reasons(text))["used_before"])
    assert counts == [[0], [1], [0]]
    assert "family here" not in str(system.items()).lower()


def test_reasons_given_in_restricted_cases_are_counted_apart(system: System) -> None:
    """A restricted case is in no count for staff who cannot open it."""
    words = reasons("Your petition under VAWA is pending.")
    hidden = claimed(system, 1, by=CLEARED, facts={"relief_pending": ["vawa"]})
    assert decide(system, CLEARED, hidden.case_id, **words)["used_before"] == [0]
    for number, user, before in ((2, OFFICER, 0), (3, OFFICER, 1), (4, CLEARED, 3)):
        held = claimed(system, number, by=user)
        assert decide(system, user, held.case_id, **words)["used_before"] == [before]

"""The record of a duty that was made by mistake is taken back: the duty is open again, and what followed ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.duty_records import Duty
from casereview.schema.evidence import Claims
from casereview.store import keys
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    OFFICER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    post,
    read,
    verify,
)
from tests.support.system import Staff, System

PHONE = "+12025550143"
POSTAL = {"lines": ["12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040"}
BY_LETTER: dict[str, Any] = {"contact": {"phone": PHONE, "postal": POSTAL, "preferred": "letter"}}
BY_PHONE: dict[str, Any] = {"contact": {"phone": PHONE, "postal": POSTAL, "preferred": "phone"}}


def duties(system: System, user: Staff = OFFICER) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = system.staff(user, "GET", "/staff/duties").json()["items"]
    return found


def kinds(system: System) -> list[str]:
    return sorted(one["kind"] for one in duties(system))


def record(system: System, held: FiledCase, what: str, duty: str | None = None, **changes: Any) -> int:  # noqa: ANN401  # any field
    """Record a duty, if none is named the only open one; return the version of the event."""
    given = {"what": what, "done_at": rfc3339(system.time), "why": "x", **changes}
    found = system.work(OFFICER, held.case_id, f"duties/{duty or duties(system)[0]['duty']}", given)
    system.pump()
    return int(found["case_version"])


def correct(system: System, held: FiledCase, event: int, user: Staff = OFFICER) -> None:
    system.work(user, held.case_id, "corrections", {"event": event, "why": "Recorded for another case."})
    system.pump()


def refused(system: System, held: FiledCase, event: int, user: Staff = OFFICER) -> tuple[int, str]:
    answer = post(system, user, held.case_id, "corrections", {"event": event, "why": "x"})
    return answer.status, answer.json()["type"].removeprefix("/problems/")


def known(system: System, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    changes.setdefault("requester", {"contact": {"email": "ana@example.org", "language": "en"}})
    held = claimed(system, **changes)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    return held


def filed(system: System, requester: dict[str, Any]) -> FiledCase:
    held = file_case(system, requester=requester)
    system.pump()
    return held


def claims_of(system: System, held: FiledCase) -> Claims:
    return system.read(Claims, keys.claims(held.case_id, held.receipt))


def test_a_decision_that_was_not_carried_out_after_all_is_a_duty_again(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id, granted=[{"what": "release"}, {"what": "no_arrest"}])
    record(system, held, "released")
    event = record(system, held, "no_arrest")
    assert duties(system) == []
    correct(system, held, event)
    assert [one["granted"] for one in duties(system)] == [["no_arrest"]]
    assert system.look_up(held.filed)["decision"]["carried_out_at"] is None
    record(system, held, "no_arrest")
    assert duties(system) == []
    assert refused(system, held, event) == (409, "not-correctable")


def test_one_of_several_records_is_taken_back_while_the_duty_is_open(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id, granted=[{"what": "release"}, {"what": "no_arrest"}])
    event = record(system, held, "released")
    correct(system, held, event, SUPERVISOR)
    assert [one["granted"] for one in duties(system)] == [["release", "no_arrest"]]


def test_who_did_not_record_a_duty_and_is_no_supervisor_does_not_correct_it(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    event = record(system, held, "released")
    assert refused(system, held, event, COLLEAGUE) == (403, "forbidden")


def test_the_office_that_decided_corrects_a_record_while_the_official_has_the_case(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    event = record(system, held, "released")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "More."}).status == 202
    system.pump()
    correct(system, held, event)
    assert kinds(system) == ["carry_out"]


def test_what_a_decision_granted_that_stands_no_more_is_not_to_be_carried_out_again(system: System) -> None:
    held = known(system)
    decide(system, OFFICER, held.case_id)
    event = record(system, held, "released")
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    correct(system, held, event)
    assert duties(system) == []
    assert system.look_up(held.filed)["decision"]["carried_out_at"] is None


def test_a_person_who_was_not_told_after_all_is_to_be_told(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="moot")
    event = record(system, held, "told")
    correct(system, held, event)
    assert kinds(system) == ["tell_the_person"]


def test_a_call_that_was_not_made_is_to_be_made_and_the_next_one_ends(system: System) -> None:
    held = filed(system, BY_PHONE)
    first = duties(system)[0]["duty"]
    event = record(system, held, "no_answer")
    second = duties(system)[0]["duty"]
    assert second != first
    correct(system, held, event)
    assert [one["duty"] for one in duties(system)] == [first]
    assert system.read(Duty, keys.duty(held.case_id, second)).state == "ended"
    assert (claims_of(system, held).to_phone, claims_of(system, held).failed) == (True, ("acknowledgement",))
    assert "telephone" in read(system, OFFICER, held.case_id)["flags"]


def test_a_call_that_reached_nobody_after_all_is_to_be_made(system: System) -> None:
    held = filed(system, BY_PHONE)
    event = record(system, held, "reached")
    assert (claims_of(system, held).to_phone, claims_of(system, held).failed) == (False, ())
    correct(system, held, event)
    assert kinds(system) == ["call"]
    assert (claims_of(system, held).to_phone, claims_of(system, held).failed) == (True, ("acknowledgement",))


def test_a_record_on_which_a_later_call_rests_is_not_taken_back_first(system: System) -> None:
    held = filed(system, BY_PHONE)
    event = record(system, held, "no_answer")
    later = record(system, held, "no_answer")
    assert refused(system, held, event) == (409, "not-correctable")
    correct(system, held, later)
    correct(system, held, event)
    assert kinds(system) == ["call"]


def test_a_letter_that_did_not_come_back_after_all_counts_as_sent(system: System) -> None:
    held = filed(system, BY_LETTER)
    duty = duties(system)[0]["duty"]
    sent = record(system, held, "sent", duty)
    system.later(days=5)
    back = record(system, held, "returned", duty)
    assert kinds(system) == ["call"]
    assert refused(system, held, sent) == (409, "not-correctable")
    correct(system, held, back)
    assert duties(system) == []
    assert (claims_of(system, held).to_phone, claims_of(system, held).failed) == (False, ())
    stored = system.read(Duty, keys.duty(held.case_id, duty))
    assert stored.done is not None
    assert (stored.done.what, stored.done.by) == ("sent", "omar")
    correct(system, held, sent)
    assert kinds(system) == ["letter"]


def test_a_letter_that_came_back_before_any_was_sent_is_open_again(system: System) -> None:
    held = filed(system, BY_LETTER)
    event = record(system, held, "returned")
    correct(system, held, event)
    assert kinds(system) == ["letter"]
    assert claims_of(system, held).to_phone is False


def test_contact_that_was_not_safe_is_not_safe_again_by_a_correction(system: System) -> None:
    held = filed(system, BY_PHONE)
    event = record(system, held, "unsafe")
    assert refused(system, held, event) == (409, "not-correctable")


@pytest.mark.parametrize("gone", ["withdrawn", "unsafe"])
def test_nobody_is_called_again_who_must_not_be(system: System, gone: str) -> None:
    held = filed(system, BY_PHONE)
    event = record(system, held, "reached")
    if gone == "withdrawn":
        assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    else:
        assert system.on(held.filed, "POST", "/updates", {"contact": {"safe_to_contact": False}}).status == 202
    assert refused(system, held, event, SUPERVISOR) == (409, "not-correctable")


def test_a_letter_was_not_sent_before_its_notice_and_did_not_come_back_before_it_was_sent(system: System) -> None:
    held = filed(system, BY_LETTER)
    duty = duties(system)[0]["duty"]
    for what, at in (("sent", -60), ("returned", 60)):
        if at > 0:
            system.later(hours=2)
            record(system, held, "sent", duty)
        given = {"what": what, "done_at": rfc3339(system.time - timedelta(minutes=60)), "why": "x"}
        answer = post(system, OFFICER, held.case_id, f"duties/{duty}", given)
        assert (answer.status, answer.json()["errors"][0]["code"]) == (422, "too_early")


def test_a_second_call_can_be_made_before_the_first_is_recorded(system: System) -> None:
    held = filed(system, BY_PHONE)
    system.later(hours=3)
    for hours in (2, 1):
        record(system, held, "no_answer", done_at=rfc3339(system.time - timedelta(hours=hours)))
    assert kinds(system) == ["call"]


def test_a_translation_that_was_not_made_is_to_be_made(system: System) -> None:
    held = known(system, requester={"contact": {"email": "ana@example.org", "language": "es"}})
    decide(system, OFFICER, held.case_id, outcome="moot")
    event = record(system, held, "done")
    assert "to_translate" not in read(system, OFFICER, held.case_id)["flags"]
    correct(system, held, event)
    assert kinds(system) == ["translate"]
    assert "to_translate" in read(system, OFFICER, held.case_id)["flags"]


def test_a_duty_that_another_release_knows_is_not_corrected(system: System) -> None:
    held = claimed(system, by=CLEARED)
    decide(system, CLEARED, held.case_id, outcome="moot")
    event = record(system, held, "told")
    (duty,) = system.all(Duty, "DUTY#")
    system.tamper(keys.duty(held.case_id, duty.duty_id), kind="newer")
    assert refused(system, held, event) == (409, "not-correctable")


def test_a_record_whose_duty_is_not_in_the_case_is_not_corrected(system: System) -> None:
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="moot")
    event = record(system, held, "told")
    (duty,) = system.all(Duty, "DUTY#")
    system.tamper(keys.duty(held.case_id, duty.duty_id), done=None)
    assert refused(system, held, event) == (409, "not-correctable")

"""A decision of which nobody learns after all: when the last way to those who are told failed, the person is told."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.evidence import Claims
from casereview.store import keys
from tests.support.staff import OFFICER, SISTER, SUPERVISOR, FiledCase, claimed, decide, decision, file_case, post, read
from tests.support.standing import recognized
from tests.support.system import System

PHONE = "+12025550143"
POSTAL = {"lines": ["12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040"}
BY_LETTER: dict[str, Any] = {"phone": PHONE, "postal": POSTAL, "preferred": "letter"}
BY_PHONE: dict[str, Any] = {"phone": PHONE, "preferred": "phone"}
BY_MAIL: dict[str, Any] = {"email": "ana@example.org"}


def duties(system: System, kind: str | None = None) -> list[dict[str, Any]]:
    found = system.staff(OFFICER, "GET", "/staff/duties").json()["items"]
    return [one for one in found if kind in {None, one["kind"]}]


def kinds(system: System) -> list[str]:
    return sorted(one["kind"] for one in duties(system))


def record(system: System, held: FiledCase, what: str, kind: str) -> int:
    """Record the only open duty of a kind; return the version of the event."""
    (duty,) = duties(system, kind)
    given = {"what": what, "done_at": rfc3339(system.time), "why": "x"}
    found = system.work(OFFICER, held.case_id, f"duties/{duty['duty']}", given)
    system.pump()
    return int(found["case_version"])


def decided(system: System, contact: dict[str, Any], outcome: str = "moot") -> FiledCase:
    """Return a decided case whose holder is verified, after its messages were delivered."""
    held = claimed(system, requester={"contact": contact})
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome=outcome)
    system.pump()
    return held


def update(system: System, held: FiledCase, **contact: object) -> None:
    assert system.on(held.filed, "POST", "/updates", {"contact": contact}).status == 202
    system.pump()


def bounce(system: System, held: FiledCase) -> None:
    (notice,) = [one for one in system.notices if (one.receipt, one.template) == (held.receipt, "news")]
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    gone = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]}
    system.bounce({"eventType": "Bounce", "bounce": gone, "mail": {"tags": tags}})
    system.pump()


def test_a_letter_that_came_back_and_calls_that_nobody_answered_leave_the_person_to_be_told(system: System) -> None:
    held = decided(system, BY_LETTER, "granted")
    assert kinds(system) == ["carry_out", "letter"]
    record(system, held, "returned", "letter")
    for _ in range(3):
        assert kinds(system) == ["call", "carry_out"]
        record(system, held, "no_answer", "call")
    assert kinds(system) == ["carry_out", "tell_the_person"]
    (duty,) = duties(system, "tell_the_person")
    assert (duty["receipt"], duty["since"]) == (None, rfc3339(system.time))
    assert "telephone" not in read(system, OFFICER, held.case_id)["flags"]
    record(system, held, "told", "tell_the_person")
    assert kinds(system) == ["carry_out"]


def test_contact_that_is_found_unsafe_after_the_decision_leaves_the_person_to_be_told(system: System) -> None:
    held = decided(system, BY_PHONE)
    record(system, held, "unsafe", "call")
    assert kinds(system) == ["tell_the_person"]


def test_a_duty_to_tell_ends_with_the_correction_of_the_attempt_that_it_followed_from(system: System) -> None:
    held = decided(system, {**BY_PHONE, "postal": POSTAL})
    for _ in range(3):
        record(system, held, "no_answer", "call")
    event = record(system, held, "returned", "letter")
    assert kinds(system) == ["tell_the_person"]
    answer = post(system, SUPERVISOR, held.case_id, "corrections", {"event": event, "why": "Another letter."})
    assert answer.status == 200, answer.body
    assert kinds(system) == ["letter"]
    record(system, held, "returned", "letter")
    assert kinds(system) == ["tell_the_person"]


def test_who_was_told_is_told_after_an_attempt_is_corrected(system: System) -> None:
    held = decided(system, {"postal": POSTAL})
    event = record(system, held, "returned", "letter")
    record(system, held, "told", "tell_the_person")
    system.work(OFFICER, held.case_id, "corrections", {"event": event, "why": "Another letter."})
    assert kinds(system) == ["letter"]
    record(system, held, "returned", "letter")
    assert duties(system) == []


@pytest.mark.parametrize("contact", [{"safe_to_contact": False}, {"preferred": "none"}, {"phone": None}])
def test_a_contact_that_ends_the_last_call_leaves_the_person_to_be_told(
    system: System, contact: dict[str, Any]
) -> None:
    held = decided(system, BY_PHONE)
    assert kinds(system) == ["call"]
    update(system, held, **(contact if "phone" not in contact else {"phone": None, "preferred": None}))
    assert kinds(system) == ["tell_the_person"]


def test_a_message_that_bounces_where_there_is_no_other_way_leaves_the_person_to_be_told(system: System) -> None:
    held = decided(system, {**BY_MAIL, "phone": "+1 900 234 5678"})
    assert duties(system) == []
    bounce(system, held)
    assert kinds(system) == ["tell_the_person"]
    assert "telephone" not in system.case_of(held.filed).flags
    claims = system.read(Claims, keys.claims(held.case_id, held.receipt))
    assert (claims.failed, claims.to_phone) == (("news",), False)


@pytest.mark.parametrize("contact", [{"safe_to_contact": False}, {"preferred": "none"}, {"email": None}])
def test_a_way_that_ends_before_the_news_is_sent_leaves_the_person_to_be_told(
    system: System, contact: dict[str, Any]
) -> None:
    held = claimed(system, requester={"contact": BY_MAIL})
    recognized(system, held.filed)
    made = system.work(OFFICER, held.case_id, "decision", decision(system, OFFICER, held.case_id, outcome="moot"))
    assert made["will_learn"] == [held.receipt]
    update(system, held, **contact)
    assert kinds(system) == ["tell_the_person"]
    (event,) = [one for one in system.history(system.case_of(held.filed)) if one.kind == "undeliverable"]
    assert (event.details["template"], event.details["duty"]) == ("news", "tell_the_person")


def test_while_one_of_two_holders_may_still_learn_nobody_is_told_by_hand(system: System) -> None:
    held = claimed(system, requester={"contact": BY_PHONE})
    other = file_case(system, requester={**SISTER, "contact": {"postal": POSTAL}})
    assert other.case_id == held.case_id
    for one in (held, other):
        recognized(system, one.filed)
    decide(system, OFFICER, held.case_id, outcome="moot")
    system.pump()
    record(system, held, "unsafe", "call")
    assert kinds(system) == ["letter"]
    record(system, held, "returned", "letter")
    assert kinds(system) == ["tell_the_person"]


def test_a_holder_who_must_not_be_contacted_keeps_nobody_from_being_told(system: System) -> None:
    held = claimed(system, requester={"contact": BY_PHONE})
    other = file_case(system, requester={**SISTER, "contact": {"safe_to_contact": False}})
    for one in (held, other):
        recognized(system, one.filed)
    decide(system, OFFICER, held.case_id, outcome="moot")
    assert kinds(system) == ["call"]
    (event,) = [one for one in system.history(system.case_of(held.filed)) if one.kind == "undeliverable"]
    assert (event.receipt, event.details["duty"]) == (other.receipt, "nobody")
    record(system, held, "unsafe", "call")
    assert kinds(system) == ["tell_the_person"]


def test_an_attempt_in_vain_after_one_holder_was_reached_leaves_nothing_to_do(system: System) -> None:
    held = claimed(system, requester={"contact": BY_PHONE})
    other = file_case(system, requester={**SISTER, "contact": {"postal": POSTAL}})
    for one in (held, other):
        recognized(system, one.filed)
    decide(system, OFFICER, held.case_id, outcome="moot")
    system.pump()
    record(system, held, "reached", "call")
    record(system, held, "returned", "letter")
    assert duties(system) == []


def test_what_an_unverified_holder_does_not_get_is_no_duty_to_tell(system: System) -> None:
    held = claimed(system, requester={"contact": BY_PHONE})
    recognized(system, held.filed)
    stranger = file_case(system, requester={**SISTER, "contact": {"postal": POSTAL}})
    decide(system, OFFICER, held.case_id, outcome="moot")
    system.pump()
    update(system, stranger, safe_to_contact=False)
    assert kinds(system) == ["call"]


def test_a_decision_that_was_reopened_is_told_to_nobody(system: System) -> None:
    held = decided(system, BY_PHONE)
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    system.pump()
    record(system, held, "unsafe", "call")
    assert duties(system) == []

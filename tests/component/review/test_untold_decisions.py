"""A decision of which nobody learns after all: when the last way to those who are told failed, the person is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.evidence import Claims
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.staff import (
    AT_HOME,
    CLEARED,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    OFFICIAL,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    decision,
    file_case,
    person,
    post,
    read,
    verify,
)
from tests.support.standing import recognized
from tests.support.system import Staff, System

PHONE = "+12025550143"
POSTAL = {"lines": ["12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040"}
BY_LETTER: dict[str, Any] = {"phone": PHONE, "postal": POSTAL, "preferred": "letter"}
BY_PHONE: dict[str, Any] = {"phone": PHONE, "preferred": "phone"}
BY_MAIL: dict[str, Any] = {"email": "ana@example.org"}
CLEARED_SUPERVISOR = Staff("sula", "supervisor,restricted")


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


# ---- the holder who was told does not learn of it any more

VAWA: dict[str, Any] = {"facts": {"relief_pending": ["vawa"]}}


def told(system: System, contact: dict[str, Any] = BY_MAIL, outcome: str = "moot") -> FiledCase:
    """Return a decided case whose only verified holder was sent the news, with a stranger's request beside it."""
    held = claimed(system, by=CLEARED, facts=AT_HOME, requester={"contact": contact})
    system.file(person(11, requester=SISTER))
    system.pump()
    recognized(system, held.filed)
    decide(system, CLEARED, held.case_id, outcome=outcome)
    system.pump()
    assert "tell_the_person" not in cleared_kinds(system)
    return held


def cleared_kinds(system: System) -> list[str]:
    """Return the kinds of the open duties, as staff of the group ``restricted`` see them."""
    found = system.staff(CLEARED, "GET", "/staff/duties").json()["items"]
    return sorted(one["kind"] for one in found)


def stranger_of(system: System, held: FiledCase) -> dict[str, str]:
    """Return the request beside that of a case, as it was filed."""
    (receipt,) = (one.receipt for one in system.all(Request, "REQUEST") if one.receipt != held.receipt)
    return {"receipt": receipt, "access_code": system.intake.macs.code(receipt)}


def withdraw(system: System, filed: Mapping[str, str], **body: object) -> None:
    assert system.on(filed, "POST", "/withdrawal", body).status == 202
    system.pump()


def refute(system: System, held: FiledCase) -> None:
    given = {"receipt": held.receipt, "identity": True, "verdict": "refuted", "reason": "not_the_person", "why": "x"}
    for officer in (OFFICER, COLLEAGUE):
        system.work(officer, held.case_id, "verifications", given)


def freeze(system: System, held: FiledCase) -> None:
    system.work(OFFICER, held.case_id, "freeze", {"receipt": held.receipt, "why": "Stolen."})


LEAVES: dict[str, Callable[[System, FiledCase], None]] = {
    "withdraws": lambda system, held: withdraw(system, held.filed),
    "is frozen": freeze,
    "is refuted": refute,
}


@pytest.mark.parametrize("leaves", LEAVES.values(), ids=list(LEAVES))
def test_where_the_only_holder_who_was_told_leaves_the_person_is_told(
    system: System, leaves: Callable[[System, FiledCase], None]
) -> None:
    held = told(system)
    leaves(system, held)
    (duty,) = duties(system, "tell_the_person")
    assert (duty["case_id"], duty["since"]) == (held.case_id, rfc3339(system.time))
    assert kinds(system) == ["tell_the_person"]
    named = [event.details.get("tell_duty") for event in system.history(system.case_of(held.filed))]
    assert duty["duty"] in named


@pytest.mark.parametrize("leaves", LEAVES.values(), ids=list(LEAVES))
def test_where_another_holder_was_told_too_nothing_is_left_to_tell(
    system: System, leaves: Callable[[System, FiledCase], None]
) -> None:
    held = claimed(system)
    lawyer = system.file(person(11, requester=LAWYER))
    system.pump()
    recognized(system, held.filed)
    recognized(system, lawyer)
    decide(system, OFFICER, held.case_id, outcome="moot")
    system.pump()
    leaves(system, held)
    assert duties(system, "tell_the_person") == []
    withdraw(system, lawyer)
    assert len(duties(system, "tell_the_person")) == 1


def test_a_withdrawal_that_a_supervisor_confirms_leaves_the_person_to_be_told(system: System) -> None:
    held = told(system)
    given = {"receipt": held.receipt, "proof": "document", "why": "Lost."}
    code = system.work(COLLEAGUE, held.case_id, "reissue-code", given)
    withdraw(system, code)
    assert kinds(system) == []
    confirmed = {"receipt": held.receipt, "confirm": True, "why": "She said so."}
    system.work(SUPERVISOR, held.case_id, "withdrawals", confirmed)
    assert kinds(system) == ["tell_the_person"]


def test_a_withdrawal_that_ends_the_second_look_leaves_the_person_to_be_told(system: System) -> None:
    held = claimed(system, facts=AT_HOME)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    withdraw(system, held.filed)
    assert system.case_of(held.filed).status == "withdrawn"
    assert kinds(system) == ["tell_the_person"]


@pytest.mark.parametrize("contact", [BY_PHONE, BY_LETTER])
def test_a_call_or_a_letter_that_a_restriction_stops_leaves_the_person_to_be_told(
    system: System, contact: dict[str, Any]
) -> None:
    held = told(system, contact)
    assert cleared_kinds(system) in (["call"], ["letter"])
    assert system.on(stranger_of(system, held), "POST", "/updates", VAWA).status == 202
    system.pump()
    assert system.case_of(held.filed).restricted
    assert cleared_kinds(system) == ["tell_the_person"]


def test_a_holder_who_was_told_before_the_restriction_knows(system: System) -> None:
    held = told(system, BY_PHONE)
    record(system, held, "reached", "call")
    assert system.on(stranger_of(system, held), "POST", "/updates", VAWA).status == 202
    system.pump()
    assert system.case_of(held.filed).restricted
    assert system.look_up(held.filed)["decision"]["outcome"] == "moot"
    assert cleared_kinds(system) == []


def test_a_mark_of_the_official_that_stops_a_call_leaves_the_person_to_be_told(system: System) -> None:
    held = told(system, BY_PHONE, "declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    official = Staff("sam", "sro,restricted", None)
    system.work(official, held.case_id, "claim")
    verify(system, official, held.case_id, facts={"protected": True})
    assert cleared_kinds(system) == ["tell_the_person"]


def test_a_restriction_that_returns_with_a_correction_leaves_the_person_to_be_told(system: System) -> None:
    held = claimed(system, by=CLEARED_SUPERVISOR, requester={"contact": BY_PHONE})
    verify(system, CLEARED_SUPERVISOR, held.case_id, facts={"protected": True})
    verify(system, CLEARED_SUPERVISOR, held.case_id, facts={"protected": False})
    lifted = [one.version for one in system.history(system.case_of(held.filed)) if one.kind == "verified"][-1]
    recognized(system, held.filed)
    decide(system, CLEARED_SUPERVISOR, held.case_id, outcome="moot")
    system.pump()
    assert cleared_kinds(system) == ["call"]
    system.work(CLEARED_SUPERVISOR, held.case_id, "corrections", {"event": lifted, "why": "Mistaken."})
    assert system.case_of(held.filed).restricted
    assert cleared_kinds(system) == ["tell_the_person"]


def test_without_a_decision_that_stands_nobody_is_to_be_told(system: System) -> None:
    held = told(system)
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "New facts."})
    withdraw(system, held.filed)
    other = file_case(system, 12)
    recognized(system, other.filed)
    freeze(system, other)
    assert kinds(system) == []


def test_a_remand_that_is_followed_by_a_withdrawal_is_told_to_nobody(system: System) -> None:
    held = claimed(system, facts=AT_HOME)
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="declined")
    assert system.on(held.filed, "POST", "/escalation", {"statement": "Look again."}).status == 202
    system.pump()
    system.work(OFFICIAL, held.case_id, "claim")
    decide(system, OFFICIAL, held.case_id, outcome="remand")
    system.pump()
    withdraw(system, held.filed)
    assert system.case_of(held.filed).status == "withdrawn"
    assert duties(system, "tell_the_person") == []

"""Calls and letters: how an office reaches requesters who get no message, and what follows from each attempt."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.base import rfc3339
from casereview.schema.duty_records import Duty
from casereview.schema.evidence import Claims
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.store import keys
from tests.support.notices import process_message
from tests.support.staff import (
    CLEARED,
    ELSEWHERE,
    OFFICER,
    SISTER,
    SUPERVISOR,
    FiledCase,
    ask,
    claimed,
    decide,
    file_case,
    post,
    read,
    verify,
)
from tests.support.standing import recognized
from tests.support.system import Answer, Staff, System

PHONE = "+12025550143"
ABROAD = "+442079460018"
"""A number that is called, but gets no text messages."""
POSTAL = {"lines": ["Ana Ruiz", "12 Elm St"], "city": "Laredo", "state": "TX", "zip": "78040"}
BY_LETTER: dict[str, Any] = {"contact": {"postal": POSTAL, "preferred": "letter"}}
BY_PHONE: dict[str, Any] = {"contact": {"phone": PHONE, "preferred": "phone"}}
NAMELESS: dict[str, Any] = {"subject": {"a_number": None, "given_name": "Ana"}}


def duties(system: System, user: Staff = OFFICER, query: str = "") -> list[dict[str, Any]]:
    answer = system.staff(user, "GET", f"/staff/duties{query}")
    assert answer.status == 200, answer.body
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def kinds(system: System, held: FiledCase) -> list[str]:
    """Return the kinds of the open duties about a request."""
    return [one["kind"] for one in duties(system) if one["receipt"] == held.receipt]


def record(system: System, case_id: str, duty: str, what: str, user: Staff = OFFICER) -> dict[str, Any]:
    given = {"what": what, "done_at": rfc3339(system.time), "why": "As recorded."}
    found = system.work(user, case_id, f"duties/{duty}", given)
    system.pump()
    return found


def refused(system: System, case_id: str, duty: str, what: str) -> tuple[int, str]:
    given = {"what": what, "done_at": rfc3339(system.time), "why": "x"}
    answer = post(system, OFFICER, case_id, f"duties/{duty}", given)
    return answer.status, answer.json()["errors"][0]["code"]


def the_duty(system: System) -> dict[str, Any]:
    (duty,) = duties(system)
    return duty


def filed(system: System, requester: dict[str, Any], number: int = 11, **changes: Any) -> FiledCase:  # noqa: ANN401  # any field
    """File a request, and deliver its messages."""
    held = file_case(system, number, requester=requester, **changes)
    system.pump()
    return held


def claims_of(system: System, held: FiledCase) -> Claims:
    return system.read(Claims, keys.claims(system.case_of(held.filed).case_id, held.receipt))


def update(system: System, held: FiledCase, **contact: object) -> None:
    answer = system.on(held.filed, "POST", "/updates", {"contact": contact})
    assert answer.status == 202, answer.body
    system.pump()


def acknowledgement(system: System, held: FiledCase) -> Notice:
    (found,) = [one for one in system.notices if (one.receipt, one.template) == (held.receipt, "acknowledgement")]
    return found


# ---- the channels telephone and letter (A9)


@pytest.mark.parametrize(("requester", "kind"), [(BY_PHONE, "call"), (BY_LETTER, "letter")])
def test_a_notice_by_telephone_or_letter_is_a_duty_of_the_office_with_a_time(
    system: System, requester: dict[str, Any], kind: str
) -> None:
    held = filed(system, requester)
    notice = acknowledgement(system, held)
    assert (notice.state, notice.why, notice.send_at) == ("handed_over", None, None)
    duty = the_duty(system)
    assert (duty["case_id"], duty["kind"], duty["receipt"], duty["overdue"]) == (
        held.case_id,
        kind,
        held.receipt,
        False,
    )
    due = {"call": timedelta(hours=24), "letter": timedelta(days=2)}[kind]
    assert duty["due"] == rfc3339(system.time + due)
    shown = read(system, OFFICER, held.case_id)
    assert shown["duties"] == [{name: value for name, value in duty.items() if name != "case_id"}]
    assert ("telephone" in shown["flags"]) == (kind == "call")
    assert system.outbox() == []
    system.later(days=3)
    assert the_duty(system)["overdue"] is True


@pytest.mark.parametrize(
    "contact", [{"preferred": "letter"}, {"preferred": "phone"}, {"preferred": "sms"}, {"preferred": "email"}]
)
def test_a_channel_without_an_address_is_a_deficiency_in_the_language_of_its_holder(
    system: System, contact: dict[str, Any]
) -> None:
    held = file_case(system, requester={"contact": {**contact, "language": "es"}})
    found = [one for one in held.filed["deficiencies"] if one["code"] == "contact_missing"]
    assert [one["field"] for one in found] == ["requester.contact"]
    assert found[0]["message"].startswith("No tenemos")
    assert "contact_missing" in {one["code"] for one in system.look_up(held.filed)["missing"]}
    update(system, held, email="ana@example.org", phone=PHONE, postal=POSTAL)
    assert "contact_missing" not in {one["code"] for one in system.look_up(held.filed)["missing"]}
    update(system, held, email=None, phone=None, postal=None)
    assert "contact_missing" in {one["code"] for one in system.look_up(held.filed)["missing"]}


def test_a_deficiency_of_the_contact_and_one_of_the_identity_vanish_together(system: System) -> None:
    held = file_case(system, requester={"contact": {"preferred": "letter"}}, subject={"born_on": None})
    given = {"contact": {"postal": POSTAL}, "subject": {"born_on": "1988"}}
    assert system.on(held.filed, "POST", "/updates", given).status == 202
    codes = {one["code"] for one in system.look_up(held.filed)["missing"]}
    assert codes.isdisjoint({"contact_missing", "born_on_missing"})


@pytest.mark.parametrize(
    ("contact", "code"),
    [
        ({"postal": {**POSTAL, "lines": []}}, "too_few_items"),
        ({"postal": {**POSTAL, "lines": ["a"] * 6}}, "too_many_items"),
        ({"postal": {**POSTAL, "lines": ["a" * 201]}}, "too_long"),
        ({"postal": {**POSTAL, "zip": "7804"}}, "not_a_zip_code"),
        ({"postal": {"city": "Laredo"}}, "required"),
        ({"call_times": "a" * 201}, "too_long"),
        ({"leave_message": "yes"}, "wrong_type"),
    ],
)
def test_a_malformed_contact_is_refused(system: System, contact: dict[str, Any], code: str) -> None:
    held = file_case(system)
    answer = system.on(held.filed, "POST", "/updates", {"contact": contact})
    assert (answer.status, answer.json()["errors"][0]["code"]) == (422, code)


def test_staff_who_open_the_contacts_see_where_to_write_and_when_to_call(system: System) -> None:
    contact = {"postal": {**POSTAL, "zip": "78040 1234"}, "leave_message": True, "call_times": "After six."}
    held = filed(system, {"contact": contact})
    answer = system.staff(OFFICER, "POST", f"/staff/cases/{held.case_id}/contacts", {"why": "To write."})
    shown = answer.json()["contacts"][held.receipt]
    assert (shown["postal"], shown["leave_message"], shown["call_times"]) == (
        {**POSTAL, "zip": "78040-1234"},
        True,
        "After six.",
    )
    assert "Elm St" not in str(system.items())


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        ({**BY_PHONE["contact"], "safe_to_contact": False}, "unsafe"),
        ({**BY_LETTER["contact"], "safe_to_contact": False}, "unsafe"),
        ({"phone": "+1 900 234 5678", "preferred": "phone"}, "not_callable"),
        ({"phone": PHONE, "postal": POSTAL, "preferred": "none"}, "no_channel"),
    ],
)
def test_nobody_calls_or_writes_where_it_is_not_safe_or_not_wanted(
    system: System, contact: dict[str, Any], why: str
) -> None:
    held = filed(system, {"contact": contact})
    assert (acknowledgement(system, held).state, acknowledgement(system, held).why) == ("undeliverable", why)
    assert duties(system) == []


@pytest.mark.parametrize("safe", [None, True])
def test_in_a_restricted_case_only_a_verified_holder_who_says_that_it_is_safe_is_called(
    system: System,
    safe: bool | None,  # noqa: FBT001
) -> None:
    contact = {"contact": {"phone": PHONE, "preferred": "phone", "safe_to_contact": safe}}
    held = filed(system, contact, facts={"relief_pending": ["vawa"]})
    assert acknowledgement(system, held).why == ("restricted" if safe else "unsafe")
    system.work(CLEARED, held.case_id, "claim", {})
    recognized(system, held.filed, second=True)
    ask(system, CLEARED, held.case_id)
    system.pump()
    assert duties(system) == []
    assert [one["kind"] for one in duties(system, CLEARED)] == (["call"] if safe else [])


def test_a_call_is_not_shown_while_its_case_is_restricted_later(system: System) -> None:
    held = filed(system, BY_PHONE)
    duty = the_duty(system)
    system.work(CLEARED, held.case_id, "claim", {})
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    system.pump()
    assert duties(system, CLEARED) == []
    assert read(system, CLEARED, held.case_id)["duties"] == []
    given = {"what": "reached", "done_at": rfc3339(system.time), "why": "x"}
    assert post(system, CLEARED, held.case_id, f"duties/{duty['duty']}", given).status == 404
    verify(system, CLEARED, held.case_id, facts={"protected": False})
    system.pump()
    assert the_duty(system)["duty"] == duty["duty"]


def test_a_call_that_waited_for_the_end_of_a_restriction_is_due_then(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    eva = filed(system, {**SISTER, **BY_PHONE})
    assert eva.case_id == held.case_id
    assert duties(system, CLEARED) == []
    verify(system, CLEARED, held.case_id, facts={"protected": False})
    system.pump()
    assert kinds(system, eva) == ["call"]
    assert "telephone" in system.case_of(eva.filed).flags


def test_further_notices_stand_under_the_call_that_is_open(system: System) -> None:
    held = filed(system, BY_PHONE)
    system.work(OFFICER, held.case_id, "claim", {})
    recognized(system, held.filed)
    ask(system, OFFICER, held.case_id)
    system.pump()
    assert {one.state for one in system.notices} == {"handed_over"}
    duty = the_duty(system)
    (stored,) = system.all(Duty, "DUTY#")
    assert stored.texts == ("acknowledgement", "information_asked")
    record(system, held.case_id, duty["duty"], "reached")
    assert (claims_of(system, held).failed, claims_of(system, held).to_phone) == ((), False)
    assert "telephone" not in system.case_of(held.filed).flags
    assert duties(system) == []


def test_a_message_that_arrives_twice_leaves_one_duty(system: System) -> None:
    held = filed(system, BY_LETTER)
    notice = acknowledgement(system, held)
    for _ in range(2):
        process_message(system, notice)
    assert len(system.all(Duty, "DUTY#")) == 1
    assert [one.kind for one in system.history(system.case_of(held.filed))].count("handed_over") == 1


# ---- what no message reached


@pytest.mark.parametrize(
    ("contact", "kind"),
    [
        ({"email": "ana@example.org", "postal": POSTAL}, "letter"),
        ({"email": "ana@example.org", "phone": ABROAD}, "call"),
        ({"email": "ana@example.org"}, "call"),
        ({"email": "ana@example.org", "phone": ABROAD, "postal": POSTAL}, "letter"),
        ({"email": "ana@example.org", "phone": "+1 900 234 5678"}, None),
    ],
)
@pytest.mark.parametrize("decided", [False, True])
def test_a_notice_that_failed_everywhere_is_told_in_another_way_that_the_requester_gave(
    system: System,
    contact: dict[str, Any],
    kind: str | None,
    decided: bool,  # noqa: FBT001
) -> None:
    held = filed(system, {"contact": contact})
    if decided:
        system.work(OFFICER, held.case_id, "claim", {})
        decide(system, OFFICER, held.case_id)
    bounce(system, held)
    assert kinds(system, held) == ([kind] if kind else [])
    assert ("telephone" in system.case_of(held.filed).flags) == (kind == "call")
    if kind is None:
        return
    (duty,) = [one for one in duties(system) if one["receipt"] == held.receipt]
    record(system, held.case_id, duty["duty"], {"call": "reached", "letter": "sent"}[kind])
    assert kinds(system, held) == []
    assert "telephone" not in system.case_of(held.filed).flags


def bounce(system: System, held: FiledCase) -> None:
    notice = acknowledgement(system, held)
    assert notice.state == "sent"
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    gone = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "ana@example.org"}]}
    assert system.bounce({"eventType": "Bounce", "bounce": gone, "mail": {"tags": tags}}) == {"batchItemFailures": []}
    system.pump()


@pytest.mark.parametrize(("contact", "kind"), [({"phone": PHONE}, "call"), ({"postal": POSTAL}, "letter")])
def test_who_prefers_mail_without_an_address_is_reached_in_the_way_that_they_gave(
    system: System, contact: dict[str, Any], kind: str
) -> None:
    held = filed(system, {"contact": {"preferred": "email", **contact}})
    assert kinds(system, held) == [kind]


def test_a_new_address_ends_the_call_and_gets_what_did_not_arrive(system: System) -> None:
    held = filed(system, BY_PHONE)
    assert kinds(system, held) == ["call"]
    update(system, held, email="new@example.org", preferred="email")
    assert duties(system) == []
    assert [sent.to for sent in system.outbox()] == ["new@example.org"]
    assert "telephone" not in system.case_of(held.filed).flags
    assert {duty.state for duty in system.all(Duty, "DUTY#")} == {"ended"}


def test_a_new_postal_address_gets_the_letter_that_was_not_sent_yet(system: System) -> None:
    held = filed(system, BY_LETTER)
    first = the_duty(system)["duty"]
    update(system, held, postal={**POSTAL, "city": "El Paso"})
    assert [one["kind"] for one in duties(system)] == ["letter"]
    assert the_duty(system)["duty"] != first
    update(system, held, language="es")
    assert len(system.all(Duty, "DUTY#")) == 2


# ---- results


def test_a_letter_that_comes_back_is_followed_by_calls_and_then_by_nothing(system: System) -> None:
    """The requester prefers letters; the policy allows three calls."""
    held = filed(system, {"contact": {**BY_LETTER["contact"], "phone": PHONE}})
    letter = the_duty(system)["duty"]
    record(system, held.case_id, letter, "sent")
    assert duties(system) == []
    assert claims_of(system, held).failed == ()
    system.later(days=5)
    record(system, held.case_id, letter, "returned")
    assert claims_of(system, held).failed == ("acknowledgement",)
    assert refused(system, held.case_id, letter, "returned") == (409, "duty_not_open")
    for _ in range(3):
        duty = the_duty(system)
        assert (duty["kind"], duty["due"]) == ("call", rfc3339(system.time + timedelta(hours=24)))
        assert "telephone" in system.case_of(held.filed).flags
        system.later(hours=25)
        assert the_duty(system)["overdue"]
        record(system, held.case_id, duty["duty"], "no_answer")
    assert duties(system) == []
    assert "telephone" not in system.case_of(held.filed).flags
    assert claims_of(system, held).failed == ("acknowledgement",)
    update(system, held, email="ana@example.org", preferred="email")
    assert len(system.outbox()) == 1


def test_calls_that_nobody_answers_end_in_a_letter_and_that_in_nothing(system: System) -> None:
    held = filed(system, {"contact": {**BY_PHONE["contact"], "postal": POSTAL}})
    for _ in range(3):
        duty = the_duty(system)
        assert duty["kind"] == "call"
        record(system, held.case_id, duty["duty"], "no_answer")
    duty = the_duty(system)
    assert duty["kind"] == "letter"
    record(system, held.case_id, duty["duty"], "returned")
    assert duties(system) == []


def test_a_message_is_left_only_where_the_requester_allows_it(system: System) -> None:
    held = filed(system, BY_PHONE)
    duty = the_duty(system)["duty"]
    assert refused(system, held.case_id, duty, "left_message") == (422, "result_not_available")
    assert len(duties(system)) == 1
    update(system, held, leave_message=True)
    record(system, held.case_id, duty, "left_message")
    assert duties(system) == []


@pytest.mark.parametrize("decided", [False, True])
def test_who_is_not_safe_to_contact_is_left_alone_until_they_say_that_it_is_safe(
    system: System,
    decided: bool,  # noqa: FBT001
) -> None:
    held = filed(system, BY_PHONE)
    if decided:
        system.work(OFFICER, held.case_id, "claim", {})
        decide(system, OFFICER, held.case_id)
    (duty,) = [one for one in duties(system) if one["receipt"] == held.receipt]
    record(system, held.case_id, duty["duty"], "unsafe")
    assert kinds(system, held) == []
    assert "unsafe_contact" in read(system, OFFICER, held.case_id)["flags"]
    assert "telephone" not in read(system, OFFICER, held.case_id)["flags"]
    update(system, held, email="ana@example.org", preferred="email")
    assert (system.outbox(), kinds(system, held)) == ([], [])
    assert "unsafe_contact" in read(system, OFFICER, held.case_id)["flags"]
    update(system, held, safe_to_contact=True)
    assert [sent.to for sent in system.outbox()] == ["ana@example.org"]
    assert "unsafe_contact" not in read(system, OFFICER, held.case_id)["flags"]


def test_a_duty_that_is_done_is_done(system: System) -> None:
    held = filed(system, BY_LETTER)
    duty = the_duty(system)["duty"]
    assert refused(system, held.case_id, duty, "reached") == (422, "result_not_available")
    record(system, held.case_id, duty, "sent")
    assert refused(system, held.case_id, duty, "sent") == (409, "duty_not_open")


# ---- translations


def test_a_question_in_another_language_than_its_reader_s_is_to_be_translated(system: System) -> None:
    held = claimed(system, requester={"contact": {"email": "ana@example.org", "language": "es-MX"}})
    recognized(system, held.filed)
    ask(system, OFFICER, held.case_id)
    duty = the_duty(system)
    assert (duty["kind"], duty["receipt"]) == ("translate", held.receipt)
    assert "to_translate" in read(system, OFFICER, held.case_id)["flags"]
    record(system, held.case_id, duty["duty"], "done")
    assert "to_translate" not in read(system, OFFICER, held.case_id)["flags"]
    assert duties(system) == []


@pytest.mark.parametrize(("language", "translated"), [("ht", True), ("en-GB", False), (None, False)])
def test_a_decision_in_another_language_than_its_reader_s_is_to_be_translated(
    system: System,
    language: str | None,
    translated: bool,  # noqa: FBT001
) -> None:
    held = claimed(system, requester={"contact": {"email": "ana@example.org", "language": language}})
    recognized(system, held.filed)
    decide(system, OFFICER, held.case_id, outcome="moot")
    assert kinds(system, held) == (["translate"] if translated else [])
    assert ("to_translate" in read(system, OFFICER, held.case_id)["flags"]) == translated


# ---- duties go with the case and the request


def test_a_transfer_takes_the_duties_to_the_other_office(system: System) -> None:
    held = filed(system, BY_LETTER)
    duty = the_duty(system)["duty"]
    system.work(SUPERVISOR, held.case_id, "transfer", {"office": "ELP", "why": "Moved."})
    assert duties(system) == []
    assert [one["duty"] for one in duties(system, ELSEWHERE)] == [duty]


def test_a_verified_place_takes_the_duties_to_its_office(system: System) -> None:
    held = filed(system, BY_LETTER)
    system.work(OFFICER, held.case_id, "claim", {})
    verify(system, OFFICER, held.case_id, facts={"custody": "detained", "facility": "EPC"})
    office = system.case_of(held.filed).office
    assert office != "ATL"
    assert {one.office for one in system.all(Duty, "DUTY#")} == {office}


def test_a_link_moves_the_duties_of_the_requests_that_move(system: System) -> None:
    ana = filed(system, BY_PHONE)
    eva = filed(system, {**SISTER, **BY_LETTER}, 12, **NAMELESS)
    assert eva.case_id != ana.case_id
    system.work(OFFICER, eva.case_id, "link", {"case_id": ana.case_id, "why": "The same person."})
    system.pump()
    assert sorted((one["kind"], one["case_id"]) for one in duties(system)) == [
        ("call", ana.case_id),
        ("letter", ana.case_id),
    ]
    (letter,) = [one for one in duties(system) if one["kind"] == "letter"]
    record(system, ana.case_id, letter["duty"], "sent")
    assert kinds(system, eva) == []


def test_a_text_to_translate_goes_where_its_reader_s_request_goes(system: System) -> None:
    ana = filed(system, BY_PHONE)
    contact = {"email": "eva@example.org", "language": "es-MX"}
    eva = claimed(system, 12, requester={"contact": contact}, **NAMELESS)
    recognized(system, eva.filed)
    ask(system, OFFICER, eva.case_id)
    assert translated(system, ana, eva) == [False, True]
    system.later(minutes=1)
    system.work(OFFICER, eva.case_id, "link", {"case_id": ana.case_id, "why": "The same person."})
    assert translated(system, ana, eva) == [True, False]
    assert undo_link(system, ana).status == 200
    assert translated(system, ana, eva) == [False, True]
    system.later(minutes=1)
    system.work(OFFICER, eva.case_id, "link", {"case_id": ana.case_id, "why": "The same person."})
    new = system.work(SUPERVISOR, ana.case_id, "split", {"receipt": eva.receipt, "why": "Another person."})
    assert translated(system, ana, FiledCase(eva.filed, new["case_id"])) == [False, True]


def translated(system: System, *held: FiledCase) -> list[bool]:
    """Return for each case whether it is flagged for a text to translate, which an open duty of it bears out."""
    open_duties = {(one["case_id"], one["kind"]) for one in duties(system)}
    flagged = ["to_translate" in read(system, OFFICER, one.case_id)["flags"] for one in held]
    assert flagged == [(one.case_id, "translate") in open_duties for one in held]
    return flagged


def linked(system: System) -> tuple[FiledCase, FiledCase]:
    """Link a case with a letter to send into one with a call to make; return both."""
    ana = filed(system, BY_PHONE)
    eva = filed(system, {**SISTER, **BY_LETTER}, 12, **NAMELESS)
    system.later(minutes=1)
    system.work(OFFICER, eva.case_id, "link", {"case_id": ana.case_id, "why": "The same person."})
    system.pump()
    return ana, eva


def undo_link(system: System, held: FiledCase) -> Answer:
    case = system.read(Case, keys.case(held.case_id))
    event = next(one.version for one in system.history(case) if one.kind == "linked")
    return post(system, SUPERVISOR, held.case_id, "corrections", {"event": event, "why": "Not the same."})


def test_a_link_that_is_undone_returns_the_duties_of_the_requests_that_return(system: System) -> None:
    ana, eva = linked(system)
    assert {one["case_id"] for one in duties(system)} == {ana.case_id}
    assert undo_link(system, ana).status == 200
    system.pump()
    assert sorted((one["kind"], one["case_id"]) for one in duties(system)) == sorted(
        [("call", ana.case_id), ("letter", eva.case_id)]
    )


def test_a_link_is_not_undone_at_once_with_more_duties_than_fit(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    ana, _eva = linked(system)
    monkeypatch.setattr("review.cases.correction_of_links._MAX_WRITES", 0)
    answer = undo_link(system, ana)
    assert (answer.status, answer.json()["type"]) == (409, "/problems/not-correctable")


def test_a_split_takes_the_duties_of_its_request_along(system: System) -> None:
    ana, eva = filed(system, BY_PHONE), filed(system, {**SISTER, **BY_PHONE})
    assert ana.case_id == eva.case_id
    system.work(OFFICER, ana.case_id, "split", {"receipt": eva.receipt, "why": "Another person."})
    system.pump()
    apart = system.case_of(eva.filed)
    assert {(one["receipt"], one["case_id"]) for one in duties(system)} == {
        (ana.receipt, ana.case_id),
        (eva.receipt, apart.case_id),
    }
    assert "telephone" in apart.flags


def test_a_withdrawal_ends_the_calls_and_letters_and_what_did_not_arrive_is_told_after_it_is_taken_back(
    system: System,
) -> None:
    held, other = filed(system, BY_PHONE), filed(system, {**SISTER, **BY_LETTER})
    assert system.on(held.filed, "POST", "/withdrawal", {}).status == 202
    system.pump()
    assert [one["receipt"] for one in duties(system)] == [other.receipt]
    assert "telephone" not in system.case_of(other.filed).flags
    assert system.on(held.filed, "POST", "/withdrawal", {"undo": True}).status == 202
    system.pump()
    assert kinds(system, held) == ["call"]


def test_reopening_keeps_the_letters(system: System) -> None:
    held = claimed(system, requester=BY_LETTER)
    decide(system, OFFICER, held.case_id)
    system.work(SUPERVISOR, held.case_id, "reopening", {"why": "Another crime."})
    assert [one["kind"] for one in duties(system)] == ["letter"]


def test_lifting_a_suppression_ends_the_call(system: System) -> None:
    held = filed(system, {"contact": {"email": "ana@example.org"}})
    bounce(system, held)
    assert kinds(system, held) == ["call"]
    system.work(SUPERVISOR, held.case_id, "unsuppress", {"receipt": held.receipt, "why": "There is room again."})
    system.pump()
    assert duties(system) == []

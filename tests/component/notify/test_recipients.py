"""The recipient, channel and language of a notice, and when no notice is sent."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.cases.telephone import MUST_PHONE
from casereview.schema.records import Notice, Suppression
from casereview.store.transaction import put_new, put_over
from tests.support.aws_faults import intercept, performs_after
from tests.support.notices import (
    add_pending_notice,
    change_case,
    file_and_rank,
    process_message,
    rank_case_of,
    reload,
    request_of,
    sent_for,
)
from tests.support.system import System

MAIL, PHONE = "target@example.org", "+1 202 555 0143"


def _file_with_contact(system: System, **contact: Any) -> Notice:  # noqa: ANN401  # any field of a contact
    return file_and_rank(system, requester={"contact": contact})


def _update_contact(system: System, notice: Notice, **contact: Any) -> None:  # noqa: ANN401  # any field of a contact
    """Have the requester of a notice send a new contact."""
    code = system.intake.macs.code(notice.receipt)
    answer = system.on({"receipt": notice.receipt, "access_code": code}, "POST", "/updates", {"contact": contact})
    assert answer.status == 202, answer.body


def _suppress(system: System, address: str) -> None:
    macs = system.notify.macs
    record = Suppression(address=macs.address(address), mac_key=macs.key, since=system.time, why="bounce")
    system.notify.table.write(put_new(record))


@pytest.mark.parametrize(
    ("contact", "channel", "to"),
    [
        ({"email": MAIL}, "email", MAIL),
        ({"phone": PHONE}, "sms", "+12025550143"),
        ({"email": MAIL, "phone": PHONE}, "email", MAIL),
        ({"email": MAIL, "phone": PHONE, "preferred": "sms"}, "sms", "+12025550143"),
        ({"email": MAIL, "safe_to_contact": True}, "email", MAIL),
    ],
)
def test_a_notice_is_sent_by_the_preferred_channel(
    shared: System, contact: dict[str, Any], channel: str, to: str
) -> None:
    notice = _file_with_contact(shared, **contact)
    process_message(shared, notice)
    assert [(sent.channel, sent.to) for sent in sent_for(shared, notice)] == [(channel, to)]
    assert reload(shared, notice).state == "sent"


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        ({}, "no_channel"),
        ({"email": MAIL, "phone": PHONE, "preferred": "phone"}, "no_channel"),
        ({"email": MAIL, "phone": PHONE, "preferred": "letter"}, "no_channel"),
        ({"email": MAIL, "phone": PHONE, "preferred": "none"}, "no_channel"),
        ({"phone": PHONE, "preferred": "email"}, "no_channel"),
        ({"email": MAIL, "preferred": "sms"}, "no_channel"),
        ({"email": MAIL, "safe_to_contact": False}, "unsafe"),
        ({"email": MAIL, "phone": PHONE, "preferred": "sms", "safe_to_contact": False}, "unsafe"),
    ],
)
def test_a_requester_who_allows_no_notice_gets_neither_a_notice_nor_a_call(
    shared: System, contact: dict[str, Any], why: str
) -> None:
    notice = _file_with_contact(shared, **contact)
    with intercept("sesv2.SendEmail", performs_after(_fail)), intercept("sns.Publish", performs_after(_fail)):
        assert process_message(shared, notice) == []
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", why)
    assert reload(shared, notice).sends == 0
    assert "telephone" not in rank_case_of(shared, notice).flags


def _fail() -> None:
    raise AssertionError("a message was sent")


@pytest.mark.parametrize(
    ("requested", "used"),
    [("es", "es"), ("es-GT", "es"), ("ht", "ht"), ("ar", "ar"), ("zh-Hans-CN", "zh"), ("sw", "en"), ("mam", "es")],
)
def test_a_notice_is_sent_in_the_nearest_available_language(shared: System, requested: str, used: str) -> None:
    notice = _file_with_contact(shared, email=MAIL, language=requested)
    process_message(shared, notice)
    [sent] = sent_for(shared, notice)
    assert sent.language == used


def test_a_notice_is_in_english_if_the_contact_has_no_language(shared: System) -> None:
    notice = _file_with_contact(shared, email=MAIL)
    process_message(shared, notice)
    assert [sent.language for sent in sent_for(shared, notice)] == ["en"]


def test_a_text_message_is_short_and_contains_the_receipt(shared: System) -> None:
    notice = _file_with_contact(shared, phone=PHONE, language="es")
    process_message(shared, notice)
    [sent] = sent_for(shared, notice)
    assert notice.receipt in sent.body
    assert len(sent.body) < 320


@pytest.mark.moto
def test_the_mail_tags_contain_the_case_and_the_notice_and_no_personal_data(shared: System) -> None:
    notice = file_and_rank(shared)
    with intercept("sesv2.SendEmail", performs_after(lambda: None)) as requests:
        process_message(shared, notice)
    assert notice.case_id in requests[0]
    assert notice.notice_id in requests[0]
    assert "Ana Example" not in requests[0]


def _restricted_third_party(system: System) -> Notice:
    requester = {"role": "family", "name": "Mother", "contact": {"email": MAIL}}
    notice = file_and_rank(system, requester=requester, facts={"relief_pending": ["vawa"]})
    assert rank_case_of(system, notice).restricted
    return notice


def test_a_request_of_a_third_party_in_a_restricted_case_is_acknowledged(shared: System) -> None:
    notice = _restricted_third_party(shared)
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"


def test_an_unverified_requester_of_a_restricted_case_gets_neither_news_nor_a_call(shared: System) -> None:
    news = add_pending_notice(shared, _restricted_third_party(shared), "news")
    process_message(shared, news)
    assert (reload(shared, news).state, reload(shared, news).why) == ("undeliverable", "restricted")
    assert sent_for(shared, news) == []
    assert "telephone" not in rank_case_of(shared, news).flags


def test_a_verified_requester_of_a_restricted_case_gets_news(shared: System) -> None:
    news = add_pending_notice(shared, _restricted_third_party(shared), "news")
    request = request_of(shared, news)
    shared.notify.table.write(put_over(request.model_copy(update={"verified": True}), state="live"))
    process_message(shared, news)
    assert reload(shared, news).state == "sent"


def test_no_news_is_sent_if_the_case_was_restricted_after_the_notice_was_stored(shared: System) -> None:
    news = add_pending_notice(shared, file_and_rank(shared), "news")
    change_case(shared, news, restricted=True)
    process_message(shared, news)
    assert reload(shared, news).why == "restricted"


def test_a_notice_goes_to_an_address_that_was_updated_before_it_is_sent(shared: System) -> None:
    notice = file_and_rank(shared)
    _update_contact(shared, notice, email="new@example.org")
    process_message(shared, notice)
    assert [sent.to for sent in sent_for(shared, notice)] == ["new@example.org"]


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        ({"safe_to_contact": False}, "unsafe"),
        ({"preferred": "none"}, "no_channel"),
        ({"email": None}, "no_channel"),
    ],
)
def test_a_notice_is_not_sent_if_the_contact_was_withdrawn_before(
    shared: System, contact: dict[str, Any], why: str
) -> None:
    notice = file_and_rank(shared)
    _update_contact(shared, notice, **contact)
    process_message(shared, notice)
    assert sent_for(shared, notice) == []
    assert reload(shared, notice).why == why


@pytest.mark.parametrize("contact", [{"safe_to_contact": False}, {"preferred": "none"}])
def test_an_expired_notice_requires_no_call_if_the_requester_must_not_be_contacted(
    shared: System, contact: dict[str, Any]
) -> None:
    """The window is over, but the requester's contact takes precedence."""
    notice = file_and_rank(shared)
    _update_contact(shared, notice, **contact)
    shared.later(days=4)
    process_message(shared, notice)
    assert reload(shared, notice).why not in MUST_PHONE
    assert "telephone" not in rank_case_of(shared, notice).flags


@pytest.mark.parametrize(
    ("contact", "suppressed"),
    [({"email": "Gone@Example.org"}, "gone@example.ORG"), ({"phone": "(202) 555-0199"}, "+12025550199")],
)
def test_no_notice_is_sent_to_a_suppressed_address(shared: System, contact: dict[str, Any], suppressed: str) -> None:
    notice = _file_with_contact(shared, **contact)
    _suppress(shared, suppressed)
    process_message(shared, notice)
    assert sent_for(shared, notice) == []
    assert reload(shared, notice).why == "suppressed"
    assert "telephone" in rank_case_of(shared, notice).flags


def test_the_suppression_list_is_read_before_each_attempt(shared: System) -> None:
    """A notice is not sent if its address bounced after the notice was stored."""
    first = _file_with_contact(shared, email="later@example.org")
    second = add_pending_notice(shared, first, "news")
    process_message(shared, first)
    _suppress(shared, "later@example.org")
    process_message(shared, second)
    assert [reload(shared, notice).state for notice in (first, second)] == ["sent", "undeliverable"]
    assert len(sent_for(shared, first)) == 1


def test_a_notice_is_sent_to_a_new_address_if_the_previous_one_is_suppressed(shared: System) -> None:
    notice = _file_with_contact(shared, email="old@example.org")
    _suppress(shared, "old@example.org")
    _update_contact(shared, notice, email="fresh@example.org")
    process_message(shared, notice)
    assert [sent.to for sent in sent_for(shared, notice)] == ["fresh@example.org"]

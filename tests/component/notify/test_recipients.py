"""To whom a notice goes, by which channel and in which language, and who is never written to."""

from __future__ import annotations

from typing import Any

import pytest

from casereview.cases.telephone import MUST_PHONE
from casereview.schema.records import Notice, Suppression
from casereview.store.transaction import put_new, put_over
from tests.support.aws_faults import edge, performs_after
from tests.support.notices import (
    again,
    change_case,
    deliver,
    filed_quietly,
    owed,
    rank,
    request_of,
    sent_for,
)
from tests.support.system import System

MAIL, PHONE = "target@example.org", "+1 202 555 0143"


def _contact(system: System, **contact: Any) -> Notice:  # noqa: ANN401  # any field of a contact
    return filed_quietly(system, requester={"contact": contact})


def _update(system: System, notice: Notice, **contact: Any) -> None:  # noqa: ANN401  # any field of a contact
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
def test_the_notice_goes_by_the_channel_that_was_chosen(
    shared: System, contact: dict[str, Any], channel: str, to: str
) -> None:
    notice = _contact(shared, **contact)
    deliver(shared, notice)
    assert [(sent.channel, sent.to) for sent in sent_for(shared, notice)] == [(channel, to)]
    assert again(shared, notice).state == "sent"


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
def test_who_is_not_to_be_written_to_is_neither_written_to_nor_called(
    shared: System, contact: dict[str, Any], why: str
) -> None:
    notice = _contact(shared, **contact)
    with edge("sesv2.SendEmail", performs_after(_never)), edge("sns.Publish", performs_after(_never)):
        assert deliver(shared, notice) == []
    assert (again(shared, notice).state, again(shared, notice).why) == ("undeliverable", why)
    assert again(shared, notice).sends == 0
    assert "telephone" not in rank(shared, notice).flags


def _never() -> None:
    raise AssertionError("was sent")


@pytest.mark.parametrize(
    ("asked", "given"),
    [("es", "es"), ("es-GT", "es"), ("ht", "ht"), ("ar", "ar"), ("zh-Hans-CN", "zh"), ("sw", "en"), ("mam", "es")],
)
def test_it_is_written_in_the_nearest_language(shared: System, asked: str, given: str) -> None:
    notice = _contact(shared, email=MAIL, language=asked)
    deliver(shared, notice)
    [sent] = sent_for(shared, notice)
    assert sent.language == given


def test_without_a_language_it_is_written_in_english(shared: System) -> None:
    notice = _contact(shared, email=MAIL)
    deliver(shared, notice)
    assert [sent.language for sent in sent_for(shared, notice)] == ["en"]


def test_a_text_message_is_short_and_names_the_receipt(shared: System) -> None:
    notice = _contact(shared, phone=PHONE, language="es")
    deliver(shared, notice)
    [sent] = sent_for(shared, notice)
    assert notice.receipt in sent.body
    assert len(sent.body) < 320


@pytest.mark.moto
def test_the_provider_is_told_which_notice_it_is_and_no_more(shared: System) -> None:
    notice = filed_quietly(shared)
    with edge("sesv2.SendEmail", performs_after(lambda: None)) as asked:
        deliver(shared, notice)
    assert notice.case_id in asked[0]
    assert notice.notice_id in asked[0]
    assert "Ana Example" not in asked[0]


def _restricted_third_party(system: System) -> Notice:
    requester = {"role": "family", "name": "Mother", "contact": {"email": MAIL}}
    notice = filed_quietly(system, requester=requester, facts={"relief_pending": ["vawa"]})
    assert rank(system, notice).restricted
    return notice


def test_a_restricted_case_still_acknowledges_every_filer(shared: System) -> None:
    notice = _restricted_third_party(shared)
    deliver(shared, notice)
    assert again(shared, notice).state == "sent"


def test_a_restricted_case_sends_no_news_and_nobody_calls(shared: System) -> None:
    news = owed(shared, _restricted_third_party(shared), "news")
    deliver(shared, news)
    assert (again(shared, news).state, again(shared, news).why) == ("undeliverable", "restricted")
    assert sent_for(shared, news) == []
    assert "telephone" not in rank(shared, news).flags


def test_a_restricted_case_sends_news_to_who_was_verified(shared: System) -> None:
    news = owed(shared, _restricted_third_party(shared), "news")
    request = request_of(shared, news)
    shared.notify.table.write(put_over(request.model_copy(update={"verified": True}), state="live"))
    deliver(shared, news)
    assert again(shared, news).state == "sent"


def test_a_case_restricted_after_the_notice_was_made_sends_no_news(shared: System) -> None:
    news = owed(shared, filed_quietly(shared), "news")
    change_case(shared, news, restricted=True)
    deliver(shared, news)
    assert again(shared, news).why == "restricted"


def test_an_address_given_between_filing_and_sending_is_used(shared: System) -> None:
    notice = filed_quietly(shared)
    _update(shared, notice, email="new@example.org")
    deliver(shared, notice)
    assert [sent.to for sent in sent_for(shared, notice)] == ["new@example.org"]


@pytest.mark.parametrize(
    ("contact", "why"),
    [
        ({"safe_to_contact": False}, "unsafe"),
        ({"preferred": "none"}, "no_channel"),
        ({"email": None}, "no_channel"),
    ],
)
def test_a_contact_withdrawn_before_the_sending_is_respected(shared: System, contact: dict[str, Any], why: str) -> None:
    notice = filed_quietly(shared)
    _update(shared, notice, **contact)
    deliver(shared, notice)
    assert sent_for(shared, notice) == []
    assert again(shared, notice).why == why


@pytest.mark.parametrize("contact", [{"safe_to_contact": False}, {"preferred": "none"}])
def test_who_became_unsafe_meanwhile_is_not_called_when_time_runs_out(shared: System, contact: dict[str, Any]) -> None:
    """The window is over, but that nobody may call goes before."""
    notice = filed_quietly(shared)
    _update(shared, notice, **contact)
    shared.later(days=4)
    deliver(shared, notice)
    assert again(shared, notice).why not in MUST_PHONE
    assert "telephone" not in rank(shared, notice).flags


@pytest.mark.parametrize(
    ("contact", "written"),
    [({"email": "Gone@Example.org"}, "gone@example.ORG"), ({"phone": "(202) 555-0199"}, "+12025550199")],
)
def test_a_suppressed_address_is_really_not_written_to(shared: System, contact: dict[str, Any], written: str) -> None:
    notice = _contact(shared, **contact)
    _suppress(shared, written)
    deliver(shared, notice)
    assert sent_for(shared, notice) == []
    assert again(shared, notice).why == "suppressed"
    assert "telephone" in rank(shared, notice).flags


def test_suppression_is_read_before_each_sending(shared: System) -> None:
    """A retry of a notice whose address bounced meanwhile is not sent."""
    first = _contact(shared, email="later@example.org")
    second = owed(shared, first, "news")
    deliver(shared, first)
    _suppress(shared, "later@example.org")
    deliver(shared, second)
    assert [again(shared, notice).state for notice in (first, second)] == ["sent", "undeliverable"]
    assert len(sent_for(shared, first)) == 1


def test_a_new_address_is_written_to_though_the_old_one_is_suppressed(shared: System) -> None:
    notice = _contact(shared, email="old@example.org")
    _suppress(shared, "old@example.org")
    _update(shared, notice, email="fresh@example.org")
    deliver(shared, notice)
    assert [sent.to for sent in sent_for(shared, notice)] == ["fresh@example.org"]

"""The recipient, channel and language of a notice, and when no notice is sent."""

from __future__ import annotations

from dataclasses import replace
from itertools import count
from typing import Any

import pytest

from casereview.cases.telephone import MUST_PHONE
from casereview.schema.notice_records import Notice, Suppression
from casereview.store.transaction import put_new
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
from tests.support.standing import recognized
from tests.support.system import System

MAIL, PHONE = "target@example.org", "+1 202 555 0143"
_numbers = count(1)


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
        ({"email": MAIL, "preferred": "phone"}, "no_channel"),
        ({"email": MAIL, "preferred": "letter"}, "no_channel"),
        ({"email": MAIL, "phone": PHONE, "preferred": "none"}, "no_channel"),
        ({"preferred": "email"}, "no_channel"),
        ({"email": MAIL, "preferred": "sms"}, "no_channel"),
        ({"email": MAIL, "safe_to_contact": False}, "unsafe"),
        ({"email": MAIL, "phone": PHONE, "preferred": "sms", "safe_to_contact": False}, "unsafe"),
    ],
)
def test_a_requester_who_allows_no_notice_gets_neither_a_notice_nor_a_call(
    shared: System, contact: dict[str, Any], why: str
) -> None:
    notice = _file_with_contact(shared, **contact)
    before = len(shared.outbox())
    assert process_message(shared, notice) == []
    assert len(shared.outbox()) == before
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", why)
    assert reload(shared, notice).sends == 0
    assert "telephone" not in rank_case_of(shared, notice).flags


@pytest.mark.parametrize(
    ("requested", "used"),
    [("es", "es"), ("es-GT", "es"), ("ht", "ht"), ("ar", "ar"), ("zh-Hans-CN", "zh"), ("sw", "en"), ("mam", "es")],
)
def test_a_notice_is_sent_in_the_nearest_available_language(shared: System, requested: str, used: str) -> None:
    notice = _file_with_contact(shared, email=f"{requested}@example.org", language=requested)
    process_message(shared, notice)
    [sent] = sent_for(shared, notice)
    assert sent.language == used


def test_a_notice_is_in_english_if_the_contact_has_no_language(shared: System) -> None:
    notice = _file_with_contact(shared, email="silent@example.org")
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


def _restricted_third_party(system: System, **contact: object) -> Notice:
    """File a request whose own words state protected relief; by default its holder says that contact is safe."""
    contact = {"email": f"mother-{next(_numbers)}@example.org", "safe_to_contact": True, **contact}
    requester = {"role": "family", "name": "Mother", "contact": contact}
    notice = file_and_rank(system, requester=requester, facts={"relief_pending": ["vawa"]})
    assert rank_case_of(system, notice).restricted
    return notice


def _verify(system: System, notice: Notice) -> None:
    recognized(system, {"receipt": notice.receipt}, second=True)


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
    _verify(shared, news)
    process_message(shared, news)
    assert reload(shared, news).state == "sent"


@pytest.mark.parametrize("safe", [None, False])
def test_contact_is_unsafe_if_the_own_words_state_protected_relief_and_nobody_said_that_it_is_safe(
    shared: System,
    safe: bool | None,  # noqa: FBT001
) -> None:
    acknowledgement = _restricted_third_party(shared, safe_to_contact=safe)
    _verify(shared, acknowledgement)
    news = add_pending_notice(shared, acknowledgement, "news")
    for notice in (acknowledgement, news):
        process_message(shared, notice)
        assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", "unsafe")
    assert sent_for(shared, news) == []
    assert "telephone" not in rank_case_of(shared, news).flags


def test_news_of_a_restricted_case_need_the_word_of_a_verified_holder_that_contact_is_safe(shared: System) -> None:
    news = add_pending_notice(shared, file_and_rank(shared), "news")
    change_case(shared, news, restricted=True)
    _verify(shared, news)
    process_message(shared, news)
    assert (reload(shared, news).state, reload(shared, news).why) == ("undeliverable", "restricted")
    _update_contact(shared, news, safe_to_contact=True)
    later = add_pending_notice(shared, news, "information_asked")
    process_message(shared, later)
    assert reload(shared, later).state == "sent"


@pytest.mark.parametrize("stated", [{"safe_to_contact": None}, {}, {"email": "else@example.org"}])
def test_an_unsafe_contact_stays_unsafe_until_its_holder_says_that_it_is_safe(
    shared: System, stated: dict[str, Any]
) -> None:
    notice = _file_with_contact(shared, email=f"unsafe-{next(_numbers)}@example.org", safe_to_contact=False)
    _update_contact(shared, notice, **{"language": "es", **stated})
    process_message(shared, notice)
    assert (reload(shared, notice).why, sent_for(shared, notice)) == ("unsafe", [])
    _update_contact(shared, notice, safe_to_contact=True)
    news = add_pending_notice(shared, notice, "news")
    process_message(shared, news)
    assert reload(shared, news).state == "sent"


@pytest.mark.parametrize(("safe", "state"), [(None, "undeliverable"), (True, "sent")])
def test_a_later_statement_of_protected_relief_makes_contact_unsafe(
    shared: System,
    safe: bool | None,  # noqa: FBT001
    state: str,
) -> None:
    notice = _file_with_contact(shared, email=f"later-{next(_numbers)}@example.org", safe_to_contact=safe)
    code = shared.intake.macs.code(notice.receipt)
    stated = {"facts": {"relief_pending": ["u_visa"]}}
    assert shared.on({"receipt": notice.receipt, "access_code": code}, "POST", "/updates", stated).status == 202
    assert request_of(shared, notice).protected
    process_message(shared, notice)
    assert reload(shared, notice).state == state
    _update_contact(shared, notice, safe_to_contact=True)
    news = add_pending_notice(shared, notice, "news")
    _verify(shared, news)
    process_message(shared, news)
    assert reload(shared, news).state == "sent"


def test_an_email_that_bounced_asks_for_no_call_to_a_premium_number(shared: System) -> None:
    notice = _file_with_contact(shared, email="premium@example.org", phone="+1 900 555 0143")
    process_message(shared, notice)
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "premium@example.org"}]}
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    shared.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}})
    assert reload(shared, notice).why == "bounced"
    assert "telephone" not in rank_case_of(shared, notice).flags


@pytest.mark.parametrize(
    ("number", "why", "called"),
    [
        ("+1 800 555 0199", "refused", True),  # toll-free
        ("+1 416 555 0123", "refused", True),  # Canada
        ("+44 7911 123456", "refused", True),  # mobile, but of another country
        ("+502 2333 4455", "refused", True),  # a fixed line
        ("+1 900 555 0143", "not_callable", False),  # premium rate
        ("+33 826 12 34 56", "not_callable", False),  # shared cost
        ("+44 70 1234 5678", "not_callable", False),  # a personal number
        ("+44 7600 123456", "not_callable", False),  # a pager
        ("+881 6 1234 5678", "not_callable", False),  # a satellite telephone
        ("+870 773 111 632", "not_callable", False),
        ("+979 123456789", "not_callable", False),  # international premium rate
    ],
)
def test_no_text_message_is_sent_to_a_number_of_another_country_or_kind(
    shared: System,
    number: str,
    why: str,
    called: bool,  # noqa: FBT001
) -> None:
    notice = _file_with_contact(shared, phone=number)
    process_message(shared, notice)
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", why)
    assert (reload(shared, notice).sends, sent_for(shared, notice)) == (0, [])
    assert ("telephone" in rank_case_of(shared, notice).flags) == called


@pytest.mark.parametrize("number", ["+1 787 555 0123", "+1 671 555 0123", "+1 340 555 0123", "+1 684 733 0123"])
def test_numbers_of_the_territories_get_text_messages(shared: System, number: str) -> None:
    notice = _file_with_contact(shared, phone=number)
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"


def test_a_parameter_allows_other_countries(shared: System) -> None:
    notice = _file_with_contact(shared, phone="+502 5333 4455")
    allowed = replace(shared.notify, sms_countries=frozenset({"GT"}))
    before, shared.notify = shared.notify, allowed
    process_message(shared, notice)
    shared.notify = before
    assert reload(shared, notice).state == "sent"


def test_a_holder_whom_one_officer_verified_gets_no_news_of_a_restricted_case(shared: System) -> None:
    news = add_pending_notice(shared, _restricted_third_party(shared), "news")
    recognized(shared, {"receipt": news.receipt})
    process_message(shared, news)
    assert (reload(shared, news).state, reload(shared, news).why) == ("undeliverable", "restricted")


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

"""Notices to the duty mailbox of an office: one for each missed first look, with the case id only."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from casereview.notices.catalog import NoticeTextError
from casereview.schema.notice_records import Notice
from notify.render import OfficeText, OfficeTexts, render_for_office
from tests.support.aws_faults import intercept, refuses
from tests.support.clouds import backend_of
from tests.support.system import System, body, running

MAILBOX = "duty-{office}@example.gov"
CITIZEN = {"claims_us_citizenship": True, "custody": "detained", "facility": "STWRTGA"}


@pytest.fixture
def with_mailboxes(request: pytest.FixtureRequest) -> Iterator[System]:
    """A system whose offices have a duty mailbox."""
    with running(backend_of(request.node)) as found:
        found.prioritize = replace(found.prioritize, office_notices=True)
        found.notify = replace(found.notify, office_mail=MAILBOX)
        yield found


def _late(system: System) -> str:
    filed = system.file(body(facts=CITIZEN))
    system.pump()
    system.later(hours=4)
    system.settle(3)
    return system.case_of(filed).case_id


def _notice(system: System) -> Notice:
    (found,) = [notice for notice in system.notices if notice.template == "target_passed"]
    return found


def test_the_office_receives_one_notice_of_a_missed_first_look(with_mailboxes: System) -> None:
    case_id = _late(with_mailboxes)
    with_mailboxes.settle(120)
    (sent,) = [sent for sent in with_mailboxes.outbox() if sent.to == "duty-atl@example.gov"]
    assert sent.subject == f"Case Review, ATL: a first look is late (case {case_id})"
    assert case_id in sent.body
    assert "Ana" not in sent.raw
    assert _notice(with_mailboxes).state == "sent"


@pytest.mark.moto
def test_the_sweep_sends_the_notice_if_its_message_was_lost(with_mailboxes: System) -> None:
    filed = with_mailboxes.file(body(facts=CITIZEN))
    with_mailboxes.pump()
    with_mailboxes.later(hours=4, minutes=2)
    with_mailboxes.sweep()
    with intercept("sqs.SendMessage", refuses("AccessDenied")):
        with_mailboxes.pump()
    assert _notice(with_mailboxes).state == "owed"
    with_mailboxes.settle(5)
    assert _notice(with_mailboxes).state == "sent"
    assert with_mailboxes.case_of(filed).missed


@pytest.mark.moto
def test_a_rejected_mail_to_the_duty_mailbox_requires_no_call(with_mailboxes: System) -> None:
    with intercept("sesv2.SendEmail", refuses("MessageRejected", "Illegal address")):
        case_id = _late(with_mailboxes)
    assert (_notice(with_mailboxes).state, _notice(with_mailboxes).why) == ("undeliverable", "refused")
    case = next(case for case in with_mailboxes.cases if case.case_id == case_id)
    events = [event for event in with_mailboxes.history(case) if event.kind == "undeliverable"]
    assert [bool(event.receipt) for event in events] == [True]


def test_without_duty_mailboxes_no_office_notice_is_stored(system: System) -> None:
    _late(system)
    assert {notice.template for notice in system.notices} == {"acknowledgement"}


def test_an_office_notice_is_undeliverable_if_the_duty_mailbox_was_removed(with_mailboxes: System) -> None:
    with_mailboxes.notify = replace(with_mailboxes.notify, office_mail="")
    _late(with_mailboxes)
    assert (_notice(with_mailboxes).state, _notice(with_mailboxes).why) == ("undeliverable", "no_channel")


def test_a_text_with_an_unknown_placeholder_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    text = OfficeText(version=1, subject="${name}", paragraphs=())
    monkeypatch.setattr("notify.render.office_texts", lambda: OfficeTexts(target_passed=text, undelivered=text))
    with pytest.raises(NoticeTextError):
        render_for_office("target_passed", case="C", office="ATL")

"""A first look that is late is told to the office's duty mailbox, once, of a case by its id alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from casereview.notices.catalog import NoticeTextError
from casereview.schema.records import Notice
from notify.render import OfficeText, OfficeTexts, render_for_office
from tests.support.aws_faults import edge, refuses
from tests.support.clouds import backend_of
from tests.support.system import System, body, running

MAILBOX = "duty-{office}@example.gov"
CITIZEN = {"claims_us_citizenship": True, "custody": "detained", "facility": "STWRTGA"}


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Iterator[System]:
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


def test_the_office_is_told_once_where_its_first_look_is_late(told: System) -> None:
    case_id = _late(told)
    told.settle(120)
    (sent,) = [sent for sent in told.outbox() if sent.to == "duty-atl@example.gov"]
    assert sent.subject == f"Case Review, ATL: a first look is late (case {case_id})"
    assert case_id in sent.body
    assert "Ana" not in sent.raw
    assert _notice(told).state == "sent"


@pytest.mark.moto
def test_it_is_made_good_where_its_message_was_lost(told: System) -> None:
    filed = told.file(body(facts=CITIZEN))
    told.pump()
    told.later(hours=4, minutes=2)
    told.sweep()
    with edge("sqs.SendMessage", refuses("AccessDenied")):
        told.pump()
    assert _notice(told).state == "owed"
    told.settle(5)
    assert _notice(told).state == "sent"
    assert told.case_of(filed).missed


@pytest.mark.moto
def test_a_mailbox_that_refuses_asks_nobody_to_telephone(told: System) -> None:
    with edge("sesv2.SendEmail", refuses("MessageRejected")):
        case_id = _late(told)
    assert (_notice(told).state, _notice(told).why) == ("undeliverable", "refused")
    case = next(case for case in told.cases if case.case_id == case_id)
    events = [event for event in told.history(case) if event.kind == "undeliverable"]
    assert [bool(event.receipt) for event in events] == [True]


def test_without_mailboxes_the_metric_alone_tells(system: System) -> None:
    _late(system)
    assert {notice.template for notice in system.notices} == {"acknowledgement"}


def test_a_mailbox_that_was_taken_away_meanwhile_ends_the_notice(told: System) -> None:
    told.notify = replace(told.notify, office_mail="")
    _late(told)
    assert (_notice(told).state, _notice(told).why) == ("undeliverable", "no_channel")


def test_a_text_with_another_slot_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    text = OfficeText(version=1, subject="${name}", paragraphs=())
    monkeypatch.setattr("notify.render.office_texts", lambda: OfficeTexts(target_passed=text, undelivered=text))
    with pytest.raises(NoticeTextError):
        render_for_office("target_passed", case="C", office="ATL")

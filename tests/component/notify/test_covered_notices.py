"""A message that stood for other notices, and did not arrive: all of them are sent again, or the office calls."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any

import pytest

from casereview.schema.addresses import AddressSends, CoveredNotice
from casereview.schema.notice_records import Notice
from casereview.schema.request_records import Request
from casereview.store import keys
from notify.limits import LIMITS
from tests.support.notices import process_message, reload
from tests.support.system import System, body

LAWYER, OTHER = "lee@example.org", "+12025550123"
PER_HOUR = LIMITS["unverified"][0].sends
_numbers = count(4000)


def _file(system: System, **contact: object) -> Notice:
    """File a request for another person with the address of a lawyer, and return its acknowledgement."""
    person = {"a_number": f"A{next(_numbers):09d}", "given_name": "Ana"}
    stated = {"email": LAWYER, "language": "en", **contact}
    filed = system.file(body(subject=person, requester={"role": "self", "contact": stated}))
    request = system.read(Request, keys.request(filed["receipt"]))
    system.later(milliseconds=10)
    return system.read(Notice, keys.notice(request.case_id, f"acknowledgement-{request.receipt}"))


def _covered(system: System, number: int, **contact: object) -> tuple[Notice, list[Notice]]:
    """File requests whose notices wait, and let one message stand for all; return its notice and the others."""
    for _ in range(PER_HOUR):
        _file(system)
    system.pump()
    waiting = [_file(system, **contact) for _ in range(number + 1)]
    system.pump()
    system.later(hours=1, minutes=1)
    system.settle(5)
    found = [reload(system, one) for one in waiting]
    [sent] = [one for one in found if one.state == "sent"]
    others = [one for one in found if one.state == "coalesced"]
    assert len(others) == number
    return sent, others


def _bounce(system: System, notice: Notice, kind: str = "Permanent", event: str = "Bounce") -> None:
    tags = {"case": [notice.case_id], "notice": [notice.notice_id], "attempt": [str(notice.sends)]}
    recipients = [{"emailAddress": LAWYER, "status": "5.1.1"}]
    bounce = {"bounceType": kind, "bounceSubType": "MailboxFull", "bouncedRecipients": recipients}
    system.bounce({"eventType": event, "bounce": bounce, "mail": {"tags": tags, "destination": [LAWYER]}})


def _states(system: System, notices: list[Notice]) -> Counter[str]:
    return Counter(reload(system, notice).state for notice in notices)


def test_each_is_told_at_another_address_after_a_message_that_stood_for_all_bounced(system: System) -> None:
    sent, others = _covered(system, 3, phone=OTHER, preferred="email")
    _bounce(system, sent)
    system.settle(5)
    assert _states(system, [sent, *others]) == {"sent": 4}
    assert {one.to for one in system.outbox()[-4:]} == {OTHER}


def test_without_another_address_the_office_calls_each_of_them(system: System) -> None:
    sent, others = _covered(system, 3)
    _bounce(system, sent)
    system.settle(5)
    assert _states(system, [sent, *others]) == {"undeliverable": 4}


def test_a_notice_that_still_waits_is_not_covered_by_a_message_that_did_not_arrive(system: System) -> None:
    for _ in range(PER_HOUR):
        _file(system)
    system.pump()
    waiting = [_file(system) for _ in range(3)]
    system.pump()
    system.later(hours=1, minutes=1)
    assert process_message(system, waiting[-1]) == []
    sent = reload(system, waiting[-1])
    assert sent.state == "sent"
    _bounce(system, sent, "Transient")
    system.settle(5)
    assert "coalesced" not in _states(system, waiting)


@pytest.mark.parametrize(("kind", "event"), [("Transient", "Bounce"), ("Permanent", "Rendering Failure")])
def test_after_a_failure_for_a_time_the_others_are_told_again_with_it(system: System, kind: str, event: str) -> None:
    sent, others = _covered(system, 3)
    before = len(system.outbox())
    _bounce(system, sent, kind, event)
    assert _states(system, [sent, *others]) == {"owed": 4}
    system.later(hours=7)
    system.settle(5)
    assert not {"owed", "undeliverable"} & _states(system, [sent, *others]).keys()
    assert len(system.outbox()) > before


def test_an_event_that_is_delivered_again_changes_nothing_more(system: System) -> None:
    sent, others = _covered(system, 2, phone=OTHER, preferred="email")
    _bounce(system, sent)
    after = [reload(system, one) for one in (sent, *others)]
    _bounce(system, sent)
    assert [reload(system, one) for one in (sent, *others)] == after


def test_one_of_them_that_cannot_be_read_keeps_no_other_from_being_sent(system: System) -> None:
    sent, (bad, *others) = _covered(system, 3)
    wrong: dict[str, Any] = {"created_at": ["never"]}
    system.tamper(keys.notice(bad.case_id, bad.notice_id), **wrong)
    _bounce(system, sent)
    system.settle(5)
    assert _states(system, [sent, *others]) == {"undeliverable": 3}


def test_a_damaged_note_of_one_of_them_keeps_no_other_from_being_sent(system: System) -> None:
    sent, others = _covered(system, 3)
    address = system.notify.macs.address(LAWYER)
    [first, *_] = [item for item in system.items() if item["sk"]["S"].startswith("COVERED#")]
    key = keys.Key(first["pk"]["S"], first["sk"]["S"])
    assert key.pk == keys.address_sends(address).pk
    system.tamper(key, notice=None)
    _bounce(system, sent)
    system.settle(5)
    assert _states(system, [sent, *others]) == {"undeliverable": 3, "coalesced": 1}


def test_what_a_message_stood_for_is_kept_for_two_weeks(system: System) -> None:
    sent, others = _covered(system, 2)
    found = [item for item in system.items() if item["sk"]["S"].startswith("COVERED#")]
    assert {item["notice"]["S"] for item in found} == {one.notice_id for one in others}
    assert {item["by_notice"]["S"] for item in found} == {sent.notice_id}
    one = system.read(CoveredNotice, keys.Key(found[0]["pk"]["S"], found[0]["sk"]["S"]))
    assert 13 * 86_400 < one.expires_at - system.time.timestamp() <= 14 * 86_400
    counter = system.read(AddressSends, keys.address_sends(system.notify.macs.address(LAWYER)))
    assert {group.covered_by.notice_id for group in counter.groups.values() if group.covered_by} == {sent.notice_id}

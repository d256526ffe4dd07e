"""The limits of one address: notices beyond them wait, and one message stands for all that wait."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn, cast

import pytest

from casereview.cases.due import ATTEMPTS
from casereview.schema.addresses import AddressSends
from casereview.schema.languages import LANGUAGES
from casereview.schema.notice_records import Notice
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.items import to_item
from casereview.store.retrying import ATTEMPTS as CONTENTION_ATTEMPTS
from casereview.store.transaction import put_over
from casereview.usecases.suppressions import lift_suppression
from notify.delivery import LONGEST_TURN
from notify.limits import LIMITS
from notify.providers import Mail
from notify.render import texts
from notify.waiting import LEASE
from notify.window import WINDOW
from tests.support.aws_faults import (
    Forward,
    ProcessDiedError,
    Responder,
    fails,
    intercept,
    once,
    performs_after,
    performs_then_fails,
    refuses,
)
from tests.support.capacity_units import size
from tests.support.memory.aws import refused
from tests.support.notices import (
    add_pending_notice,
    case_of,
    metric_count,
    process_message,
    reload,
    request_of,
)
from tests.support.system import Sent, System, body

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

ANA = "ana@example.org"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PER_HOUR, PER_DAY = (limit.sends for limit in LIMITS["unverified"])
_numbers = count(1000)


def _file(system: System, email: str | None = ANA, language: str = "es", **contact: object) -> Notice:
    """File a request for another person with an address, and return its acknowledgement."""
    person = {"a_number": f"A{next(_numbers):09d}", "given_name": "Ana"}
    stated = {"email": email, "language": language, **contact}
    filed = system.file(body(subject=person, requester={"role": "self", "contact": stated}))
    request = system.read(Request, keys.request(filed["receipt"]))
    system.later(milliseconds=10)
    return system.read(Notice, keys.notice(request.case_id, f"acknowledgement-{request.receipt}"))


def _file_many(system: System, number: int, **contact: str) -> list[Notice]:
    """File requests with one address, and deliver all messages."""
    notices = [_file(system, **contact) for _ in range(number)]
    system.pump()
    return notices


def _states(system: System, notices: list[Notice]) -> Counter[str]:
    return Counter(reload(system, notice).state for notice in notices)


def _receipts(sent: list[Sent], notices: list[Notice]) -> list[str]:
    """Return the receipts in messages, in their order."""
    return [notice.receipt for one in sent for notice in notices if notice.receipt in one.body]


def _verify(system: System, notice: Notice) -> None:
    request = request_of(system, notice)
    system.notify.table.write(put_over(request.model_copy(update={"verified": True}), state="live"))


def _send_at(system: System, notice: Notice) -> datetime:
    found = reload(system, notice).send_at
    assert found is not None
    return found


def _counter(system: System, address: str = ANA) -> AddressSends:
    return system.read(AddressSends, keys.address_sends(system.notify.macs.address(address)))


def _update(system: System, notice: Notice, **contact: object) -> None:
    filed: Mapping[str, str] = {"receipt": notice.receipt, "access_code": system.intake.macs.code(notice.receipt)}
    assert system.on(filed, "POST", "/updates", {"contact": contact}).status == 202


def _bounce(system: System, notice: Notice) -> None:
    """Have SES report that a notice bounced."""
    tags = {"case": [notice.case_id], "notice": [notice.notice_id]}
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": ANA}]}
    system.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}})


def _wake(system: System, *notices: Notice) -> None:
    """Go on until notices are due, and deliver their messages in the given order."""
    system.time = max(system.time, *(_send_at(system, notice) for notice in notices))
    for notice in notices:
        assert process_message(system, notice) == []


def test_forty_filings_with_one_address_send_five_messages_and_after_an_hour_one_more(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notices = _file_many(system, 40)
    assert len(system.outbox()) == PER_HOUR
    assert _states(system, notices) == {"sent": PER_HOUR, "owed": 40 - PER_HOUR}
    waiting = [reload(system, notice) for notice in notices[PER_HOUR:]]
    assert all(notice.sends == 0 and notice.waits_since is not None for notice in waiting)
    assert metric_count(capsys, "Limited") == 40 - PER_HOUR
    opens = min(_send_at(system, notice) for notice in waiting)
    assert timedelta(minutes=59) < opens - notices[0].created_at <= HOUR + timedelta(seconds=1)
    system.time = opens - timedelta(seconds=1)
    for notice in waiting:
        process_message(system, notice)
    assert len(system.outbox()) == PER_HOUR
    system.settle(5)
    [*_, last] = system.outbox()
    assert len(system.outbox()) == PER_HOUR + 1
    assert _receipts([last], notices) == [notices[-1].receipt]
    assert texts("es").others.text in last.body
    assert _states(system, notices) == {"sent": PER_HOUR + 1, "coalesced": 40 - PER_HOUR - 1}
    assert metric_count(capsys, "Coalesced") == 40 - PER_HOUR - 1
    assert not any("telephone" in case.flags for case in system.cases)
    assert {event.kind for case in system.cases for event in system.history(case)} == {"filed", "ranked"}


def test_messages_within_the_limit_do_not_mention_others(system: System) -> None:
    _file_many(system, PER_HOUR)
    assert not any(texts("es").others.text in sent.body for sent in system.outbox())


def test_a_single_waiting_notice_stands_for_no_other(system: System) -> None:
    [*_, last] = _file_many(system, PER_HOUR + 1)
    _wake(system, last)
    [*_, sent] = system.outbox()
    assert last.receipt in sent.body
    assert texts("es").others.text not in sent.body


def test_a_new_notice_stands_for_those_that_wait(system: System) -> None:
    waiting = _file_many(system, PER_HOUR + 3)[PER_HOUR:]
    system.later(hours=1, minutes=1)
    newest = _file(system)
    assert process_message(system, newest) == []
    [*_, sent] = system.outbox()
    assert newest.receipt in sent.body
    assert texts("es").others.text in sent.body
    system.settle(3)
    assert _states(system, waiting) == {"coalesced": 3}
    assert len(system.outbox()) == PER_HOUR + 1


def test_twenty_messages_a_day_go_to_unverified_holders(system: System) -> None:
    start = system.time
    for _ in range(6):
        _file_many(system, PER_HOUR)
        system.later(hours=2)
        system.pump()
    assert len(system.outbox()) == PER_DAY
    last = _file(system)
    system.pump()
    assert reload(system, last).state == "owed"
    assert _send_at(system, last) - start >= DAY


def test_a_strangers_flood_does_not_delay_a_verified_holder(system: System) -> None:
    own = _file(system)
    _file_many(system, PER_DAY)
    _verify(system, own)
    for template in ("news", "information_asked"):
        news = add_pending_notice(system, own, template)
        assert process_message(system, news) == []
        assert reload(system, news).state == "sent"


def test_verified_holders_have_a_limit_of_their_own(system: System) -> None:
    notices = [_file(system) for _ in range(PER_DAY + 3)]
    for notice in notices:
        _verify(system, notice)
    system.pump()
    assert _states(system, notices) == {"sent": PER_DAY, "owed": 3}
    stranger = _file(system)
    assert process_message(system, stranger) == []
    assert reload(system, stranger).state == "sent"
    system.time = max(_send_at(system, notice) for notice in notices[PER_DAY:])
    system.settle(3)
    assert _states(system, notices) == {"sent": PER_DAY + 1, "coalesced": 2}


def test_a_notice_is_sent_at_once_if_its_holder_is_verified_while_it_waits(system: System) -> None:
    waiting = _file_many(system, PER_HOUR + 2)[PER_HOUR:]
    _verify(system, waiting[0])
    _wake(system, waiting[0])
    assert reload(system, waiting[0]).state == "sent"
    _wake(system, waiting[1])
    assert reload(system, waiting[1]).state == "sent"


def test_a_message_does_not_stand_for_notices_in_another_language(system: System) -> None:
    french, spanish = ([_file(system, language=language) for _ in range(PER_HOUR + 2)] for language in ("fr", "es"))
    system.pump()
    assert len(system.outbox()) == PER_HOUR
    system.later(hours=1, minutes=1)
    system.settle(5)
    by_language = Counter(sent.language for sent in system.outbox()[PER_HOUR:])
    assert by_language == {"fr": 1, "es": 1}
    assert not {"owed", "sending"} & set(_states(system, [*french, *spanish]))


def test_a_group_that_waits_is_not_overtaken_by_a_flood_in_another_language(system: System) -> None:
    _file_many(system, PER_HOUR)
    own = _file(system, language="ht")
    assert process_message(system, own) == []
    while reload(system, own).state == "owed":
        system.time = _send_at(system, own)
        _file_many(system, PER_HOUR)  # in Spanish, as soon as the limit allows another message
        process_message(system, own)
    assert system.time - own.created_at < HOUR + timedelta(minutes=1)
    assert reload(system, own).state == "sent"


def test_each_limit_counts_one_address_only(system: System) -> None:
    _file_many(system, PER_HOUR + 1)
    [other] = _file_many(system, 1, email="eva@example.org")
    assert reload(system, other).state == "sent"


def test_text_messages_are_limited_by_number(system: System) -> None:
    notices = [_file(system, email=None, phone="+1 202 555 0143") for _ in range(PER_HOUR + 2)]
    system.pump()
    assert [sent.channel for sent in system.outbox()] == ["sms"] * PER_HOUR
    system.later(hours=1, minutes=1)
    system.settle(3)
    [*_, last] = system.outbox()
    assert last.body.count(texts("es").others.sms) == 1
    assert _states(system, notices) == {"sent": PER_HOUR + 1, "coalesced": 1}


def test_mail_to_an_office_has_no_limit(system: System) -> None:
    system.notify = replace(system.notify, office_mail="duty-{office}@example.gov")
    case = system.case_of(system.file(body()))
    to_office = [
        Notice(
            case_id=case.case_id,
            notice_id=f"late-{number}",
            office="ATL",
            receipt="",
            template="target_passed",
            version=1,
            language="en",
            created_at=system.time,
            send_at=system.time,
        )
        for number in range(PER_DAY + 5)
    ]
    for notice in to_office:
        system.notify.table.put(notice)
        process_message(system, notice)
    assert _states(system, to_office) == {"sent": PER_DAY + 5}


# ---- the window


def test_the_window_does_not_run_while_a_notice_waits_for_the_limit(system: System) -> None:
    waiting = _file_many(system, PER_HOUR + 1)[-1]
    system.later(days=WINDOW.days + 1)
    assert process_message(system, waiting) == []
    assert reload(system, waiting).state == "sent"


def test_the_time_waited_is_added_to_the_window_of_later_attempts(system: System) -> None:
    waiting = _file_many(system, PER_HOUR + 1)[-1]
    since = reload(system, waiting).waits_since
    assert since is not None
    system.later(days=2)
    with _mail_refused(system, "TooManyRequestsException"):
        assert process_message(system, waiting) == []
    after = reload(system, waiting)
    assert (after.state, after.waits_since) == ("owed", None)
    assert after.send_at is not None
    assert timedelta(milliseconds=after.waited_ms) == after.send_at - since
    system.time = waiting.created_at + WINDOW + timedelta(days=1, hours=23)
    process_message(system, waiting)
    assert reload(system, waiting).state == "sent"


@contextmanager
def _mail_refused(system: System, code: str) -> Iterator[None]:
    """Have SES refuse every mail."""

    def refuse(*_: object, **__: object) -> NoReturn:
        raise refused(code, "SendEmail")

    working = system.notify.mail
    system.notify = replace(
        system.notify, mail=Mail(cast("Any", SimpleNamespace(send_email=refuse)), "a@example.gov", "mail")
    )
    yield
    system.notify = replace(system.notify, mail=working)


# ---- errors, and notices that change while they wait


def test_a_retry_after_an_error_is_not_counted_twice(system: System) -> None:
    notice = _file(system)
    for _ in range(PER_HOUR + 2):
        with _mail_refused(system, "TooManyRequestsException"):
            assert process_message(system, notice) == []
        system.time = min(_send_at(system, notice), system.time + timedelta(minutes=5))
        system.notify.table.put(reload(system, notice).evolve(send_at=system.time))
    assert len(_counter(system).unverified) == 1
    others = _file_many(system, PER_HOUR - 1)
    assert _states(system, others) == {"sent": PER_HOUR - 1}
    process_message(system, notice)
    assert reload(system, notice).state == "sent"
    assert len(_counter(system).unverified) == PER_HOUR


def test_waiting_notices_wait_for_the_retry_of_the_one_that_stands_for_them(system: System) -> None:
    *waiting, newest = _file_many(system, PER_HOUR + 4)[PER_HOUR:]
    with _mail_refused(system, "TooManyRequestsException"):
        _wake(system, waiting[0])
    retried = reload(system, newest)
    assert (retried.state, retried.sends) == ("owed", 0)
    assert _send_at(system, waiting[0]) == retried.send_at
    assert system.time <= _send_at(system, newest) <= system.time + LONGEST_TURN
    system.time = _send_at(system, newest)
    process_message(system, waiting[1])
    assert len(system.outbox()) == PER_HOUR + 1
    assert newest.receipt in system.outbox()[-1].body
    system.settle(5)
    assert _states(system, waiting) == {"coalesced": 3}


def test_a_notice_that_waits_for_the_retry_of_another_has_no_attempts_and_is_not_stuck(system: System) -> None:
    [first, _newest] = _file_many(system, PER_HOUR + 2)[PER_HOUR:]
    system.notify.table.put(reload(system, first).evolve(attempts=ATTEMPTS, stuck=True))
    with _mail_refused(system, "TooManyRequestsException"):
        _wake(system, first)
    after = reload(system, first)
    assert (after.state, after.attempts, after.stuck) == ("owed", 0, False)


def test_if_the_newest_cannot_be_sent_the_next_one_stands_for_the_others(system: System) -> None:
    first, second, newest = _file_many(system, PER_HOUR + 3)[PER_HOUR:]
    _update(system, newest, safe_to_contact=False)
    _wake(system, first, second, newest)
    assert [reload(system, notice).state for notice in (first, second, newest)] == [
        "sent",
        "coalesced",
        "undeliverable",
    ]
    assert reload(system, newest).why == "unsafe"
    assert len(system.outbox()) == PER_HOUR + 1
    assert texts("es").others.text in system.outbox()[-1].body


def test_a_damaged_newest_notice_does_not_keep_the_others_waiting(system: System) -> None:
    first, second, newest = _file_many(system, PER_HOUR + 3)[PER_HOUR:]
    system.tamper(keys.request(newest.receipt), sealed=b"damaged")
    system.time = max(_send_at(system, notice) for notice in (first, second, newest))
    for notice in (first, second):
        assert process_message(system, notice) == []
    assert process_message(system, newest) == [], "it waits until its contact can be opened"
    assert [reload(system, notice).state for notice in (first, second, newest)] == ["sent", "coalesced", "owed"]


def test_a_waiting_notice_follows_its_requester_to_a_new_address(system: System) -> None:
    first, newest = _file_many(system, PER_HOUR + 2)[PER_HOUR:]
    _update(system, newest, email="new@example.org")
    _wake(system, first, newest)
    assert [reload(system, notice).state for notice in (first, newest)] == ["sent", "sent"]
    assert sorted(sent.to for sent in system.outbox()[PER_HOUR:]) == [ANA, "new@example.org"]


def test_a_message_to_a_new_address_does_not_stand_for_a_notice_that_waited_elsewhere(system: System) -> None:
    moved = _file_many(system, PER_HOUR + 1)[-1]
    flood = _file_many(system, PER_HOUR + 3, email="new@example.org")
    system.later(hours=1)
    _wake(system, flood[-1])
    assert _counter(system, "new@example.org").groups["unverified.acknowledgement.es"].covers is not None
    _update(system, moved, email="new@example.org")
    process_message(system, moved)
    assert reload(system, moved).state == "sent"


def test_a_suppressed_address_ends_waiting_notices_and_asks_for_calls(system: System) -> None:
    *sent, waiting = _file_many(system, PER_HOUR + 1)
    _bounce(system, sent[0])
    _wake(system, waiting)
    assert (reload(system, waiting).state, reload(system, waiting).why) == ("undeliverable", "suppressed")
    system.pump()
    assert "telephone" in case_of(system, waiting).flags


def test_what_bounced_and_is_sent_again_is_not_covered_by_the_message_that_bounced(system: System) -> None:
    *_, newest = _file_many(system, PER_HOUR + 3)
    _wake(system, newest)
    assert texts("es").others.text in system.outbox()[-1].body
    _bounce(system, newest)
    system.later(minutes=10)
    lifted = lift_suppression(system.intake, request_of(system, newest), system.time)
    system.intake.table.write(*lifted.writes)
    again = reload(system, newest)
    assert (again.state, again.renewed_at) == ("owed", system.time)
    _file_many(system, PER_HOUR - 1)
    process_message(system, newest)
    assert reload(system, newest).waits_since is not None
    _wake(system, newest)
    assert reload(system, newest).state == "sent"
    assert newest.receipt in system.outbox()[-1].body


def test_duplicate_messages_of_waiting_notices_change_nothing(system: System) -> None:
    waiting = _file_many(system, PER_HOUR + 3)[PER_HOUR:]
    before = [reload(system, notice) for notice in waiting]
    for notice in waiting:
        process_message(system, notice)
    assert [reload(system, notice) for notice in waiting] == before
    system.time = max(_send_at(system, notice) for notice in waiting)
    for notice in [*waiting, *waiting]:
        process_message(system, notice)
    assert len(system.outbox()) == PER_HOUR + 1
    assert _states(system, waiting) == {"sent": 1, "coalesced": 2}


def test_the_counter_holds_no_address_and_expires(system: System) -> None:
    _file_many(system, PER_HOUR + 1)
    counter = _counter(system)
    assert len(counter.unverified) == PER_HOUR
    assert timedelta(days=1) < datetime.fromtimestamp(counter.expires_at, UTC) - system.time < timedelta(days=7)
    assert ANA not in str(system.items())
    marks = {reload(system, notice).waits_for for notice in system.notices}
    assert counter.address not in str(marks)


def test_the_counter_stays_small_whatever_is_filed(system: System) -> None:
    for language in LANGUAGES:
        _file_many(system, PER_DAY + 5, language=language)
    system.later(days=2)
    system.settle(3)
    counter = _counter(system)
    assert len(counter.unverified) <= PER_DAY
    assert len(counter.groups) <= len(LANGUAGES)
    assert size(to_item(counter)) < 8 * 1024


# ---- processes that die, and concurrent workers


@pytest.mark.moto
@pytest.mark.parametrize("sent", [False, True])
def test_nothing_is_lost_if_the_process_dies_that_sends_for_others(
    system: System,
    sent: bool,  # noqa: FBT001
) -> None:
    waiting = _file_many(system, PER_HOUR + 4)[PER_HOUR:]
    system.time = max(_send_at(system, notice) for notice in waiting)
    die = (performs_then_fails if sent else fails)(ProcessDiedError())
    with intercept("sesv2.SendEmail", die), pytest.raises(ProcessDiedError):
        process_message(system, waiting[0])
    assert reload(system, waiting[-1]).state == "sending"
    process_message(system, waiting[1])
    assert _send_at(system, waiting[1]) == system.time + LEASE
    system.settle(5)
    assert _states(system, waiting) == {"sent": 1, "coalesced": 3}
    assert len(system.outbox()) == PER_HOUR + 1 + sent


@pytest.mark.moto
def test_a_process_that_dies_after_its_result_leaves_the_others_to_their_own_messages(system: System) -> None:
    waiting = _file_many(system, PER_HOUR + 3)[PER_HOUR:]
    system.time = max(_send_at(system, notice) for notice in waiting)
    process_message(system, waiting[-1])
    for notice in waiting[:-1]:
        with intercept("dynamodb.TransactWriteItems", fails(ProcessDiedError())), pytest.raises(ProcessDiedError):
            process_message(system, notice)
    system.settle(5)
    assert _states(system, waiting) == {"sent": 1, "coalesced": 2}


@pytest.mark.moto
def test_two_workers_do_not_exceed_the_limit(system: System) -> None:
    """The second worker reads the same counter, and counts its message first."""
    _file_many(system, PER_HOUR - 1)
    one, other = _file(system), _file(system)
    second = once(lambda: process_message(system, other))
    with intercept("dynamodb.TransactWriteItems", performs_after(second)):
        assert process_message(system, one) == []
    assert [reload(system, notice).state for notice in (one, other)] == ["owed", "sent"]
    assert reload(system, one).waits_since is not None
    assert len(system.outbox()) == PER_HOUR


@pytest.mark.moto
def test_two_workers_send_one_message_for_all_that_wait(system: System) -> None:
    waiting = _file_many(system, PER_HOUR + 4)[PER_HOUR:]
    system.time = max(_send_at(system, notice) for notice in waiting)
    second = once(lambda: process_message(system, waiting[1]))
    with intercept("dynamodb.TransactWriteItems", performs_after(second)):
        assert process_message(system, waiting[0]) == []
    assert len(system.outbox()) == PER_HOUR + 1
    system.settle(3)
    assert _states(system, waiting) == {"sent": 1, "coalesced": 3}
    assert len(system.outbox()) == PER_HOUR + 1


@pytest.mark.moto
def test_a_message_is_redelivered_if_the_counter_changes_at_each_try(system: System) -> None:
    notice = _file(system)
    conflict = [{"Code": "None"}, {"Code": "TransactionConflict"}]
    refuse = refuses("TransactionCanceledException", CancellationReasons=conflict)
    with intercept("dynamodb.TransactWriteItems", refuse) as tries:
        assert process_message(system, notice) == [{"itemIdentifier": "m"}]
    assert len(tries) == CONTENTION_ATTEMPTS
    assert reload(system, notice) == notice


@pytest.mark.moto
def test_a_result_is_written_without_the_counter_if_that_changes_at_each_try(system: System) -> None:
    """Another message is then sent for those that wait; none is lost."""
    waiting = _file_many(system, PER_HOUR + 3)[PER_HOUR:]
    system.time = max(_send_at(system, notice) for notice in waiting)
    with intercept("dynamodb.TransactWriteItems", _refuse_counter_after_sending()):
        process_message(system, waiting[-1])
    assert reload(system, waiting[-1]).state == "sent"
    system.settle(3)
    assert _states(system, waiting) == {"sent": 2, "coalesced": 1}


def _refuse_counter_after_sending() -> Responder:
    """Let the lease pass, and refuse every later transaction that changes a counter."""
    passed: list[bool] = []
    conflict = refuses(
        "TransactionCanceledException", CancellationReasons=[{"Code": "None"}, {"Code": "TransactionConflict"}]
    )

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        if passed and "ADDRESS#" in str(request.body):
            return conflict(request, perform)
        passed.append(True)
        return perform()

    return act

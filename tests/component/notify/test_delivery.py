"""The states of a notice and its lease: sent once without faults, and never lost if a process dies."""

from __future__ import annotations

import pytest

from casereview.schema.notice_records import Notice
from casereview.schema.records import FirstLookClock
from casereview.store import keys
from notify.delivery import UNANSWERED
from notify.waiting import LEASE
from tests.support.aws_faults import (
    ProcessDiedError,
    Responder,
    fails,
    intercept,
    once,
    performs_after,
    performs_then_fails,
)
from tests.support.notices import (
    case_of,
    change_case,
    file_and_rank,
    metric_count,
    process_message,
    rank_case_of,
    reload,
    request_of,
    sent_for,
)
from tests.support.system import System


def _die_while_sending(shared: System, notice: Notice, act: Responder) -> None:
    """Have the sending process die, and wait until its lease has expired."""
    with intercept("sesv2.SendEmail", act), pytest.raises(ProcessDiedError):
        process_message(shared, notice)
    assert reload(shared, notice).state == "sending"
    shared.later(seconds=LEASE.total_seconds())


def test_a_sent_notice_has_no_due_work(shared: System, capsys: pytest.CaptureFixture[str]) -> None:
    notice = file_and_rank(shared)
    assert (notice.state, notice.send_at) == ("owed", notice.created_at)
    assert process_message(shared, notice) == []
    sent = reload(shared, notice)
    assert (sent.state, sent.sends, sent.unanswered, sent.why) == ("sent", 1, 0, None)
    assert sent.provider_id
    assert (sent.send_at, sent.lease_until) == (None, None)
    assert metric_count(capsys, "Sent") == 1
    key = keys.notice(notice.case_id, notice.notice_id)
    [item] = [item for item in shared.items() if (item["pk"]["S"], item["sk"]["S"]) == key]
    assert "due_at" not in item


def test_duplicate_messages_send_a_notice_once(shared: System) -> None:
    notice = file_and_rank(shared)
    for _ in range(3):
        assert process_message(shared, notice) == []
    assert len(sent_for(shared, notice)) == 1


@pytest.mark.moto
def test_the_lease_is_written_before_the_message_is_sent(shared: System) -> None:
    notice = file_and_rank(shared)
    seen = []
    with intercept("sesv2.SendEmail", performs_after(lambda: seen.append(reload(shared, notice)))):
        process_message(shared, notice)
    assert [(found.state, found.sends, found.lease_until) for found in seen] == [("sending", 1, shared.time + LEASE)]


@pytest.mark.moto
def test_no_other_process_sends_a_notice_during_a_lease(shared: System) -> None:
    notice = file_and_rank(shared)
    with intercept("sesv2.SendEmail", fails(ProcessDiedError())), pytest.raises(ProcessDiedError):
        process_message(shared, notice)
    shared.later(seconds=LEASE.total_seconds() - 1)
    assert process_message(shared, notice) == []
    assert sent_for(shared, notice) == []


@pytest.mark.moto
@pytest.mark.parametrize(
    ("act", "copies"),
    [(fails(ProcessDiedError()), 1), (performs_then_fails(ProcessDiedError()), 2)],
    ids=["before", "after"],
)
def test_a_notice_is_sent_again_after_the_lease_of_a_process_that_died(
    shared: System, capsys: pytest.CaptureFixture[str], act: Responder, copies: int
) -> None:
    notice = file_and_rank(shared)
    _die_while_sending(shared, notice, act)
    process_message(shared, notice)
    sent = reload(shared, notice)
    assert (sent.state, sent.sends, sent.unanswered) == ("sent", 2, 1)
    assert len(sent_for(shared, notice)) == copies
    assert metric_count(capsys, "SentAgain") == 1


@pytest.mark.moto
def test_the_sweep_recovers_a_notice_whose_process_died(shared: System) -> None:
    notice = file_and_rank(shared)
    shared.pump()
    other = file_and_rank(shared)
    with intercept("sesv2.SendEmail", fails(ProcessDiedError())), pytest.raises(ProcessDiedError):
        process_message(shared, other)
    shared.settle(5)
    assert [found.state for found in (reload(shared, notice), reload(shared, other))] == ["sent", "sent"]


@pytest.mark.moto
def test_a_notice_is_undeliverable_after_three_unanswered_attempts_and_requires_a_call(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = file_and_rank(shared)
    for _ in range(UNANSWERED):
        _die_while_sending(shared, notice, performs_then_fails(ProcessDiedError()))
    process_message(shared, notice)
    ended = reload(shared, notice)
    assert (ended.state, ended.why, ended.sends) == ("undeliverable", "unanswered", 3)
    assert len(sent_for(shared, notice)) == 3
    assert "telephone" in rank_case_of(shared, notice).flags
    event = next(event for event in shared.history(case_of(shared, notice)) if event.kind == "undeliverable")
    assert (event.actor, event.receipt) == ("system", notice.receipt)
    assert metric_count(capsys, "Undeliverable") == 1


@pytest.mark.moto
def test_a_process_that_dies_before_the_lease_is_not_counted_as_an_attempt(shared: System) -> None:
    """A notice that was never sent does not end as unanswered, however long KMS or the table are unavailable."""
    notice = file_and_rank(shared)
    for _ in range(UNANSWERED + 2):
        with intercept("kms.GenerateMac", fails(ProcessDiedError())), pytest.raises(ProcessDiedError):
            process_message(shared, notice)
        shared.later(minutes=30)
    assert reload(shared, notice) == notice
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"


@pytest.mark.moto
def test_only_one_of_two_concurrent_workers_sends_a_notice(shared: System) -> None:
    """The second worker also reads the notice as pending, and takes the lease first."""
    notice = file_and_rank(shared)
    failures: list[object] = []
    other_worker = once(lambda: failures.append(process_message(shared, notice)))
    with intercept("dynamodb.TransactWriteItems", performs_after(other_worker)):
        assert process_message(shared, notice) == []
    assert failures == [[]]
    assert len(sent_for(shared, notice)) == 1
    assert reload(shared, notice).sends == 1


@pytest.mark.moto
def test_a_worker_that_lost_its_lease_does_not_write_its_result(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = file_and_rank(shared)

    def other_worker() -> None:
        shared.later(seconds=LEASE.total_seconds())
        process_message(shared, notice)

    with intercept("sesv2.SendEmail", performs_after(once(other_worker))):
        process_message(shared, notice)
    sent = reload(shared, notice)
    assert (sent.state, sent.sends, sent.unanswered) == ("sent", 2, 1)
    assert metric_count(capsys, "LeaseLost") == 1


def test_a_message_of_an_unknown_notice_is_deleted(shared: System) -> None:
    notice = file_and_rank(shared)
    assert process_message(shared, notice.evolve(notice_id="none")) == []
    assert process_message(shared, notice.evolve(case_id="none")) == []
    assert sent_for(shared, notice) == []


def test_a_notice_whose_request_does_not_exist_is_undeliverable(shared: System) -> None:
    notice = file_and_rank(shared)
    key = keys.request(notice.receipt)
    shared.cloud.remove(key)
    assert process_message(shared, notice) == []
    assert (reload(shared, notice).state, reload(shared, notice).why) == ("undeliverable", "no_channel")
    assert sent_for(shared, notice) == []


def test_an_acknowledgement_is_sent_without_reading_the_case(shared: System) -> None:
    notice = file_and_rank(shared)
    key = keys.case(notice.case_id)
    shared.cloud.remove(key)
    assert process_message(shared, notice) == []
    assert reload(shared, notice).state == "sent"
    assert len(sent_for(shared, notice)) == 1


@pytest.mark.moto
def test_a_concurrent_change_of_the_case_is_retried(shared: System) -> None:
    notice = file_and_rank(shared)
    shared.later(days=4)
    change = once(lambda: change_case(shared, notice, first_look=FirstLookClock(looked_at=shared.time)))
    with intercept("dynamodb.TransactWriteItems", performs_after(change)):
        assert process_message(shared, notice) == []
    assert reload(shared, notice).state == "undeliverable"
    assert case_of(shared, notice).first_look.looked_at == shared.time


@pytest.mark.moto
def test_a_case_that_is_closed_concurrently_is_not_flagged(shared: System) -> None:
    notice = file_and_rank(shared)
    shared.later(days=4)
    close = once(lambda: change_case(shared, notice, status="withdrawn", rank_at=None, first_look=FirstLookClock()))
    with intercept("dynamodb.TransactWriteItems", performs_after(close)):
        assert process_message(shared, notice) == []
    assert reload(shared, notice).state == "undeliverable"
    assert case_of(shared, notice).rank_at is None


@pytest.mark.moto
def test_a_message_is_redelivered_if_its_case_changes_at_each_try(shared: System) -> None:
    notice = file_and_rank(shared)
    shared.later(days=4)
    values = iter(range(1, 100))
    changing: list[bool] = []

    def change_concurrently() -> None:
        if not changing:  # the change is itself such a request
            changing.append(True)
            change_case(shared, notice, first_look=FirstLookClock(stopped_ms=next(values)))
            changing.clear()

    with intercept("dynamodb.TransactWriteItems", performs_after(change_concurrently)):
        assert process_message(shared, notice) == [{"itemIdentifier": "m"}]
    assert reload(shared, notice).state == "owed"


def test_only_the_malformed_message_of_a_batch_is_redelivered(shared: System) -> None:
    notice = file_and_rank(shared)
    assert process_message(shared, notice.evolve(case_id="x" * 65)) == [{"itemIdentifier": "m"}]


def test_a_withdrawn_request_is_acknowledged(shared: System) -> None:
    notice = file_and_rank(shared)
    change_case(shared, notice, status="withdrawn", rank_at=None)
    process_message(shared, notice)
    assert reload(shared, notice).state == "sent"
    assert request_of(shared, notice).received_at == notice.created_at


def test_the_address_is_stored_only_in_sealed_form(shared: System) -> None:
    notice = file_and_rank(shared)
    process_message(shared, notice)
    [sent] = sent_for(shared, notice)
    assert sent.to not in str(shared.items())

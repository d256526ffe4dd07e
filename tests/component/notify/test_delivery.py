"""The states of a notice and its lease: sent once where all is well, and never lost where the process is not."""

from __future__ import annotations

import pytest

from casereview.schema.records import FirstLookClock, Notice
from casereview.store import keys
from notify.delivery import LEASE, UNANSWERED
from tests.support.aws_faults import Act, DiedError, edge, fails, once, performs_after, performs_then_fails
from tests.support.notices import (
    again,
    case_of,
    change_case,
    counted,
    deliver,
    filed_quietly,
    rank,
    request_of,
    sent_for,
)
from tests.support.system import System


def _dies(shared: System, notice: Notice, act: Act) -> None:
    """Let the sending process die, and the lease that it leaves end."""
    with edge("sesv2.SendEmail", act), pytest.raises(DiedError):
        deliver(shared, notice)
    assert again(shared, notice).state == "sending"
    shared.later(seconds=LEASE.total_seconds())


def test_a_notice_is_sent_once_and_owes_nothing_more(shared: System, capsys: pytest.CaptureFixture[str]) -> None:
    notice = filed_quietly(shared)
    assert (notice.state, notice.send_at) == ("owed", notice.created_at)
    assert deliver(shared, notice) == []
    sent = again(shared, notice)
    assert (sent.state, sent.sends, sent.unanswered, sent.why) == ("sent", 1, 0, None)
    assert sent.provider_id
    assert (sent.send_at, sent.lease_until) == (None, None)
    assert counted(capsys, "Sent") == 1
    key = keys.notice(notice.case_id, notice.notice_id)
    [item] = [item for item in shared.items() if (item["pk"]["S"], item["sk"]["S"]) == key]
    assert "due_at" not in item


def test_duplicates_of_the_message_send_nothing_more(shared: System) -> None:
    notice = filed_quietly(shared)
    for _ in range(3):
        assert deliver(shared, notice) == []
    assert len(sent_for(shared, notice)) == 1


@pytest.mark.moto
def test_the_row_says_sending_before_the_message_goes(shared: System) -> None:
    notice = filed_quietly(shared)
    seen = []
    with edge("sesv2.SendEmail", performs_after(lambda: seen.append(again(shared, notice)))):
        deliver(shared, notice)
    assert [(found.state, found.sends, found.lease_until) for found in seen] == [("sending", 1, shared.time + LEASE)]


@pytest.mark.moto
def test_while_a_lease_runs_nobody_else_sends(shared: System) -> None:
    notice = filed_quietly(shared)
    with edge("sesv2.SendEmail", fails(DiedError())), pytest.raises(DiedError):
        deliver(shared, notice)
    shared.later(seconds=LEASE.total_seconds() - 1)
    assert deliver(shared, notice) == []
    assert sent_for(shared, notice) == []


@pytest.mark.moto
@pytest.mark.parametrize(
    ("act", "copies"), [(fails(DiedError()), 1), (performs_then_fails(DiedError()), 2)], ids=["before", "after"]
)
def test_a_process_that_dies_at_the_send_is_made_good_after_its_lease(
    shared: System, capsys: pytest.CaptureFixture[str], act: Act, copies: int
) -> None:
    notice = filed_quietly(shared)
    _dies(shared, notice, act)
    deliver(shared, notice)
    sent = again(shared, notice)
    assert (sent.state, sent.sends, sent.unanswered) == ("sent", 2, 1)
    assert len(sent_for(shared, notice)) == copies
    assert counted(capsys, "SentAgain") == 1


@pytest.mark.moto
def test_a_process_that_died_is_made_good_by_the_sweep_alone(shared: System) -> None:
    notice = filed_quietly(shared)
    shared.pump()
    other = filed_quietly(shared)
    with edge("sesv2.SendEmail", fails(DiedError())), pytest.raises(DiedError):
        deliver(shared, other)
    shared.settle(5)
    assert [found.state for found in (again(shared, notice), again(shared, other))] == ["sent", "sent"]


@pytest.mark.moto
def test_three_deaths_end_it_and_the_office_is_told_to_telephone(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = filed_quietly(shared)
    for _ in range(UNANSWERED):
        _dies(shared, notice, performs_then_fails(DiedError()))
    deliver(shared, notice)
    ended = again(shared, notice)
    assert (ended.state, ended.why, ended.sends) == ("undeliverable", "unanswered", 3)
    assert len(sent_for(shared, notice)) == 3
    assert "telephone" in rank(shared, notice).flags
    event = next(event for event in shared.history(case_of(shared, notice)) if event.kind == "undeliverable")
    assert (event.actor, event.receipt) == ("system", notice.receipt)
    assert counted(capsys, "Undeliverable") == 1


@pytest.mark.moto
def test_a_death_before_the_lease_counts_as_nothing_sent(shared: System) -> None:
    """However long keys or table are down: what was never sent is not called unanswered."""
    notice = filed_quietly(shared)
    for _ in range(UNANSWERED + 2):
        with edge("kms.GenerateMac", fails(DiedError())), pytest.raises(DiedError):
            deliver(shared, notice)
        shared.later(minutes=30)
    assert again(shared, notice) == notice
    deliver(shared, notice)
    assert again(shared, notice).state == "sent"


@pytest.mark.moto
def test_of_two_workers_on_one_notice_one_sends(shared: System) -> None:
    """The second reads the notice as owed too, and gets the lease first."""
    notice = filed_quietly(shared)
    others: list[object] = []
    other_worker = once(lambda: others.append(deliver(shared, notice)))
    with edge("dynamodb.TransactWriteItems", performs_after(other_worker)):
        assert deliver(shared, notice) == []
    assert others == [[]]
    assert len(sent_for(shared, notice)) == 1
    assert again(shared, notice).sends == 1


@pytest.mark.moto
def test_a_worker_that_lost_its_lease_leaves_the_notice_to_the_new_holder(
    shared: System, capsys: pytest.CaptureFixture[str]
) -> None:
    notice = filed_quietly(shared)

    def other_worker() -> None:
        shared.later(seconds=LEASE.total_seconds())
        deliver(shared, notice)

    with edge("sesv2.SendEmail", performs_after(once(other_worker))):
        deliver(shared, notice)
    sent = again(shared, notice)
    assert (sent.state, sent.sends, sent.unanswered) == ("sent", 2, 1)
    assert counted(capsys, "LeaseLost") == 1


def test_a_message_about_no_notice_is_done_with(shared: System) -> None:
    notice = filed_quietly(shared)
    assert deliver(shared, notice.evolve(notice_id="none")) == []
    assert deliver(shared, notice.evolve(case_id="none")) == []
    assert sent_for(shared, notice) == []


def test_a_notice_whose_request_is_gone_ends(shared: System) -> None:
    notice = filed_quietly(shared)
    key = keys.request(notice.receipt)
    shared.cloud.remove(key)
    assert deliver(shared, notice) == []
    assert (again(shared, notice).state, again(shared, notice).why) == ("undeliverable", "no_channel")
    assert sent_for(shared, notice) == []


def test_an_acknowledgement_does_not_ask_about_the_case(shared: System) -> None:
    notice = filed_quietly(shared)
    key = keys.case(notice.case_id)
    shared.cloud.remove(key)
    assert deliver(shared, notice) == []
    assert again(shared, notice).state == "sent"
    assert len(sent_for(shared, notice)) == 1


@pytest.mark.moto
def test_a_case_that_moves_while_it_is_flagged_is_read_again(shared: System) -> None:
    notice = filed_quietly(shared)
    shared.later(days=4)
    move = once(lambda: change_case(shared, notice, first_look=FirstLookClock(looked_at=shared.time)))
    with edge("dynamodb.TransactWriteItems", performs_after(move)):
        assert deliver(shared, notice) == []
    assert again(shared, notice).state == "undeliverable"
    assert case_of(shared, notice).first_look.looked_at == shared.time


@pytest.mark.moto
def test_a_case_that_closes_while_it_is_flagged_is_left_closed(shared: System) -> None:
    notice = filed_quietly(shared)
    shared.later(days=4)
    close = once(lambda: change_case(shared, notice, status="withdrawn", rank_at=None, first_look=FirstLookClock()))
    with edge("dynamodb.TransactWriteItems", performs_after(close)):
        assert deliver(shared, notice) == []
    assert again(shared, notice).state == "undeliverable"
    assert case_of(shared, notice).rank_at is None


@pytest.mark.moto
def test_a_case_that_never_stops_moving_brings_the_message_back(shared: System) -> None:
    notice = filed_quietly(shared)
    shared.later(days=4)
    others = iter(range(1, 100))
    depth: list[int] = []

    def move() -> None:
        if not depth:
            depth.append(1)
            change_case(shared, notice, first_look=FirstLookClock(stopped_ms=next(others)))
            depth.clear()

    with edge("dynamodb.TransactWriteItems", performs_after(move)):
        assert deliver(shared, notice) == [{"itemIdentifier": "m"}]
    assert again(shared, notice).state == "owed"


def test_poison_comes_back_alone(shared: System) -> None:
    notice = filed_quietly(shared)
    assert deliver(shared, notice.evolve(case_id="x" * 65)) == [{"itemIdentifier": "m"}]


def test_a_withdrawn_request_is_still_acknowledged(shared: System) -> None:
    notice = filed_quietly(shared)
    change_case(shared, notice, status="withdrawn", rank_at=None)
    deliver(shared, notice)
    assert again(shared, notice).state == "sent"
    assert request_of(shared, notice).received_at == notice.created_at


def test_nothing_says_the_address_but_what_is_sealed(shared: System) -> None:
    notice = filed_quietly(shared)
    deliver(shared, notice)
    [sent] = sent_for(shared, notice)
    assert sent.to not in str(shared.items())

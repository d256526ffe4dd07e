"""The sweep: no pending work is lost, failing items do not delay others, and idle cases cost nothing."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from casereview.cases.due import ATTEMPTS, NOTICE_SHARDS, SHARDS
from casereview.schema.messages import NoticeMessage
from casereview.store import keys
from casereview.store.due_index import DueIndex, DueItem
from prioritize.app import FailedError
from prioritize.sweep import PER_SHARD, TIME_LIMIT
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.contention import contention
from tests.support.memory.aws import refused
from tests.support.memory.recording import record_memory_calls
from tests.support.system import System, body


def _lose_messages(system: System) -> None:
    for url in system.queues.values():
        while messages := system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                system.sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])


def test_a_removal_becomes_imminent_72_hours_before_its_date(system: System) -> None:
    filed = system.file(body(facts={"removal_at": (system.time + timedelta(days=4)).isoformat()}))
    system.pump()
    system.later(hours=23, minutes=55)
    system.settle(4)
    assert system.case_of(filed).lane == "detained"
    system.settle(3)
    case = system.case_of(filed)
    assert case.lane == "imminent_removal"
    assert case.first_look.lane_since == case.filed_at + timedelta(hours=24)
    assert case.target_at == case.filed_at + timedelta(hours=28)


def test_a_case_whose_removal_date_has_passed_keeps_its_lane_and_is_flagged(system: System) -> None:
    filed = system.file(body(facts={"removal_at": (system.time + timedelta(hours=2)).isoformat()}))
    system.pump()
    system.later(hours=2)
    system.settle(3)
    case = system.case_of(filed)
    assert case.lane == "imminent_removal"
    assert "removal_date_passed" in case.flags


def test_the_sweep_sends_lost_messages_again(system: System) -> None:
    filed = system.file(body())
    _lose_messages(system)
    system.pump()
    assert system.look_up(filed)["status"] == "received"
    system.settle(3)
    assert system.case_of(filed).status == "in_line"
    assert len(system.outbox()) == 1


def test_the_sweep_ignores_work_that_has_been_due_for_less_than_a_minute(system: System) -> None:
    system.file(body())
    system.later(seconds=59)
    assert system.sweep()["asked"] == 0
    system.later(seconds=1)
    assert system.sweep()["asked"] == 2


def test_the_sweep_sends_messages_of_pending_work_with_a_backoff(system: System) -> None:
    system.file(body())
    asked = []
    for _ in range(16):
        system.later(minutes=1)
        asked.append(system.sweep()["asked"])
        _lose_messages(system)
    assert asked == [2, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]


def _corrupt(system: System, filed: dict[str, str]) -> None:
    """Corrupt the item of a case, so that every ranking of it fails."""
    system.tamper(keys.case(system.case_of(filed).case_id), filed_at="never")


def _settle_until_stuck(system: System) -> bool:
    for _ in range(120):
        system.later(minutes=10)
        if system.sweep()["stuck"]:
            return True
        system.pump()
    return False


def test_a_case_that_always_fails_becomes_stuck_and_does_not_delay_others(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    bad, good = system.file(body()), system.file(body(subject={"a_number": "A000-000-012"}))
    case_id = system.case_of(bad).case_id
    _corrupt(system, bad)
    system.pump()
    assert system.case_of(good).status == "in_line"
    assert _settle_until_stuck(system)
    item = next(item for item in system.items() if item["pk"]["S"] == f"CASE#{case_id}" and item["sk"]["S"] == "CASE")
    assert (item["stuck"]["BOOL"], item["attempts"]["N"]) == (True, str(ATTEMPTS))
    assert item["due_shard"]["S"] == "stuck"
    assert '"Stuck":[1.0]' in capsys.readouterr().out


def test_redrive_makes_a_stuck_case_due_again(system: System) -> None:
    filed = system.file(body())
    case = system.case_of(filed)
    _corrupt(system, filed)
    assert _settle_until_stuck(system)
    system.tamper(keys.case(case.case_id), filed_at="2026-11-24T15:00:00.000Z")
    _lose_messages(system)
    assert system.duty("redrive") == {"redriven": 1, "failed": 0}
    system.pump()
    mended = system.case_of(filed)
    assert (mended.status, mended.stuck, mended.attempts) == ("in_line", False, 0)
    assert system.duty("redrive") == {"redriven": 0, "failed": 0}


def _tries(system: System) -> set[tuple[int, bool]]:
    """Return how often the work of each case and notice was requested, and whether it is stuck."""
    cases = {(case.attempts, case.stuck) for case in system.cases}
    return cases | {(notice.attempts, notice.stuck) for notice in system.notices}


def _deliver_late_messages(system: System) -> None:
    for case in system.cases:
        system.intake.hint_rank(case)
    for notice in system.notices:
        message = NoticeMessage(case_id=notice.case_id, notice_id=notice.notice_id)
        system.prioritize.notice_queue.send(message, notice.office)
    system.pump()


@pytest.mark.parametrize(("sweeps", "tries"), [(2, (2, False)), (ATTEMPTS, (ATTEMPTS, False)), (9, (ATTEMPTS, True))])
def test_work_that_is_done_at_last_has_no_attempts_and_is_not_stuck(
    system: System, sweeps: int, tries: tuple[int, bool]
) -> None:
    system.file(body())
    for _ in range(sweeps):
        system.later(hours=5)
        system.sweep()
        _lose_messages(system)
    assert _tries(system) == {tries}
    _deliver_late_messages(system)
    assert {case.status for case in system.cases} == {"in_line"}
    assert {notice.state for notice in system.notices} == {"sent"}
    assert _tries(system) == {(0, False)}


def test_the_calls_of_an_idle_sweep_do_not_depend_on_the_number_of_cases(system: System) -> None:
    system.sweep()
    with record_memory_calls() as empty:
        system.sweep()
    for number in range(30):
        system.file(body(subject={"a_number": f"A0000001{number:02d}"}))
    system.pump()
    with record_memory_calls() as full:
        system.sweep()
    actions = [call.action for call in full]
    assert [call.action for call in empty] == actions
    assert 0 < actions.count("dynamodb:Query") <= SHARDS + 1


def test_a_sweep_handles_a_limited_number_of_items_per_shard(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    assert PER_SHARD >= 100
    monkeypatch.setattr("prioritize.sweep.PER_SHARD", 1)
    for number in range(20):
        system.file(body(subject={"a_number": f"A0000001{number:02d}"}))
    _lose_messages(system)
    system.later(minutes=2)
    assert 0 < system.sweep()["asked"] <= SHARDS


def test_only_one_of_two_concurrent_sweeps_postpones_an_item(system: System) -> None:
    system.file(body())
    system.later(minutes=2)
    table = system.prioritize.table
    seen = [
        (shard, due)
        for shard in [f"{n:02d}" for n in range(SHARDS)]
        for due in table.due_index.due(shard, system.time, 10)
    ]
    assert len(seen) == 2
    for shard, due in seen:
        later = system.time + timedelta(minutes=2)
        won = [table.due_index.postpone(due, shard, later, attempts=1, stuck=False) for _ in range(2)]
        assert won == [True, False]


def test_a_case_that_is_up_to_date_writes_nothing(system: System) -> None:
    filed = system.file(body())
    system.pump()
    before = system.items()
    message = json.dumps({"schema": 1, "case_id": system.case_of(filed).case_id})
    for _ in range(3):
        system.sqs.send_message(QueueUrl=system.queues["rank"], MessageBody=message)
    system.pump()
    assert system.items() == before


def test_a_message_of_an_unknown_case_is_deleted(system: System) -> None:
    system.sqs.send_message(QueueUrl=system.queues["rank"], MessageBody='{"schema": 1, "case_id": "NONE"}')
    system.pump()
    attributes = system.sqs.get_queue_attributes(QueueUrl=system.queues["rank"], AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "0"


def test_only_the_malformed_message_of_a_batch_is_redelivered(system: System) -> None:
    filed = system.file(body())
    system.sqs.send_message(QueueUrl=system.queues["rank"], MessageBody="poison")
    system.pump()
    assert system.case_of(filed).status == "in_line"
    attributes = system.sqs.get_queue_attributes(QueueUrl=system.queues["rank"], AttributeNames=["All"])["Attributes"]
    assert attributes["ApproximateNumberOfMessagesNotVisible"] == "1"


def test_a_missed_target_is_reported_once(system: System, capsys: pytest.CaptureFixture[str]) -> None:
    filed = system.file(body(facts={"claims_us_citizenship": True}))
    system.pump()
    system.later(hours=4)
    system.settle(5)
    assert system.case_of(filed).missed
    reports = [line for line in capsys.readouterr().out.splitlines() if "TargetMissed" in line]
    assert len(reports) == 1
    assert '"office":"ATL"' in reports[0]


@pytest.mark.moto
def test_a_sweep_that_reaches_its_time_limit_continues_in_the_next_tick(system: System) -> None:
    for number in range(1, 11):
        contact = {"email": f"ana{number}@example.org", "language": "es"}
        system.file(body(subject={"a_number": f"A{number:09d}"}, requester={"contact": contact}))
    _lose_messages(system)

    def send_slowly(call: Call, make: MakeCall) -> Any:  # noqa: ANN401  # the response of AWS
        if call.operation == "SendMessage":
            system.later(seconds=1)
        return make(call.operation, call.parameters)

    found = []
    with intercept_calls(send_slowly):
        for _ in range(2):
            system.later(minutes=1)
            found.append(system.sweep()["asked"])
    most = TIME_LIMIT // timedelta(seconds=1) + 1
    assert found == [most, 20 - most]
    system.pump()
    assert {case.status for case in system.cases} == {"in_line"}
    assert {notice.state for notice in system.notices} == {"sent"}


@pytest.mark.moto
def test_each_sweep_starts_with_another_shard(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    due = DueIndex.due

    def noted(index: DueIndex, shard: str, until: datetime, limit: int) -> list[DueItem]:
        asked.append(shard)
        return due(index, shard, until, limit)

    monkeypatch.setattr(DueIndex, "due", noted)
    first = []
    for _ in range(SHARDS):
        system.later(minutes=1)
        asked.clear()
        system.sweep()
        assert len(asked) == len(set(asked)) == SHARDS
        first.append(asked[0])
    assert len(set(first)) == SHARDS - NOTICE_SHARDS


def _due_people(system: System, number: int = 4) -> None:
    for one in range(number):
        contact = {"email": f"ana{one}@example.org", "language": "es"}
        system.file(body(subject={"a_number": f"A0000001{one:02d}"}, requester={"contact": contact}))
    _lose_messages(system)
    system.later(minutes=2)


@pytest.mark.parametrize("code", ["TransactionConflict", "ThrottlingError"])
def test_an_item_that_meets_contention_once_is_swept_in_the_same_tick(system: System, code: str) -> None:
    _due_people(system)
    with contention(code, times=3, of=lambda key: key.sk == "CASE"):
        found = system.sweep()
    assert (found["asked"], found["failed"]) == (8, 0)


def test_an_item_that_meets_contention_all_along_is_counted_and_keeps_no_other_from_being_swept(
    system: System, capsys: pytest.CaptureFixture[str]
) -> None:
    _due_people(system)
    blocked = keys.case(system.cases[0].case_id)
    with contention(times=1000, of=lambda key: key == blocked):
        found = system.sweep()
    assert (found["asked"], found["failed"], found["unsent"]) == (7, 1, 0)
    assert '"NotSwept":[1.0]' in capsys.readouterr().out
    system.later(minutes=1)
    assert system.sweep()["asked"] == 1


def test_a_shard_that_cannot_be_read_keeps_no_other_from_being_swept(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    _due_people(system, 12)
    due = DueIndex.due
    throttled = {"03"}

    def read(index: DueIndex, shard: str, until: datetime, limit: int) -> list[DueItem]:
        if shard in throttled:
            raise refused("ThrottlingException", "Query")
        return due(index, shard, until, limit)

    monkeypatch.setattr(DueIndex, "due", read)
    first = system.sweep()
    assert first["failed"] == 1
    assert 0 < first["asked"] < 24
    throttled.clear()
    assert first["asked"] + system.sweep()["asked"] == 24


def test_the_switch_is_walked_in_a_tick_whose_sweep_fails(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    _due_people(system)
    walked: list[bool] = []

    def sweep(_services: object) -> dict[str, int]:
        raise refused("ThrottlingException", "Query")

    def switch(_services: object) -> dict[str, int]:
        walked.append(True)
        return {"switched": 0, "refused": 0}

    monkeypatch.setattr("prioritize.app.sweep", sweep)
    monkeypatch.setattr("prioritize.app.switch", switch)
    with pytest.raises(FailedError):
        system.sweep()
    assert walked == [True]


@pytest.mark.parametrize("changed", [{"office": 7}, {"office": None}, {"attempts": "many"}])
def test_an_entry_of_the_due_index_that_cannot_be_read_whole_is_swept(
    system: System, changed: dict[str, object]
) -> None:
    _due_people(system)
    system.tamper(keys.case(system.cases[0].case_id), **changed)
    assert system.sweep()["asked"] == 8


def test_a_stuck_item_that_meets_contention_keeps_no_other_from_being_redriven(system: System) -> None:
    _due_people(system, 1)
    for _ in range(9):
        system.later(hours=5)
        system.sweep()
        _lose_messages(system)
    with contention(times=1000, of=lambda key: key.sk == "CASE"):
        assert system.duty("redrive") == {"redriven": 1, "failed": 1}
    system.sqs.delete_queue(QueueUrl=system.queues["rank"])
    assert system.duty("redrive") == {"redriven": 1, "failed": 0}
    system.sqs.create_queue(QueueName="rank")
    system.later(minutes=2)
    assert system.sweep()["asked"] == 2

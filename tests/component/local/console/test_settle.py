"""`POST /_local/tick {"settle": true}` returns when nothing is due and nothing runs."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.support.local.local_run import LocalRun, eventually

QUEUE = "case-review-work"


def settle(run: LocalRun, **settings: object) -> None:
    answer = run.post("tick", settle=True, **settings)
    assert (answer.status, answer.json) == (200, {"fired": 1}), answer.body


def test_messages_and_those_that_they_cause_are_handled(run: LocalRun) -> None:
    for number in range(20):
        run.send(f"chain-{number}-5")
        settle(run)
        assert f"done-chain-{number}-0" in run.notes()


def test_every_schedule_is_fired(run: LocalRun) -> None:
    client = run.client("dynamodb")
    client.delete_item(TableName="case-review-Table", Key={"pk": {"S": "swept"}})
    client.close()
    settle(run)
    assert "swept" in run.notes()


def test_a_full_queue_is_emptied(run: LocalRun) -> None:
    names = [f"full-{number}" for number in range(100)]
    for start in range(0, len(names), 10):
        run.send(*names[start : start + 10])
    settle(run)
    assert {f"done-{name}" for name in names} <= run.notes()


def test_an_invocation_that_runs_is_waited_for(run: LocalRun) -> None:
    with ThreadPoolExecutor(1) as client:
        slow = client.submit(run.do, "sleep", seconds=1.5)
        time.sleep(0.5)
        settle(run)
        assert slow.done() or slow.result(timeout=0.2).status == 200


def test_delayed_messages_are_not_waited_for(run: LocalRun) -> None:
    run.send("delayed-1", delay=6)
    settle(run)
    assert "done-delayed-1" not in run.notes()
    eventually(lambda: "done-delayed-1" in run.notes())


def test_failed_messages_that_are_not_due_and_dead_letters_are_not_waited_for(run: LocalRun) -> None:
    before = run.queues()[f"{QUEUE}-dlq"]["visible"]
    run.send("fail-settle")
    started = time.monotonic()
    settle(run)
    assert time.monotonic() - started < 1.9  # the queue's visibility timeout is 2 seconds
    eventually(lambda: run.queues()[f"{QUEUE}-dlq"]["visible"] == before + 1)
    settle(run)


def test_what_does_not_settle_in_time_is_a_clear_error(run: LocalRun) -> None:
    run.send("chain-long-1000")
    answer = run.post("tick", settle=True, timeout_seconds=0.2)
    assert (answer.status, answer.headers["Content-Type"]) == (504, "application/problem+json")
    assert answer.json["title"].startswith("Not settled within 0.2 seconds: ")
    settle(run)
    assert "done-chain-long-0" in run.notes()


@pytest.mark.parametrize(
    "wish",
    [{"settle": "yes"}, {"settle": 1}, *({"settle": True, "timeout_seconds": bad} for bad in (0, -1, 1e9, "1", True))],
)
def test_a_wish_that_makes_no_sense_is_refused(run: LocalRun, wish: dict[str, object]) -> None:
    assert run.post("tick", **wish).status == 422

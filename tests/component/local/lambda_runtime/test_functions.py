from __future__ import annotations

import json

from tests.support.local.local_run import LocalRun, eventually


def test_only_failed_messages_of_a_batch_are_retried_and_reach_the_dead_letter_queue(run: LocalRun) -> None:
    before = run.queues()["case-review-work-dlq"]["visible"]
    run.send("good-1", "fail-1", "good-2")
    eventually(lambda: run.queues()["case-review-work-dlq"]["visible"] == before + 1)
    assert {"done-good-1", "done-good-2"} <= run.notes()
    assert run.queues()["case-review-work"] == {"visible": 0, "in_flight": 0}


def test_a_function_runs_sixteen_times_in_a_chain_of_messages_and_the_next_one_is_stopped(run: LocalRun) -> None:
    before = run.queues()["case-review-loop-dlq"]["visible"]
    run.send("chain-whole-15", queue="loop")
    eventually(lambda: "done-chain-whole-0" in run.notes())
    run.send("chain-stopped-16", queue="loop")
    eventually(lambda: run.queues()["case-review-loop-dlq"]["visible"] == before + 1)
    assert "done-chain-stopped-0" not in run.notes()


def test_killing_a_handler_loses_no_message(run: LocalRun) -> None:
    run.send("die-once-1")
    eventually(lambda: "done-die-once-1" in run.notes())


def test_a_message_that_times_out_reaches_the_dead_letter_queue(run: LocalRun) -> None:
    before = run.queues()["case-review-work-dlq"]["visible"]
    run.send("hang")
    eventually(lambda: run.queues()["case-review-work-dlq"]["visible"] == before + 1)


def test_a_killed_function_is_restarted(run: LocalRun) -> None:
    assert run.do("nothing").status == 200
    assert run.ask("POST", "/_local/kill", json.dumps({"function": "Echo"}).encode()).json["killed"] > 0
    assert run.do("nothing").status == 200


def test_a_tick_fires_all_schedules_and_waits_for_them(run: LocalRun) -> None:
    assert run.ask("POST", "/_local/tick").json == {"fired": 1}
    assert "swept" in run.notes()

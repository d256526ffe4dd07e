"""Malformed messages: each one fails alone, the rest of its batch is processed, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

import notify.app
import prioritize.app
import prioritize.services
from casereview.runtime.sqs_batch import SqsRecord
from tests.support.fuzz.messages import BODIES, prove_duties, prove_messages
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import System


@pytest.mark.proof(7)
@pytest.mark.parametrize("queue", BODIES)
def test_a_malformed_message_fails_alone_and_changes_nothing(system: System, tally: Tally, queue: str) -> None:
    prove_messages(system, queue, tally, sized(60, 600))


@pytest.mark.proof(7)
def test_an_unknown_scheduled_task_fails_and_changes_nothing(system: System, tally: Tally) -> None:
    prove_duties(system, tally, sized(40, 200))


# ---- deliberate defects


def _process_without_catching(
    records: Iterable[SqsRecord], work: Callable[[SqsRecord], None], _logger: object
) -> dict[str, list[Any]]:
    for record in records:
        work(record)
    return {"batchItemFailures": []}


@pytest.mark.parametrize("queue", BODIES)
def test_a_batch_that_fails_with_one_message_is_detected(
    system: System, monkeypatch: pytest.MonkeyPatch, queue: str
) -> None:
    for module in (prioritize.app, notify.app):
        monkeypatch.setattr(module, "process_records", _process_without_catching)
    tally = Tally()
    prove_messages(system, queue, tally, 10)
    assert tally.violations


def test_a_worker_that_writes_for_an_unknown_case_is_detected(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes(_services: object, case_id: str) -> None:
        system.dynamodb.put_item(TableName=system.table, Item={"pk": {"S": f"CASE#{case_id}"}, "sk": {"S": "CASE"}})

    monkeypatch.setattr(prioritize.app, "rank_case", writes)
    tally = Tally()
    prove_messages(system, "rank", tally, 3)
    assert len(tally.violations) == tally.tried


def test_a_failure_that_is_not_logged_is_detected(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prioritize.services.logger, "error", lambda *_words, **_more: None)
    tally = Tally()
    prove_messages(system, "rank", tally, 10)
    assert tally.violations


def test_an_unknown_task_that_is_accepted_is_detected(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prioritize.app, "respond", lambda _services, _event: {})
    tally = Tally()
    prove_duties(system, tally, 5)
    assert tally.violations

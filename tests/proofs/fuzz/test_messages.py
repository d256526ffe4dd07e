"""Messages that are none: one fails alone and is counted, those beside it are done, and nothing changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

import notify.app
import prioritize.app
import prioritize.services
from casereview.runtime.sqs_batch import SqsRecord
from tests.support.fuzz.messages import BODIES, duties, messages
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import System


@pytest.mark.proof(7)
@pytest.mark.parametrize("queue", BODIES)
def test_what_is_no_message_fails_alone_and_changes_nothing(system: System, tally: Tally, queue: str) -> None:
    messages(system, queue, tally, sized(60, 600))


@pytest.mark.proof(7)
def test_what_is_no_duty_fails_and_changes_nothing(system: System, tally: Tally) -> None:
    duties(system, tally, sized(40, 200))


# ---- the proofs are shown to fail


def _uncaught(records: Iterable[SqsRecord], work: Callable[[SqsRecord], None], _logger: object) -> dict[str, list[Any]]:
    for record in records:
        work(record)
    return {"batchItemFailures": []}


@pytest.mark.parametrize("queue", BODIES)
def test_a_batch_that_one_message_fails_is_found(system: System, monkeypatch: pytest.MonkeyPatch, queue: str) -> None:
    for module in (prioritize.app, notify.app):
        monkeypatch.setattr(module, "process_records", _uncaught)
    tally = Tally()
    messages(system, queue, tally, 10)
    assert tally.violations


def test_a_worker_that_writes_of_an_unknown_case_is_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes(_services: object, case_id: str) -> None:
        system.dynamodb.put_item(TableName=system.table, Item={"pk": {"S": f"CASE#{case_id}"}, "sk": {"S": "CASE"}})

    monkeypatch.setattr(prioritize.app, "rank_case", writes)
    tally = Tally()
    messages(system, "rank", tally, 3)
    assert len(tally.violations) == tally.tried


def test_a_failure_that_is_not_logged_is_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prioritize.services.logger, "error", lambda *_words, **_more: None)
    tally = Tally()
    messages(system, "rank", tally, 10)
    assert tally.violations


def test_a_duty_that_is_guessed_is_found(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prioritize.app, "respond", lambda _services, _event: {})
    tally = Tally()
    duties(system, tally, 5)
    assert tally.violations

"""The search for canaries tells a leak at each kind of place, and a field that nobody put a canary into."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from moto import mock_aws

import intake.services
from casereview.crypto.sealing import KmsSeal
from casereview.http.problems import invalid
from casereview.runtime.queue import Queue
from casereview.schema.fields import Text
from casereview.schema.holder_commands import Escalation
from casereview.schema.messages import RankMessage
from casereview.schema.submission import Submission
from infra.documents.openapi.public import PUBLIC
from tests.proofs.leaks import test_log_canaries as canary
from tests.support.canaries.sealed_fields import every_field_has_a_canary, leaves
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Watched
from tests.support.scenarios.full_day import CanaryWords, filing


@pytest.fixture
def seen() -> Iterator[canary.Seen]:
    """A system that nothing was sent to yet."""
    with mock_aws():
        yield canary.Seen(CanaryWords(), Watched())


def found(seen: canary.Seen, place: str) -> set[str]:
    """Return the words that the search finds at a place."""
    tally = Tally()
    canary.search(seen, place, tally)
    assert tally.tried
    return {violation.split(" in ")[0] for violation in tally.violations}


def file_one(seen: canary.Seen, changes: dict[str, Any] | None = None) -> int:
    """File a request with a word of ours in every field, and keep what it left."""
    status = seen.system.call("POST", "/requests", filing(seen.words, 1001, **(changes or {}))).status
    seen.places |= canary._kept(seen.system)
    seen.places["queues"] = canary._sent(seen.system)
    seen.places["errors"] = "\n".join(answer.body for _who, answer in seen.system.answers if answer.status >= 400)
    return status


def test_nothing_is_found_where_nothing_leaks(seen: canary.Seen) -> None:
    assert file_one(seen) == 201
    assert not found(seen, "table") | found(seen, "indexes") | found(seen, "queues")


def test_what_is_not_sealed_is_found_in_the_table(seen: canary.Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(KmsSeal, "close", lambda _seal, _part, _receipt, plain: plain)
    file_one(seen)
    assert {"requester", "grounds", "a_number1001", "born", "email1001", "offense"} <= found(seen, "table")


def test_a_message_that_says_more_than_an_id_is_found(seen: canary.Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    send = Queue.send
    word = seen.words.word("given")
    monkeypatch.setattr(Queue, "send", lambda queue, _message, office: send(queue, RankMessage(case_id=word), office))
    file_one(seen)
    assert found(seen, "queues") == {"given"}


def test_an_error_that_repeats_a_value_is_found(seen: canary.Seen, monkeypatch: pytest.MonkeyPatch) -> None:
    def repeats(_body: object, value: object, _at: object) -> None:
        raise invalid("", "invalid_value", str(value))

    monkeypatch.setattr("casereview.usecases.file_request.validate", repeats)
    assert file_one(seen) == 422
    assert "grounds" in found(seen, "errors")


def test_a_log_line_that_says_what_was_sent_is_found(seen: canary.Seen) -> None:
    with canary._listening() as heard:
        intake.services.logger.info("filed", extra={"body": filing(seen.words, 1001)})
        seen.places |= heard()
    assert "family" in found(seen, "logged")


def test_a_new_field_without_a_canary_is_found(seen: canary.Seen) -> None:
    class Wider(Submission):
        nickname: Text | None = None

    assert ("nickname",) in {path for path, _model, _name in leaves(Wider)}
    file_one(seen, {"facts": {"facility": seen.words.word("facility")}})
    route = ("post", "/requests")
    operation = PUBLIC.operations[route]
    widened = replace(operation, endpoint=replace(operation.endpoint, body=Wider))
    wider = replace(PUBLIC, operations={route: widened})
    tally = Tally()
    every_field_has_a_canary(seen.system.exchanges, seen.words, wider, tally)
    missing = {violation.split(": ")[1] for violation in tally.violations}
    assert {"nickname", "facts/residence/county"} <= missing
    assert "grounds" not in missing


def test_a_field_whose_values_are_a_closed_set_needs_none() -> None:
    assert {path for path, _model, _name in leaves(Escalation)} > {("statement",)}

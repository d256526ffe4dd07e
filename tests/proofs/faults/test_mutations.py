"""The proofs of faults detect deliberate defects: each test removes something that handles a fault."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import casereview.store.dynamodb
import casereview.store.retrying
import casereview.usecases.services
import notify.delivery
import notify.provider_errors
from casereview.store.transaction import RefusedError
from tests.support.crashes.flow import named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.rig import Rig
from tests.support.faults import injection, queue_deliveries
from tests.support.proofs.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Mapping

    from casereview.runtime.queue import Queue
    from casereview.schema.messages import Hint
    from casereview.store.keys import Key

pytestmark = [pytest.mark.proof(1), pytest.mark.breaks]
FLOWS = [*PUBLIC, *STAFF, *WORK]


def violations(rig: Rig, flow: str, fault: str) -> list[str]:
    """Inject one kind of fault into a flow, with a separate tally, and return the violations."""
    tally = Tally()
    injection.prove(rig, named(FLOWS, flow)[0], tally, fault)
    assert tally.tried
    return [violation.partition(": ")[2] for violation in tally.violations]


def test_a_request_that_depends_on_its_message_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(queue: Queue, message: Hint, office: str) -> None:
        queue.send(message, office)

    monkeypatch.setattr(casereview.usecases.services, "_send", send)
    found = violations(rigged, "file", "unavailable, repeatedly")
    assert found == [
        "sqs.SendMessage (9): unavailable, repeatedly: AssertionError: retry requested",
        "sqs.SendMessage (10): unavailable, repeatedly: AssertionError: retry requested",
    ]


def test_a_change_that_is_not_retried_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.store.retrying, "ATTEMPTS", 1)
    (found,) = violations(rigged, "claim", "conflict at the last write, once")
    assert found.endswith("AssertionError: retry requested")


def test_a_conflict_that_counts_as_a_suppressed_address_is_detected(
    rigged: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(codes: Mapping[Key, str]) -> RefusedError:
        return RefusedError(dict.fromkeys(codes))

    monkeypatch.setattr(casereview.store.dynamodb, "ContentionError", refused)
    (found,) = violations(rigged, "complaint", "conflict at the last write, once")
    assert "SUPPRESSED: 0 instead of 1" in found


def test_throttling_that_counts_as_an_invalid_address_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify.provider_errors, "_is_about_address", lambda _error: True)
    (found,) = violations(rigged, "notify by mail", "throttled, once")[-1:]
    assert "undeliverable" in found


@pytest.mark.proof(3)
def test_a_notice_that_is_sent_for_every_message_is_detected(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify.delivery, "_is_pending", lambda _notice, _now: True)
    tally = Tally()
    queue_deliveries.prove(rigged, named(FLOWS, "notify by mail")[0], tally)
    assert tally.violations[0].startswith("notify by mail: messages twice")


def test_a_table_that_ignores_request_tokens_is_detected(rigged: Rig) -> None:
    """Moto ignores request tokens: it applies a retried transaction twice, and stores an update twice."""
    tally = Tally()
    injection.prove_tokens(rigged, named(FLOWS, "update")[0], tally)
    (violation,) = tally.violations
    assert re.match(r"update: the response of transaction \d+ is lost", violation)

"""The proofs see what is broken: each of these takes away what a fault is borne by, and is told as a violation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

import casereview.usecases.services
import casereview.usecases.unit_of_work
import notify.delivery
import notify.providers
from casereview.store.transaction import RefusedError
from tests.support.crashes.flow import named
from tests.support.crashes.flows_public import PUBLIC
from tests.support.crashes.flows_staff import STAFF
from tests.support.crashes.flows_workers import WORK
from tests.support.crashes.rig import Rig
from tests.support.faults import injection, queue_deliveries
from tests.support.proofs.tally import Tally

if TYPE_CHECKING:
    from casereview.runtime.queue import Queue
    from casereview.schema.messages import Hint

pytestmark = [pytest.mark.proof(1), pytest.mark.breaks]
FLOWS = [*PUBLIC, *STAFF, *WORK]


def violations(rig: Rig, flow: str, fault: str) -> list[str]:
    """Have a flow meet one kind of fault, with a tally of its own; return what was violated."""
    tally = Tally()
    injection.prove(rig, named(FLOWS, flow)[0], tally, fault)
    assert tally.tried
    return [violation.partition(": ")[2] for violation in tally.violations]


def test_a_message_without_which_nothing_is_accepted(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    def send(queue: Queue, message: Hint, office: str) -> None:
        queue.send(message, office)

    monkeypatch.setattr(casereview.usecases.services, "_send", send)
    found = violations(rigged, "file", "down, on and on")
    assert found == [
        "sqs.SendMessage (8): down, on and on: AssertionError: try again",
        "sqs.SendMessage (9): down, on and on: AssertionError: try again",
    ]


def test_a_change_that_is_tried_once(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(casereview.usecases.unit_of_work, "TRIES", 1)
    (found,) = violations(rigged, "claim", "conflict at the last write, once")
    assert found.endswith("AssertionError: try again")


def test_a_conflict_taken_for_a_known_address(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RefusedError, "by_condition", property(lambda _refused: True))
    (found,) = violations(rigged, "complaint", "conflict at the last write, once")
    assert "SUPPRESSED: 0 instead of 1" in found


def test_a_busy_service_taken_for_a_bad_address(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify.providers, "_PERMANENT", frozenset({"TooManyRequestsException"}))
    (found,) = violations(rigged, "notify by mail", "throttled, once")[-1:]
    assert "undeliverable" in found


@pytest.mark.proof(3)
def test_a_notice_that_is_sent_as_often_as_it_is_asked_for(rigged: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify.delivery, "_is_pending", lambda _notice, _now: True)
    tally = Tally()
    queue_deliveries.prove(rigged, named(FLOWS, "notify by mail")[0], tally)
    assert tally.violations[0].startswith("notify by mail: messages twice")


def test_an_engine_that_honours_no_token(rigged: Rig) -> None:
    """The emulator applies a transaction twice, and so an update is said twice."""
    tally = Tally()
    injection.prove_tokens(rigged, named(FLOWS, "update")[0], tally)
    (violation,) = tally.violations
    assert re.match(r"update: the answer of transaction \d+ is lost", violation)

"""The check of concurrent histories tells a run that was not one after the other: each condition dropped is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from casereview.schema.event_records import Event
from casereview.store.table import Table
from casereview.store.transaction import Increment, RefusedError, Write
from prioritize.worker import rank_case
from review.cases.lease import claim, release
from tests.support.controlled_system import look_at
from tests.support.proofs.tally import Tally
from tests.support.races.history import Holds, Operation, Recorder
from tests.support.races.linearizability import Run, check_run
from tests.support.races.matters import Matter, at, matter
from tests.support.system import Staff, System
from tests.support.writes import without_condition

ANN, BOB = Staff("ann"), Staff("bob")
FREE: Holds = lambda state: state.status == "in_line" and state.holder is None  # noqa: E731
pytestmark = [pytest.mark.proof(2), pytest.mark.breaks]


class Small:
    """One case, one recorder, and what is said of the run."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.case: Matter = matter(system, 1)
        system.later(minutes=2)
        self.began = system.time
        self.recorder = Recorder(system)

    def claims(self, user: Staff) -> Operation:
        """Have somebody claim the case."""
        operation = Operation(f"claim by {user.user}", self.case.case_id, FREE)
        return self.recorder.do(operation, lambda own: claim(at(own, user, self.case.case_id)))

    def releases(self, user: Staff) -> Operation:
        """Have somebody release it."""
        holds: Holds = lambda state: state.holder == user.user  # noqa: E731
        operation = Operation(f"release by {user.user}", self.case.case_id, holds)
        return self.recorder.do(operation, lambda own: release(at(own, user, self.case.case_id)))

    def reads(self, version: int) -> Operation:
        """Have somebody be told a version."""
        never, always = (lambda _state: False), (lambda _state: True)
        operation = Operation("read", self.case.case_id, never, nothing=always, reads=True)
        return self.recorder.do(operation, lambda _own: version)

    def violations(self) -> list[str]:
        """Check the run."""
        tally, events = Tally(), look_at(self.system).history(self.case.case_id)
        run = Run(self.recorder.operations, {self.case.case_id: events}, self.began, {self.case.case_id: 1})
        check_run(run, tally, "run")
        assert tally.tried == len(self.recorder.operations) + 1
        return tally.violations


@pytest.fixture
def small(system: System) -> Small:
    return Small(system)


@contextmanager
def in_between(
    patch: pytest.MonkeyPatch, act: Callable[[], object], change: Callable[[Write], Write]
) -> Iterator[None]:
    """Let somebody act after the first reads and before its write; every write is changed."""
    write, waiting = Table.write, [act]

    def changed(table: Table, *writes: Write) -> None:
        if waiting:
            waiting.pop()()
        write(table, *map(change, writes))

    patch.setattr(Table, "write", changed)
    yield
    patch.undo()


def kept(write: Write) -> Write:
    return write


def unconditional(write: Write) -> Write:
    """Drop the condition of a write of a case or an event."""
    return write if isinstance(write, Increment) else without_condition(write) or write


def test_a_claim_between_read_and_write_is_told_to_the_other(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    with in_between(monkeypatch, lambda: small.claims(BOB), kept):
        small.claims(ANN)
    assert [operation.outcome for operation in small.recorder.operations] == ["refused", "done"]
    assert small.violations() == []


def test_two_winners_are_found_where_the_conditions_are_dropped(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    with in_between(monkeypatch, lambda: small.claims(BOB), unconditional):
        small.claims(ANN)
    assert [operation.outcome for operation in small.recorder.operations] == ["done", "done"]
    (found,) = small.violations()
    assert "claim by bob" in found
    assert "no state explains it" in found


def test_a_second_effect_is_found_where_success_is_taken_for_refusal(
    small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Table.write
    once = [True]

    def refuses_what_it_did(table: Table, *writes: Write) -> None:
        write(table, *writes)
        if once:
            once.pop()
            raise RefusedError({})

    small.claims(ANN)
    monkeypatch.setattr(Table, "write", refuses_what_it_did)
    small.releases(ANN)
    monkeypatch.undo()
    assert "was told that nothing happened" in small.violations()[0]


def test_a_read_that_goes_back_in_time_is_found(small: Small) -> None:
    small.claims(ANN)
    small.reads(small.recorder.operations[0].answer.version)  # type: ignore[attr-defined]  # a case
    assert small.violations() == []
    small.reads(2)
    (found,) = small.violations()
    assert "read" in found
    assert "no state explains it" in found


def test_a_refusal_without_a_reason_is_found(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("review.cases.lease.is_claimable", lambda *_: False)
    small.claims(ANN)
    monkeypatch.undo()
    assert "no state explains it" in small.violations()[0]


def test_an_effect_that_was_not_possible_is_found(small: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    small.claims(ANN)
    monkeypatch.setattr("review.cases.lease.require_claim", lambda *_: None)
    small.releases(BOB)
    monkeypatch.undo()
    assert "was not possible" in small.violations()[0]


def test_what_somebody_did_who_was_never_asked_is_found(small: Small) -> None:
    small.system.later(minutes=1)
    claim(at(small.recorder._own(small.system.time), ANN, small.case.case_id))
    assert "nobody caused" in small.violations()[0]


def test_an_order_against_time_is_found(small: Small) -> None:
    """Two events whose versions stand in the wrong order for when they were asked for."""
    first, second = small.claims(ANN), small.releases(ANN)
    first.invoked, first.responded, second.invoked, second.responded = (
        second.invoked,
        second.responded,
        first.invoked,
        first.responded,
    )
    assert any("out of its time" in found for found in small.violations())


@pytest.mark.moto
def test_an_operation_that_nobody_answered_may_have_taken_effect_or_not(small: Small) -> None:
    for dies, user in (("before", ANN), ("after", BOB)):
        operation = Operation(f"claim by {user.user}", small.case.case_id, FREE)
        act = partial(_claim, small.case.case_id, user)
        with small.recorder.dying():
            small.recorder.do(operation, act, dies)  # type: ignore[arg-type]
        assert operation.outcome == "unanswered"
    assert small.violations() == []
    kinds = [event.kind for event in _events(small)]
    assert kinds.count("claimed") == 1


def _claim(case_id: str, user: Staff, own: Any) -> object:  # noqa: ANN401
    return claim(at(own, user, case_id))


def _events(small: Small) -> list[Event]:
    return look_at(small.system).history(small.case.case_id)


def test_a_worker_does_only_what_the_system_does(small: Small) -> None:
    operation = Operation("rank", small.case.case_id, lambda _state: True, worker=True)
    small.recorder.do(operation, lambda own: rank_case(own.services, small.case.case_id))
    assert small.violations() == []
    operation = Operation("rank", small.case.case_id, lambda _state: True, worker=True)
    small.recorder.do(operation, lambda own: claim(at(own, ANN, small.case.case_id)))
    small.system.time += timedelta(minutes=1)
    assert len(small.violations()) == 1

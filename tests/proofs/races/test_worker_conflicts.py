"""What commits between the worker's read and its write, while the indexes lag, is neither lost nor undone.

    worker reads ──▶ somebody updates, withdraws or moves the case ──▶ worker writes: refused, and it reads again

It writes a case with its event, or a case alone: then only the version that it read stands in its way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

import prioritize.worker
from casereview.schema.records import Case, Stored
from casereview.store.transaction import Put, Write
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.controlled_system import Known, look_at
from tests.support.invariants import check
from tests.support.proofs.tally import Tally
from tests.support.races.lagging_index import Lag, lagging
from tests.support.system import Staff, System

pytestmark = [pytest.mark.moto, pytest.mark.proof(2), pytest.mark.proof(3)]
SUE = Staff("sue", "supervisor")
Filed = dict[str, Any]
Happens = Callable[[System, Filed], None]

NEWS = {"a new rank": {"facts": {"serious_illness": True}}, "the rank it had": {"statement": "I am well."}}
"""What the worker begins with."""


def updated(system: System, filed: Filed) -> None:
    said = {"facts": {"removal_at": "2026-11-26T03:00:00-05:00"}}
    assert system.on(filed, "POST", "/updates", said).status == 202


def withdrawn(system: System, filed: Filed) -> None:
    assert system.on(filed, "POST", "/withdrawal", {}).status == 202


def transferred(system: System, filed: Filed) -> None:
    system.work(SUE, system.case_of(filed).case_id, "transfer", {"office": "ELP", "why": "Moved."})


ENDS: dict[Happens, tuple[str, str | None, str]] = {
    updated: ("in_line", "imminent_removal", "ATL"),
    withdrawn: ("in_line", None, "ATL"),  # it was not ranked when its requester withdrew: an officer confirms
    transferred: ("in_line", None, "ELP"),
}
"""By what happens: the status in the end, the lane where it is another one, and the worklist."""


@contextmanager
def before_the_write(happens: Callable[[], None]) -> Iterator[None]:
    """Let something commit just before the first transaction."""
    waiting = [happens]

    def call(asked: Call, make: MakeCall) -> Any:  # noqa: ANN401  # what AWS answers
        if asked.operation == "TransactWriteItems" and waiting:
            waiting.pop()()
        return make(asked.operation, asked.parameters)

    with intercept_calls(call):
        yield
    assert not waiting, "the worker wrote nothing"


def overtaken(happens: Happens, news: str, tally: Tally) -> None:
    """Let something happen to a case while the worker ranks it, and no index know; then let all come to rest."""
    name = f"{happens.__name__}, the worker has {news}"
    with lagging(2) as (system, lag, filed):
        lag.arrives = 0.0
        assert system.on(filed[0], "POST", "/updates", NEWS[news]).status == 202
        known: Known = {}
        before, case = look_at(system, known), system.case_of(filed[0])
        with before_the_write(partial(happens, system, filed[0])):
            prioritize.worker.rank_case(system.prioritize, case.case_id)
        with tally.case(f"{name}: nothing is undone"):
            check(before, look_at(system, known))
            _kept(system, filed[0], happens)
        with tally.case(f"{name}: the rank rests on it"):
            _come_to_rest(system, lag)
            _ended(system, case, happens)
            if happens is not withdrawn:
                assert system.case_of(filed[0]).facts.serious_illness is (news == "a new rank" or None)


def _kept(system: System, filed: Filed, happens: Happens) -> None:
    """What was said before and meanwhile stands in the history, once."""
    kinds = [event.kind for event in system.history(system.case_of(filed))]
    expected = 2 if happens is updated else 1
    assert kinds.count("updated") == expected, kinds
    assert happens is updated or kinds.count(happens.__name__) == 1, kinds  # type: ignore[arg-type]


def _come_to_rest(system: System, lag: Lag) -> None:
    for _ in range(4):
        system.later(minutes=20)
        system.sweep()
        system.pump()
        lag.catch_up(0.5)
    lag.catch_up()


def _ended(system: System, before: Case, happens: Happens) -> None:
    (case,) = [each for each in system.cases if each.case_id == before.case_id]
    now = look_at(system)
    check(now, now)
    status, lane, queue = ENDS[happens]
    assert (case.status, case.lane) == (status, lane or before.lane)
    standing = [office for office in ("ATL", "ELP") if case.case_id in system.worklist(office)]
    assert standing == ([queue] if queue else [])


@pytest.mark.parametrize("news", NEWS)
@pytest.mark.parametrize("happens", ENDS)
def test_what_happens_while_the_worker_ranks_is_kept_and_ranked(tally: Tally, happens: Happens, news: str) -> None:
    overtaken(happens, news, tally)


def _anyway(record: Stored, **_expected: object) -> Write:
    return Put(record)


@pytest.mark.breaks
@pytest.mark.parametrize("news", NEWS)
@pytest.mark.parametrize("happens", ENDS)
def test_a_worker_that_writes_whatever_version_it_read_is_found(
    monkeypatch: pytest.MonkeyPatch, happens: Happens, news: str
) -> None:
    monkeypatch.setattr(prioritize.worker, "put_over", _anyway)
    monkeypatch.setattr(prioritize.worker, "put_new", _anyway)
    tally = Tally()
    overtaken(happens, news, tally)
    assert "nothing is undone" in tally.violations[0]

"""A whole docket is switched while workers and ticks are killed again and again: each case once, top lanes first.

``SWITCH_CASES`` sets the size: some hundreds by default, 3,000 as a proof, 25,000 for the figure of the specification.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest

import prioritize.app
import prioritize.policy_switch
from casereview.cases.due import due_at
from casereview.policy import packaged
from casereview.schema.base import rfc3339
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case, Event
from casereview.store import keys
from prioritize.worker import rank_case
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.aws_faults import ProcessDiedError
from tests.support.docket import bodies
from tests.support.large_dockets import everything, fill, quick
from tests.support.policy.drafts import DETAINED, ORDER, draft, publish
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import Staff, System

SIZE = int(os.environ.get("SWITCH_CASES", sized("300", "3000")))
ILL = "    when: {any: [{custody: {is: detained}}, {serious_illness: {is: true}}]}\n"
_NAMES = ("version", "lane", "shown_lane", "rank", "sort_at", "reasons", "flags", "policy", "digest", "rank_at")
RANKED: dict[str, Any] = {**dict.fromkeys(_NAMES, True), "first_look": {"lane_since", "target_at", "missed"}}
TOP = {lane.id for lane in packaged.compiled(ORDER).lanes if lane.top}
OFFICER = Staff("omar")


class Killer:
    """Ends the process at random before or after one of its AWS calls."""

    def __init__(self, seed: int, share: float) -> None:
        self.random = Random(seed)  # noqa: S311 - chance, no secret
        self.share = share
        self.kills = 0

    @contextmanager
    def at_work(self) -> Iterator[None]:
        def call(asked: Call, make: MakeCall) -> Any:  # noqa: ANN401 - what AWS answers
            before, after = (self.random.random() < self.share / 2 for _ in range(2))
            self._die(now=before)
            answer = make(asked.operation, asked.parameters)
            self._die(now=after)
            return answer

        with intercept_calls(call):
            yield

    def _die(self, *, now: bool) -> None:
        if now:
            self.kills += 1
            raise ProcessDiedError


def tick(system: System, killer: Killer) -> None:
    try:
        with killer.at_work():
            prioritize.app.respond(system.prioritize, {"duty": "sweep"})
    except ProcessDiedError:
        pass
    system._flush()


def work(system: System, killer: Killer) -> None:
    """Work on the rank queue until it is empty; what a killed worker held is seen again."""
    url = system.queues["rank"]
    while messages := system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        records = [{"messageId": m["MessageId"], "body": m["Body"], "eventSourceARN": "rank"} for m in messages]
        system.time += timedelta(milliseconds=1)
        try:
            with killer.at_work():
                found: Any = prioritize.app.respond(system.prioritize, {"Records": records})
            failed = {failure["itemIdentifier"] for failure in found["batchItemFailures"]}
        except ProcessDiedError:
            failed = {record["messageId"] for record in records}
        system._flush()
        system.hand_back(url, messages, failed)


def switch_all(size: int) -> int:
    """Switch so many cases, and return how often a process died of it. Raises AssertionError."""
    with quick("moto") as system:
        fill(system, bodies(size, now=system.time))
        for case in everything(system, Case, "CASE"):
            rank_case(system.prioritize, case.case_id)
        system.sweep()
        held = [case.case_id for case in everything(system, Case, "CASE") if case.office == "ATL"][:5]
        for case_id in held:
            system.work(OFFICER, case_id, "claim")
        work(system, Killer(0, 0))
        before = {case.case_id: case for case in everything(system, Case, "CASE")}
        publish(system, draft("new", (DETAINED, ILL), ("switch_rate: 2000", f"switch_rate: {max(size // 8, 20)}")))
        system.later(seconds=11)
        killer = Killer(7, 0.02)
        minutes = 0
        while system.read(Switch, keys.SWITCH).ended_at is None:
            tick(system, killer)
            work(system, killer)
            system.later(minutes=1)
            minutes += 1
            assert minutes < 200, "the walk has an end"
        _check(system, before, set(held))
        print(f"{size} cases switched in {minutes} ticks, {killer.kills} kills")  # noqa: T201 - the figure asked for
        return killer.kills


@pytest.mark.proof(1)
@pytest.mark.timeout(max(120, SIZE // 4))
def test_every_case_is_switched_once_however_often_the_workers_die(tally: Tally) -> None:
    tally.tried += switch_all(SIZE)
    assert tally.tried > SIZE // 50


def _check(system: System, before: dict[str, Case], held: set[str]) -> None:
    """Each case came under the new policy once and never back; what else was written of it was due by itself."""
    later: dict[str, list[Event]] = {case_id: [] for case_id in before}
    for event in everything(system, Event, "EVENT"):
        if event.version > before[event.case_id].version:
            later[event.case_id].append(event)
    after = {case.case_id: case for case in everything(system, Case, "CASE")}
    switched = {case_id: _switch(events) for case_id, events in later.items()}
    owing = {case_id for case_id, was in before.items() if (due_at(was) or "~") < rfc3339(system.time)}
    for case_id, was in before.items():
        assert (after[case_id].policy, len(later[case_id]) == 1 or case_id in owing) == ("new", True)
        assert was.model_dump(exclude=RANKED) == after[case_id].model_dump(exclude=RANKED)
    for office in {case.office for case in before.values()}:
        own = [case for case in before.values() if case.office == office and case.case_id not in held | owing]
        top = [switched[case.case_id].at for case in own if case.lane in TOP]
        lower = [switched[case.case_id].at for case in own if case.lane not in TOP]
        assert not top or not lower or max(top) <= min(lower), f"top lanes first: {office}"


def _switch(events: list[Event]) -> Event:
    """Return the one event that brought a case under another policy."""
    turns = [event for event in events if "policy" in event.changes]
    assert len(turns) == 1, f"came under the new policy {len(turns)} times"
    (found,) = turns
    assert (found.kind, found.changes["policy"].after) == ("ranked", "new")
    return found


# ---- the proof is shown to fail


def test_a_walk_of_one_round_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(so_far: Switch, now: datetime) -> Switch:
        return so_far.evolve(ended_at=now)

    monkeypatch.setattr(prioritize.policy_switch, "_next_round", end)
    with pytest.raises(AssertionError, match="came under the new policy 0 times"):
        switch_all(60)


def test_a_walk_from_the_lowest_lane_up_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = prioritize.policy_switch._turns
    monkeypatch.setattr(prioritize.policy_switch, "_turns", lambda *asked: reversed(list(turns(*asked))))
    with pytest.raises(AssertionError, match="top lanes first"):
        switch_all(60)

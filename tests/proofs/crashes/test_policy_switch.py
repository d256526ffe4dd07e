"""A policy switch of a large docket while workers and ticks are killed at random: each case once, top lanes first.

``SWITCH_CASES`` sets the size: by default 300, or 3,000 in ``make prove``; the specification names 25,000.
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
from casereview.schema.event_records import Event
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case
from casereview.store import keys
from prioritize.worker import rank_case
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.aws_faults import ProcessDiedError
from tests.support.docket import bodies
from tests.support.large_dockets import fast_system, read_all, store_docket
from tests.support.policy.drafts import DETAINED, ORDER, draft, publish
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally
from tests.support.system import Staff, System

SIZE = int(os.environ.get("SWITCH_CASES", sized("300", "3000")))
DETAINED_OR_ILL = "    when: {any: [{custody: {is: detained}}, {serious_illness: {is: true}}]}\n"
_PLACES = ("lane", "shown_lane", "rank", "sort_at", "reasons", "flags", "policy", "digest", "rank_at")
RANKED: dict[str, Any] = {**dict.fromkeys(("version", "folded", *_PLACES), True)}
RANKED["first_look"] = {"lane_since", "target_at", "missed"}
TOP = {lane.id for lane in packaged.compiled(ORDER).lanes if lane.top}
OFFICER = Staff("omar")


class Killer:
    """Kills the process at random before or after one of its AWS calls."""

    def __init__(self, seed: int, share: float) -> None:
        self.random = Random(seed)  # noqa: S311 - not a secret
        self.share = share
        self.kills = 0

    @contextmanager
    def active(self) -> Iterator[None]:
        def perform(call: Call, make: MakeCall) -> Any:  # noqa: ANN401 - the response of AWS
            before, after = (self.random.random() < self.share / 2 for _ in range(2))
            self._kill_if(before)
            answer = make(call.operation, call.parameters)
            self._kill_if(after)
            return answer

        with intercept_calls(perform):
            yield

    def _kill_if(self, condition: bool) -> None:  # noqa: FBT001 - the only argument
        if condition:
            self.kills += 1
            raise ProcessDiedError


def tick(system: System, killer: Killer) -> None:
    try:
        with killer.active():
            prioritize.app.respond(system.prioritize, {"duty": "sweep"})
    except ProcessDiedError:
        pass
    system._flush()


def work(system: System, killer: Killer) -> None:
    """Process the rank queue until it is empty; the messages of a killed worker are delivered again."""
    url = system.queues["rank"]
    while messages := system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
        records = [{"messageId": m["MessageId"], "body": m["Body"], "eventSourceARN": "rank"} for m in messages]
        system.time += timedelta(milliseconds=1)
        try:
            with killer.active():
                found: Any = prioritize.app.respond(system.prioritize, {"Records": records})
            failed = {failure["itemIdentifier"] for failure in found["batchItemFailures"]}
        except ProcessDiedError:
            failed = {record["messageId"] for record in records}
        system._flush()
        system.hand_back(url, messages, failed)


def switch_all(size: int) -> int:
    """Switch a docket of this size while processes are killed.

    Returns:
        The number of processes that were killed.

    Raises:
        AssertionError: A case was not switched, or not in order.
    """
    with fast_system("moto") as system:
        store_docket(system, bodies(size, now=system.time))
        for case in read_all(system, Case, "CASE"):
            rank_case(system.prioritize, case.case_id)
        system.sweep()
        held = [case.case_id for case in read_all(system, Case, "CASE") if case.office == "ATL"][:5]
        for case_id in held:
            system.work(OFFICER, case_id, "claim")
        work(system, Killer(0, 0))
        before = {case.case_id: case for case in read_all(system, Case, "CASE")}
        publish(
            system,
            draft("new", (DETAINED, DETAINED_OR_ILL), ("switch_rate: 2000", f"switch_rate: {max(size // 8, 20)}")),
        )
        system.later(seconds=11)
        killer = Killer(7, 0.02)
        minutes = 0
        while system.read(Switch, keys.SWITCH).ended_at is None:
            tick(system, killer)
            work(system, killer)
            system.later(minutes=1)
            minutes += 1
            assert minutes < 200, "the switch does not end"
        _check(system, before, set(held))
        print(f"{size} cases switched in {minutes} ticks, {killer.kills} kills")  # noqa: T201 - the figure asked for
        return killer.kills


@pytest.mark.proof(1)
@pytest.mark.timeout(max(120, SIZE // 4))
def test_every_case_is_switched_once_while_workers_are_killed(tally: Tally) -> None:
    tally.tried += switch_all(SIZE)
    assert tally.tried > SIZE // 50


def _check(system: System, before: dict[str, Case], held: set[str]) -> None:
    """Check that each case came under the new policy exactly once, and that other changes were due anyway."""
    later: dict[str, list[Event]] = {case_id: [] for case_id in before}
    for event in read_all(system, Event, "EVENT"):
        if event.version > before[event.case_id].version:
            later[event.case_id].append(event)
    after = {case.case_id: case for case in read_all(system, Case, "CASE")}
    switched = {case_id: _switch(events) for case_id, events in later.items()}
    due = {case_id for case_id, was in before.items() if (due_at(was) or "~") < rfc3339(system.time)}
    for case_id, was in before.items():
        assert (after[case_id].policy, len(later[case_id]) == 1 or case_id in due) == ("new", True)
        assert was.model_dump(exclude=RANKED) == after[case_id].model_dump(exclude=RANKED)
    for office in {case.office for case in before.values()}:
        own = [case for case in before.values() if case.office == office and case.case_id not in held | due]
        top = [switched[case.case_id].at for case in own if case.lane in TOP]
        lower = [switched[case.case_id].at for case in own if case.lane not in TOP]
        assert not top or not lower or max(top) <= min(lower), f"top lanes first: {office}"


def _switch(events: list[Event]) -> Event:
    """Return the only event that brought a case under the new policy."""
    turns = [event for event in events if "policy" in event.changes]
    assert len(turns) == 1, f"came under the new policy {len(turns)} times"
    (found,) = turns
    assert (found.kind, found.changes["policy"].after) == ("ranked", "new")
    return found


# ---- deliberate defects


def test_a_switch_of_one_round_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    def end(progress: Switch, now: datetime) -> Switch:
        return progress.evolve(ended_at=now)

    monkeypatch.setattr(prioritize.policy_switch, "_next_round", end)
    with pytest.raises(AssertionError, match="came under the new policy 0 times"):
        switch_all(60)


def test_a_switch_that_starts_with_the_lowest_lane_is_detected(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = prioritize.policy_switch._turns
    monkeypatch.setattr(prioritize.policy_switch, "_turns", lambda *args: reversed(list(turns(*args))))
    with pytest.raises(AssertionError, match="top lanes first"):
        switch_all(60)

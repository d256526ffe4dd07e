"""Checks that a concurrent run is one that could have happened one operation after the other, in the order of time.

The versions of a case order its events totally. So a run is legal where

- every event is the effect of one operation, and one that answered success has one effect, one that was refused none,
  one that nobody answered at most one;
- every effect was possible in the state of the version before, and every refusal in some state that it may have seen;
- who was answered before another asked comes before them (real time), for effects, refusals and reads alike.

A refusal or a read takes the earliest version that explains it: if that breaks the order, every later one does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from casereview.cases.lifecycle import OPEN
from casereview.schema.event_records import Event
from tests.support.proofs.tally import Tally
from tests.support.races.history import Operation, State, states

MOST_REQUESTS = 20
OPENS = "filed"


@dataclass
class Run:
    """A finished run: what was asked, and the history of each case."""

    operations: Sequence[Operation]
    events: dict[str, list[Event]]
    began: datetime
    """Events up to here were there before."""
    people: dict[str, int]
    """By case: whom it is about."""
    states: dict[str, list[State]] = field(init=False)
    effects: dict[datetime, list[Event]] = field(init=False)
    _seen: dict[str, list[tuple[int, int]]] = field(init=False, default_factory=lambda: defaultdict(list))
    """By case: when an operation was answered, and the version that it had seen or made by then."""

    def __post_init__(self) -> None:
        """Work out the states, and whose effect each event is."""
        self.states = {case_id: states(events) for case_id, events in self.events.items()}
        self.effects = defaultdict(list)
        for events in self.events.values():
            for event in events:
                if event.at > self.began:
                    self.effects[event.at].append(event)
        self._made = {
            case_id: [(each, event.version) for each in self.operations for event in self._on(each, case_id)]
            for case_id in self.events
        }

    def _on(self, operation: Operation, case_id: str) -> list[Event]:
        return [event for event in self.effects.get(operation.at, ()) if event.case_id == case_id]

    def window(self, operation: Operation, case_id: str) -> range:
        """Return the versions that an operation may have seen a case in."""
        made = self._made[case_id]
        before = [version for other, version in made if other.responded < operation.invoked]
        seen = [version for answered, version in self._seen[case_id] if answered < operation.invoked]
        later = [version for other, version in made if other.invoked > operation.responded]
        first = sum(event.at <= self.began for event in self.events[case_id])
        return range(max([first, *before, *seen]), min([len(self.states[case_id]), *later]))

    def saw(self, operation: Operation, case_id: str, version: int) -> None:
        """Remember that an operation saw a version: whoever asks after its answer sees none before it."""
        self._seen[case_id].append((operation.responded, version))


def check_run(run: Run, tally: Tally, name: str) -> None:
    """Count every operation as a case, and tell which of them cannot be explained."""
    known = {operation.at for operation in run.operations}
    with tally.case(f"{name}: every event is somebody's"):
        assert set(run.effects) <= known, "an event that nobody caused"
    for operation in sorted(run.operations, key=lambda each: each.responded):
        with tally.case(f"{name}: {operation}"):
            _check(run, operation, run.effects.get(operation.at, []))


def _check(run: Run, operation: Operation, effects: list[Event]) -> None:
    if operation.worker:
        assert all(event.actor == "system" for event in effects), effects
    else:
        assert len(effects) <= 1, f"took effect {len(effects)} times"
    if operation.outcome in {"refused", "again"} and not operation.worker:
        assert not effects, f"was told that nothing happened: {effects}"
    for event in effects:
        _check_effect(run, operation, event)
    if operation.case_id and not effects:
        _check_nothing(run, operation, operation.case_id)
    if operation.takes and operation.outcome == "done" and operation.answer is None:
        _check_empty(run, operation)
    elif operation.case_id is None and operation.outcome == "done" and not operation.worker:
        assert effects, "answered success and left nothing"


def _check_effect(run: Run, operation: Operation, event: Event) -> None:
    window = run.window(operation, event.case_id)
    assert event.version - 1 in window or event.kind == OPENS, f"version {event.version} is out of its time: {window}"
    if event.kind == OPENS:
        _check_opening(run, operation, event)
    elif not operation.worker:
        before = run.states[event.case_id][event.version - 1]
        assert operation.may(before), f"was not possible in {before}"
    if operation.outcome == "done":
        run.saw(operation, event.case_id, event.version)


def _seen(run: Run, operation: Operation, case_id: str) -> list[State]:
    return [run.states[case_id][version] for version in run.window(operation, case_id)]


def _check_opening(run: Run, operation: Operation, opened: Event) -> None:
    """A case is opened where no other of the person is open, or the open one is full."""
    for case_id in _others(run, opened.case_id, operation.person):
        seen = _seen(run, operation, case_id)
        free = [state for state in seen if state.status not in OPEN or state.live >= MOST_REQUESTS]
        assert free, f"{case_id} was open all the time: {seen}"


def _others(run: Run, case_id: str, person: int | None) -> list[str]:
    return [other for other, of in run.people.items() if of == person and other != case_id]


def _check_empty(run: Run, operation: Operation) -> None:
    """Nothing was to be had: each case was held, or elsewhere, at some moment."""
    for case_id in run.events:
        seen = _seen(run, operation, case_id)
        assert not all(operation.may(state) for state in seen), f"{case_id} was free all the time: {seen}"


def _check_nothing(run: Run, operation: Operation, case_id: str) -> None:
    """What left nothing was possible nowhere, or was to leave nothing, in some state that it may have seen."""
    if operation.outcome in {"unanswered", "again"} or operation.worker:
        return
    states, window = run.states[case_id], run.window(operation, case_id)
    if operation.outcome == "done" and operation.reads:
        fitting = [version for version in window if version == operation.answer]
    elif operation.outcome == "done":
        fitting = [version for version in window if operation.nothing(states[version])]
    else:
        fitting = [version for version in window if _refuses(run, operation, case_id, states[version])]
    assert fitting, f"no state explains it, of {_seen(run, operation, case_id)}"
    run.saw(operation, case_id, fitting[0])


def _refuses(run: Run, operation: Operation, case_id: str, state: State) -> bool:
    """Tell whether a refusal is right in a state, or another open case of the person may have been in its way."""
    if operation.person is not None:
        others = _others(run, case_id, operation.person)
        if any(other.status in OPEN for each in others for other in _seen(run, operation, each)):
            return True
    return not operation.may(state) and not operation.nothing(state)

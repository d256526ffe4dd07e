"""The crash matrix: the process dies before and after every AWS call of every flow, and nothing is lost.

    prepare ──▶ state ──┬── no call ─────────────────────▶ settle ──▶ shape "not done"
                        ├── call ────────────────────────▶ settle ──▶ shape "done"
                        ├── call, and repeat it ─────────▶ settle ──▶ shape "done twice"
                        └── call, die at an AWS call ─┬──▶ settle ──▶ complete, and one of the first two
                                                      └─ repeat ▶ settle ──▶ complete, and one of the last two

Flows of the system itself (messages, the schedule) are not repeated by a client: they must end as "done", both if their
messages are delivered again and if those are lost. A crash that left the table, the messages and the outbox in a state
that was already tried is not tried again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.support.aws_faults import ProcessDiedError
from tests.support.controlled_system import Snapshot
from tests.support.crashes.botocore_hook import process_dies
from tests.support.crashes.flow import Flow
from tests.support.crashes.rig import Rig, SystemState
from tests.support.crashes.table_shape import Shape, check_complete, pending_until, shape_of
from tests.support.proofs.tally import Tally
from tests.support.system import Answer

WHEN = ("before", "after")
_STEPS = 40
_SOON = timedelta(minutes=10)


class NotSettledError(AssertionError):
    """After many runs of the schedule, work is still pending."""


@dataclass
class Trial:
    """A prepared flow, which can be tried repeatedly from the same state.

    Attributes:
        rig: The system.
        flow: The flow.
        prepared: What ``Flow.act`` needs.
        start: The state from which each attempt starts.
        before: The records of the table in that state.
        calls: The AWS calls of the flow without a fault.
        not_done: The shape of the table if the flow is not called.
        done: The shape of the table if the flow is called once.
        done_twice: The shape of the table if the flow is called twice.
        seen_states: States whose recovery has been checked. Processes keep nothing in memory, so equal states recover
            in the same way.
    """

    rig: Rig
    flow: Flow
    prepared: Any = None
    start: SystemState = field(init=False)
    before: Snapshot = field(init=False)
    calls: tuple[str, ...] = ()
    not_done: Shape = field(default_factory=dict)
    done: Shape = field(default_factory=dict)
    done_twice: Shape = field(default_factory=dict)
    seen_states: list[SystemState] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Prepare the flow, and record its calls and outcomes without a fault."""
        self.rig.reset()
        self.prepared = self.flow.prepare(self.rig)
        self.start = self.rig.capture_state()
        self.seen_states.append(self.start)
        self.before = self.rig.read_table()
        self.act()  # compiles policies, whose text no later act reads
        self.done = self.outcome_of(self._act_without_fault)
        if self.flow.caller in {"requester", "staff"}:
            self.not_done = self.outcome_of()
            self.done_twice = self.outcome_of(self.act, self.act)
        if self.flow.idempotent:
            assert self.done_twice == self.done, f"not idempotent: {difference(self.done_twice, self.done)}"

    def _act_without_fault(self) -> None:
        with self.rig.hook.observe() as seen:
            answer = self.act()
            self.calls = tuple(seen)
        if answer is not None:
            assert answer.status == self.flow.status, (answer.status, answer.body)

    def act(self) -> Answer | None:
        """Make the call once, in a new process."""
        self.rig.restart()
        return self.flow.act(self.rig, self.prepared)

    def outcome_of(self, *acts: Callable[[], object]) -> Shape:
        """Restore the start, run some actions and settle; check that nothing is missing, and return the shape."""
        self.rig.restore(self.start)
        for act in acts:
            act()
        return self.settle()

    def settle(self) -> Shape:
        """Run the schedule and the queues until no work is pending; check that nothing is missing."""
        settle(self.rig)
        check_complete(self.rig, self.before)
        return shape_of(self.rig)

    def crash(self, number: int, when: str) -> None:
        """Make the call from the start, and have the process die before or after an AWS call."""
        self.rig.restore(self.start)
        dies = process_dies(when)
        with self.rig.hook.observe(lambda call, _operation: dies if call == number else None):
            try:
                self.act()
            except ProcessDiedError:
                return
        raise AssertionError("the process did not die")


def settle(rig: Rig) -> None:
    """Advance the clock, run the schedule and redeliver failed messages until no work is pending.

    Raises:
        NotSettledError: Work is still pending after many runs.
    """
    rig.restart()
    for _ in range(_STEPS):
        rig.later(seconds=65)
        rig.messages, rig.failed_messages = rig.messages + rig.failed_messages, []
        counts = rig.sweep()
        rig.pump()
        pending = pending_until(rig.read_table())
        if not (counts["asked"] or counts["switched"] or rig.failed_messages or pending):
            return
        if pending and pending - rig.time > _SOON:
            rig.time = pending
    raise NotSettledError(pending_until(rig.read_table()))


@dataclass(frozen=True, slots=True)
class Cell:
    """One crash of the matrix."""

    number: int
    operation: str
    when: str

    def __str__(self) -> str:
        """Return where the process dies."""
        return f"dies {self.when} {self.operation} ({self.number + 1})"


def cells(trial: Trial) -> Iterator[Cell]:
    """Yield two crashes for each call of a flow: before it and after it."""
    for number, operation in enumerate(trial.calls):
        for when in WHEN:
            yield Cell(number, operation, when)


def check_survives(trial: Trial, cell: Cell) -> None:
    """Check that a crash loses nothing and leaves no partial work, whether the caller retries or not.

    Raises:
        AssertionError: The system does not recover.
    """
    trial.crash(cell.number, cell.when)
    check_recovery(trial)


def check_recovery(trial: Trial) -> None:
    """Check that the system recovers from the state that an interrupted process left.

    Raises:
        AssertionError: It does not recover.
    """
    left = trial.rig.capture_state()
    if left in trial.seen_states:
        return
    _check_recovery_from(trial, left)
    trial.seen_states.append(left)


def _check_recovery_from(trial: Trial, left: SystemState) -> None:
    if trial.flow.caller == "system":
        _check_recovery_alone(trial, left)
    elif trial.flow.caller == "operator":
        trial.act()
        check_shape_in(trial.settle(), [trial.done])
    else:
        _check_recovery_with_retry(trial, left)


def _check_recovery_alone(trial: Trial, left: SystemState) -> None:
    """Check the recovery of the system's own work: with its messages delivered again, and with all hints lost.

    Delivery events are not hints; they are delivered again in both cases.
    """
    check_shape_in(trial.settle(), [trial.done])
    trial.rig.restore(left)
    trial.rig.messages = [message for message in left.messages if message.queue == "delivery"]
    check_shape_in(trial.settle(), [trial.done])


def _check_recovery_with_retry(trial: Trial, left: SystemState) -> None:
    rig = trial.rig
    alone = trial.settle()
    check_shape_in(alone, [trial.not_done, trial.done])
    trial.act()
    also = [trial.not_done] if trial.flow.done_alone else []
    check_shape_in(trial.settle(), [*also, trial.done, *([trial.done_twice] if alone == trial.done else [])])
    rig.restore(left)
    trial.act()
    check_shape_in(trial.settle(), [trial.done, trial.done_twice])


def check_shape_in(found: Shape, expected: list[Shape]) -> None:
    """Check that a shape is one of several.

    Raises:
        AssertionError: It is not; the text describes the difference from the last one.
    """
    assert any(found == shape for shape in expected), difference(found, expected[-1])


def difference(found: Shape, expected: Shape) -> str:
    """Describe the records in which two shapes differ."""
    lines = []
    for kind in sorted(found.keys() | expected.keys()):
        there, wanted = found.get(kind, []), expected.get(kind, [])
        if there != wanted:
            more = [line for line in there if line not in wanted]
            less = [line for line in wanted if line not in there]
            lines.append(f"{kind}: {len(there)} instead of {len(wanted)}: {more} instead of {less}")
    return "; ".join(lines)


@dataclass
class Row:
    """The result of a flow: the number of its calls, and of survived crashes before and after them."""

    flow: str
    calls: int = 0
    survived: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WHEN, 0))

    def as_list(self) -> list[str | int]:
        """Return the row as a list, which the report of a test can carry from one process to another."""
        return [self.flow, self.calls, *(self.survived[when] for when in WHEN)]


def prove(rig: Rig, flow: Flow, tally: Tally, *only: int) -> Row:
    """Try a flow without a fault, and then with every crash.

    Args:
        rig: The system.
        flow: The flow.
        tally: Counts the cases.
        only: The numbers of the calls to crash at, from 1; by default, all.
    """
    row, trials = Row(flow.name), list[Trial]()
    with tally.case(f"{flow.name}: without a fault"):
        trials.append(Trial(rig, flow))
    for trial in trials:
        row.calls = len(trial.calls)
        for cell in cells(trial):
            if not only or cell.number + 1 in only:
                with tally.case(f"{flow.name}: {cell}"):
                    check_survives(trial, cell)
                    row.survived[cell.when] += 1
    return row

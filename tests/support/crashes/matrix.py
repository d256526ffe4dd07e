"""The crash matrix: every flow, every AWS call of it, before and after: the process dies there, and nothing is lost.

    prepare ──▶ picture ──┬── nothing is asked ──────────▶ rest ──▶ shape "not done"
                          ├── asked ─────────────────────▶ rest ──▶ shape "done"
                          ├── asked, and asked again ────▶ rest ──▶ shape "done twice"
                          └── asked, dies at a call ─┬───▶ rest ──▶ whole, and one of the first two
                                                     └─ asked again ▶ rest ──▶ whole, and one of the last two

What the system asks of itself (messages, the schedule) needs nobody to come again: it must end as "done", whether its
messages are there again or were lost with it. A death that left the table, the messages and the outbox exactly as they
were before, or as another death did, has nothing to go on from but what was tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from tests.support.aws_faults import ProcessDiedError
from tests.support.controlled_system import Snapshot
from tests.support.crashes.botocore_hook import dies
from tests.support.crashes.flow import Flow
from tests.support.crashes.rig import Picture, Rig
from tests.support.crashes.table_shape import Shape, owed_until, shape_of, whole
from tests.support.proofs.tally import Tally
from tests.support.system import Answer

WHEN = ("before", "after")
_STEPS = 40
_SOON = timedelta(minutes=10)


class NoRestError(AssertionError):
    """The schedule fires and fires, and something is still owed."""


@dataclass
class Trial:
    """A flow that is prepared, to be tried again and again from the same picture."""

    rig: Rig
    flow: Flow
    found: Any = None
    """What ``act`` needs."""
    picture: Picture = field(init=False)
    before: Snapshot = field(init=False)
    calls: tuple[str, ...] = ()
    not_done: Shape = field(default_factory=dict)
    done: Shape = field(default_factory=dict)
    twice: Shape = field(default_factory=dict)
    known: list[Picture] = field(default_factory=list)
    """From where it was tried already how it goes on: processes remember nothing, so equal pictures have one future."""

    def __post_init__(self) -> None:
        """Prepare the flow, and see its calls and its ends where nothing goes wrong."""
        self.rig.begin()
        self.found = self.flow.prepare(self.rig)
        self.picture = self.rig.picture()
        self.known.append(self.picture)
        self.before = self.rig.look()
        self.done = self.end(self._ask_well)
        if self.flow.asker in {"requester", "staff"}:
            self.not_done = self.end()
            self.twice = self.end(self.ask, self.ask)
        if self.flow.once:
            assert self.twice == self.done, f"asked twice is not once: {difference(self.twice, self.done)}"

    def _ask_well(self) -> None:
        with self.rig.wire.watching() as seen:
            answer = self.ask()
            self.calls = tuple(seen)
        if answer is not None:
            assert answer.status == self.flow.status, (answer.status, answer.body)

    def ask(self) -> Answer | None:
        """Act once, in a process of its own."""
        self.rig.restart()
        return self.flow.act(self.rig, self.found)

    def end(self, *acts: Callable[[], object]) -> Shape:
        """Go from the picture through some acts to rest; check that all is whole, and return the shape."""
        self.rig.restore(self.picture)
        for act in acts:
            act()
        return self.rest()

    def rest(self) -> Shape:
        """Let the schedule fire and the queues run until nothing is owed; check that all is whole."""
        to_rest(self.rig)
        whole(self.rig, self.before)
        return shape_of(self.rig)

    def die(self, number: int, when: str) -> None:
        """Act from the picture, and die before or after a call."""
        self.rig.restore(self.picture)
        act = dies(when)
        with self.rig.wire.watching(lambda seen, _operation: act if seen == number else None):
            try:
                self.ask()
            except ProcessDiedError:
                return
        raise AssertionError("it did not die")


def to_rest(rig: Rig) -> None:
    """Let time pass, with the schedule firing and what was given back coming again, until nothing is owed.

    Raises NoRestError.
    """
    rig.restart()
    for _ in range(_STEPS):
        rig.later(seconds=65)
        rig.letters, rig.given_back = rig.letters + rig.given_back, []
        did = rig.sweep()
        rig.pump()
        owed = owed_until(rig.look())
        if not (did["asked"] or did["switched"] or rig.given_back or owed):
            return
        if owed and owed - rig.time > _SOON:
            rig.time = owed
    raise NoRestError(owed_until(rig.look()))


@dataclass(frozen=True, slots=True)
class Cell:
    """One death of the matrix."""

    number: int
    operation: str
    when: str

    def __str__(self) -> str:
        """Say where the process dies."""
        return f"dies {self.when} {self.operation} ({self.number + 1})"


def cells(trial: Trial) -> Iterator[Cell]:
    """Go through every call of a flow, before and after."""
    for number, operation in enumerate(trial.calls):
        for when in WHEN:
            yield Cell(number, operation, when)


def survives(trial: Trial, cell: Cell) -> None:
    """Check that a death loses nothing and leaves nothing half done, whether the asker comes again or not.

    Raises AssertionError.
    """
    trial.die(cell.number, cell.when)
    comes_to_its_end(trial)


def comes_to_its_end(trial: Trial) -> None:
    """Check that what an interrupted process left becomes whole, whoever comes again. Raises AssertionError."""
    left = trial.rig.picture()
    if left in trial.known:
        return
    _go_on(trial, left)
    trial.known.append(left)


def _go_on(trial: Trial, left: Picture) -> None:
    if trial.flow.asker == "system":
        _by_itself(trial, left)
    elif trial.flow.asker == "operator":
        trial.ask()
        is_one_of(trial.rest(), [trial.done])
    else:
        _whoever_comes_again(trial, left)


def _by_itself(trial: Trial, left: Picture) -> None:
    """Its messages are there again, or were lost with it: all but the mail service's reports are only hints."""
    is_one_of(trial.rest(), [trial.done])
    trial.rig.restore(left)
    trial.rig.letters = [letter for letter in left.letters if letter.queue == "delivery"]
    is_one_of(trial.rest(), [trial.done])


def _whoever_comes_again(trial: Trial, left: Picture) -> None:
    rig = trial.rig
    alone = trial.rest()
    is_one_of(alone, [trial.not_done, trial.done])
    trial.ask()
    is_one_of(trial.rest(), [trial.done, trial.twice] if alone == trial.done else [trial.done])
    rig.restore(left)
    trial.ask()
    is_one_of(trial.rest(), [trial.done, trial.twice])


def is_one_of(found: Shape, expected: list[Shape]) -> None:
    assert any(found == shape for shape in expected), difference(found, expected[-1])


def difference(found: Shape, expected: Shape) -> str:
    """Say in which records two shapes differ."""
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
    """What the matrix says of a flow: its calls, and how many deaths before and after them it survived."""

    flow: str
    calls: int = 0
    survived: dict[str, int] = field(default_factory=lambda: dict.fromkeys(WHEN, 0))

    def told(self) -> list[str | int]:
        """Return the row as a report of a test carries it, from one process to another."""
        return [self.flow, self.calls, *(self.survived[when] for when in WHEN)]


def prove(rig: Rig, flow: Flow, tally: Tally, *only: int) -> Row:
    """Try a flow without a death, and then every death of it, or those at some of its calls (the first is 1)."""
    row, trials = Row(flow.name), list[Trial]()
    with tally.case(f"{flow.name}: nothing goes wrong"):
        trials.append(Trial(rig, flow))
    for trial in trials:
        row.calls = len(trial.calls)
        for cell in cells(trial):
            if not only or cell.number + 1 in only:
                with tally.case(f"{flow.name}: {cell}"):
                    survives(trial, cell)
                    row.survived[cell.when] += 1
    return row

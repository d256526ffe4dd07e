"""Try every fault at every call of a flow, as the crash matrix tries deaths, and note what whoever asked sees."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from prioritize.app import UnsentError
from tests.support.aws_faults import Responder
from tests.support.crashes.botocore_hook import Choose
from tests.support.crashes.flow import Flow
from tests.support.crashes.matrix import Trial, comes_to_its_end, is_one_of
from tests.support.crashes.rig import Rig
from tests.support.faults.kinds import KINDS, WRITES, Kind, lost, service_of
from tests.support.faults.visible_outcomes import Seen, may_see
from tests.support.proofs.tally import Tally

FEW = 1
"""Of equal calls of one flow, the first so many and the last are tried."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault of one call."""

    number: int
    operation: str
    kind: Kind

    def __str__(self) -> str:
        """Say what fails."""
        return f"{self.operation} ({self.number + 1}): {self.kind}"


def cells(trial: Trial) -> Iterator[Cell]:
    """Go through the calls of a flow and the faults that can occur there."""
    for number, operation in enumerate(trial.calls):
        places = [place for place, other in enumerate(trial.calls) if other == operation]
        if number in {*places[:FEW], places[-1]}:
            yield from (Cell(number, operation, kind) for kind in KINDS if kind.act(operation))


def meets(trial: Trial, cell: Cell) -> Seen:
    """Have a flow meet a fault; check that what was answered as done is done, and that all else comes to its end.

    Returns what whoever asked sees. Raises AssertionError.
    """
    trial.rig.restore(trial.picture)
    with trial.rig.wire.watching(_choose(cell)):
        seen = _ask(trial)
    if seen == "as ever" and trial.flow.asker != "operator":
        is_one_of(trial.rest(), [trial.done])
    else:
        comes_to_its_end(trial)
    return seen


def _choose(cell: Cell) -> Choose:
    def choose(number: int, operation: str) -> Responder | None:
        on_and_on = number >= cell.number and service_of(operation) == service_of(cell.operation)
        meant = on_and_on if cell.kind.lasts else number == cell.number
        return cell.kind.act(operation) if meant else None

    return choose


def _ask(trial: Trial) -> Seen:
    try:
        answer = trial.ask()
    except (ClientError, BotoCoreError, UnsentError):
        return "comes again"
    if answer is None:
        return "comes again" if trial.rig.given_back else "as ever"
    if answer.status == trial.flow.status:
        return "as ever"
    again = answer.json()["type"] == "/problems/still-filing"
    assert again or answer.status == HTTPStatus.SERVICE_UNAVAILABLE, (answer.status, answer.body)
    assert answer.content_type == "application/problem+json", answer
    return "try again"


def prove(rig: Rig, flow: Flow, tally: Tally, only: str = "") -> None:
    """Try every fault at every call of a flow, or one kind of them, and check what whoever asked sees."""
    trial = Trial(rig, flow)
    for cell in cells(trial):
        if only in {"", str(cell.kind)}:
            with tally.case(f"{flow.name}: {cell}"):
                seen = meets(trial, cell)
                assert seen in may_see(str(cell.kind), service_of(cell.operation), flow), seen


def prove_tokens(rig: Rig, flow: Flow, tally: Tally) -> None:
    """Lose the answer of each transaction of a flow once: it ends as where none was lost, and is told so."""
    trial = Trial(rig, flow)
    for number, operation in enumerate(trial.calls):
        if operation == WRITES:
            with tally.case(f"{flow.name}: the answer of transaction {number + 1} is lost"):
                assert meets(trial, Cell(number, operation, Kind("answer lost", lost, lasts=False))) == "as ever"

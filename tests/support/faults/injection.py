"""Inject every fault into every AWS call of a flow, and check the outcome that the caller sees and the recovery."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus

from botocore.exceptions import BotoCoreError, ClientError

from prioritize.app import FailedError, UnsentError
from tests.support.aws_faults import Responder
from tests.support.crashes.botocore_hook import ChooseFault
from tests.support.crashes.flow import Flow
from tests.support.crashes.matrix import Trial, check_recovery, check_shape_in
from tests.support.crashes.rig import Rig
from tests.support.faults.kinds import KINDS, WRITES, FaultKind, response_lost, service_of
from tests.support.faults.visible_outcomes import Outcome, expected_outcomes
from tests.support.proofs.tally import Tally

FIRST_CALLS = 1
"""How many of the equal calls of a flow are tried: this many from the first, and the last one."""


@dataclass(frozen=True, slots=True)
class Cell:
    """One fault in one call."""

    number: int
    operation: str
    kind: FaultKind

    def __str__(self) -> str:
        """Return which call fails, and how."""
        return f"{self.operation} ({self.number + 1}): {self.kind}"


def cells(trial: Trial) -> Iterator[Cell]:
    """Yield the faults that can occur in each call of a flow."""
    for number, operation in enumerate(trial.calls):
        places = [place for place, other in enumerate(trial.calls) if other == operation]
        if number in {*places[:FIRST_CALLS], places[-1]}:
            yield from (Cell(number, operation, kind) for kind in KINDS if kind.responder(operation))


def inject(trial: Trial, cell: Cell) -> Outcome:
    """Inject a fault into a flow; check that a confirmed call is done, and that the system recovers otherwise.

    Returns:
        The outcome that the caller sees.

    Raises:
        AssertionError: A confirmed call is not done, or the system does not recover.
    """
    trial.rig.restore(trial.start)
    with trial.rig.hook.observe(_choose_fault(cell)):
        outcome = _outcome_of_call(trial)
    if outcome == "no effect" and trial.flow.caller != "operator":
        check_shape_in(trial.settle(), [trial.done])
    else:
        check_recovery(trial)
    return outcome


def _choose_fault(cell: Cell) -> ChooseFault:
    def choose(number: int, operation: str) -> Responder | None:
        later_of_service = number >= cell.number and service_of(operation) == service_of(cell.operation)
        is_faulty = later_of_service if cell.kind.lasts else number == cell.number
        return cell.kind.responder(operation) if is_faulty else None

    return choose


def _outcome_of_call(trial: Trial) -> Outcome:
    try:
        answer = trial.act()
    except (ClientError, BotoCoreError, FailedError, UnsentError):
        return "redelivered"
    if answer is None:
        return "redelivered" if trial.rig.failed_messages else "no effect"
    if answer.status == trial.flow.status:
        return "no effect"
    is_filing = answer.json()["type"] == "/problems/still-filing"
    assert is_filing or answer.status == HTTPStatus.SERVICE_UNAVAILABLE, (answer.status, answer.body)
    assert answer.content_type == "application/problem+json", answer
    return "retry requested"


def prove(rig: Rig, flow: Flow, tally: Tally, only: str = "") -> None:
    """Inject every fault, or one kind of fault, into every call of a flow, and check the outcomes."""
    trial = Trial(rig, flow)
    for cell in cells(trial):
        if only in {"", str(cell.kind)}:
            with tally.case(f"{flow.name}: {cell}"):
                outcome = inject(trial, cell)
                expected = expected_outcomes(str(cell.kind), service_of(cell.operation), flow)
                if flow.last_reads_may_fail and WRITES not in trial.calls[cell.number :]:
                    expected = frozenset({"no effect"})
                assert outcome in expected, outcome


def prove_tokens(rig: Rig, flow: Flow, tally: Tally) -> None:
    """Lose the response of each transaction of a flow once, and check that this has no effect."""
    trial = Trial(rig, flow)
    for number, operation in enumerate(trial.calls):
        if operation == WRITES:
            with tally.case(f"{flow.name}: the response of transaction {number + 1} is lost"):
                assert (
                    inject(trial, Cell(number, operation, FaultKind("response lost", response_lost, lasts=False)))
                    == "no effect"
                )

"""What a queue may do to messages: deliver them twice, late, in another order, or not at all."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.controlled_system import QueuedMessage
from tests.support.crashes.flow import Flow
from tests.support.crashes.matrix import Trial, is_one_of
from tests.support.crashes.rig import Arrive, Rig, add
from tests.support.crashes.table_shape import Shape
from tests.support.proofs.tally import Tally

Scheme = Callable[[Trial], Shape]


def _arriving(arrive: Arrive) -> Scheme:
    """Let all messages arrive so, those of the flow and those that come of them."""

    def scheme(trial: Trial) -> Shape:
        trial.rig.letters = arrive([], trial.rig.letters)
        trial.rig.arrive = arrive
        trial.ask()
        return trial.rest()

    return scheme


def _losing(trial: Trial) -> Shape:
    """Lose all that the flow sends."""
    trial.rig.arrive = lambda waiting, _sent: waiting
    trial.ask()
    trial.rig.arrive = add
    return trial.rest()


def _late(trial: Trial) -> Shape:
    """Deliver what the flow sends only when the sweep has long asked again and all is done."""
    rig = trial.rig
    held: list[QueuedMessage] = []

    def hold(waiting: list[QueuedMessage], sent: list[QueuedMessage]) -> list[QueuedMessage]:
        held.extend(sent)
        return waiting

    rig.arrive = hold
    trial.ask()
    rig.arrive = add
    trial.rest()
    rig.letters = held
    return trial.rest()


SCHEMES: dict[str, Scheme] = {
    "twice": _arriving(lambda waiting, sent: waiting + sent + sent),
    "last first": _arriving(lambda waiting, sent: sent[::-1] + waiting),
    "late": _late,
    "lost": _losing,
}


def prove(rig: Rig, flow: Flow, tally: Tally) -> None:
    """Let the queues do everything to the messages of a flow: the end is the same."""
    trial = Trial(rig, flow)
    for name, scheme in SCHEMES.items():
        with tally.case(f"{flow.name}: messages {name}"):
            rig.restore(trial.picture)
            is_one_of(scheme(trial), [trial.done])

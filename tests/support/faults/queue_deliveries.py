"""Irregular deliveries of queues: twice, late, in another order, or not at all."""

from __future__ import annotations

from collections.abc import Callable

from tests.support.controlled_system import QueuedMessage
from tests.support.crashes.flow import Flow
from tests.support.crashes.matrix import Trial, check_shape_in
from tests.support.crashes.rig import QueueBehavior, Rig, in_order
from tests.support.crashes.table_shape import Shape
from tests.support.proofs.tally import Tally

Scheme = Callable[[Trial], Shape]


def _with_behavior(behavior: QueueBehavior) -> Scheme:
    """Apply a behavior to all messages: those of the flow, and those that result from them."""

    def scheme(trial: Trial) -> Shape:
        trial.rig.messages = behavior([], trial.rig.messages)
        trial.rig.enqueue = behavior
        trial.act()
        return trial.settle()

    return scheme


def _lost(trial: Trial) -> Shape:
    """Lose all messages that the flow sends."""
    trial.rig.enqueue = lambda waiting, _sent: waiting
    trial.act()
    trial.rig.enqueue = in_order
    return trial.settle()


def _late(trial: Trial) -> Shape:
    """Deliver the messages of the flow only after the sweep has replaced them and all work is done."""
    rig = trial.rig
    held: list[QueuedMessage] = []

    def hold(waiting: list[QueuedMessage], sent: list[QueuedMessage]) -> list[QueuedMessage]:
        held.extend(sent)
        return waiting

    rig.enqueue = hold
    trial.act()
    rig.enqueue = in_order
    trial.settle()
    rig.messages = held
    return trial.settle()


SCHEMES: dict[str, Scheme] = {
    "twice": _with_behavior(lambda waiting, sent: waiting + sent + sent),
    "last first": _with_behavior(lambda waiting, sent: sent[::-1] + waiting),
    "late": _late,
    "lost": _lost,
}


def prove(rig: Rig, flow: Flow, tally: Tally) -> None:
    """Run a flow with each kind of irregular delivery, and check that the result is the same."""
    trial = Trial(rig, flow)
    for name, scheme in SCHEMES.items():
        with tally.case(f"{flow.name}: messages {name}"):
            rig.restore(trial.start)
            check_shape_in(scheme(trial), [trial.done])

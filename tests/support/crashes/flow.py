"""A flow: what one process of the system is asked to do, and what the matrix knows of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.crashes.rig import Rig
from tests.support.system import Answer

Asker = Literal["requester", "staff", "operator", "system"]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow: ``prepare`` makes ready and returns what ``act`` needs; ``act`` is one process, one request or event.

    ``asker`` says who would come again: nobody has to where it is the system, whose messages and schedule do. What
    an operator asks for has many parts, and is asked for until it is done.
    """

    name: str
    asker: Asker
    prepare: Callable[[Rig], Any]
    act: Callable[[Rig, Any], Answer | None]
    status: int | None = None
    """What the asker gets where nothing goes wrong."""
    once: bool = False
    """Asked twice, it is done once: an Idempotency-Key, or nothing is left to be done."""
    again: bool = True
    """Where another transaction was in the way it starts again by itself; the policy office and who reads a case don't,
    and are asked to."""


def named(flows: Sequence[Flow], *names: str) -> list[Flow]:
    """Return some flows by their names, in that order. Raises KeyError for a name that none has."""
    by_name = {flow.name: flow for flow in flows}
    return [by_name[name] for name in names]

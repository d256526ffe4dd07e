"""A flow: one request, message or scheduled task that one process handles, and what the crash matrix knows of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from tests.support.crashes.rig import Rig
from tests.support.system import Answer

Caller = Literal["requester", "staff", "operator", "system"]


@dataclass(frozen=True, slots=True)
class Flow:
    """A flow.

    Attributes:
        name: The name of the flow.
        caller: Who makes the call, and would retry it. Flows of the system are retried by their messages and the
            schedule; an operator's task is repeated until it is complete.
        prepare: Prepares the table and the messages, and returns what ``act`` needs.
        act: Makes the call: one process that handles one request or event.
        status: The status of the response without a fault.
        idempotent: Whether a repeated call has no further effect: because of its Idempotency-Key, or because nothing is
            left to do.
        last_reads_may_fail: Whether the reads after the transaction may fail without an effect: what they add to the
            response is then left out.
        done_alone: Whether the system does by itself, without the caller's part in it, what the call would have done.
    """

    name: str
    caller: Caller
    prepare: Callable[[Rig], Any]
    act: Callable[[Rig, Any], Answer | None]
    status: int | None = None
    idempotent: bool = False
    last_reads_may_fail: bool = False
    done_alone: bool = False


def named(flows: Sequence[Flow], *names: str) -> list[Flow]:
    """Return flows by their names, in the order of the names.

    Raises:
        KeyError: No flow has one of the names.
    """
    by_name = {flow.name: flow for flow in flows}
    return [by_name[name] for name in names]

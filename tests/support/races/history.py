"""Records a concurrent run: what was asked, when, what was answered; and what the table says came of it.

Each operation runs as in an environment of its own: with its own clock, which no other shares a millisecond with, and
its own copy of the registry of policies. So the instant of an event names the operation that it is the effect of.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import count
from typing import Any, Literal, NamedTuple

from casereview.cases.lifecycle import ENDED
from casereview.cases.returned import NEWS
from casereview.http.problems import ProblemError
from casereview.schema.event_records import Event
from casereview.store.policy_repository import PolicyRepository
from casereview.usecases.services import CaseServices
from prioritize.services import Services
from prioritize.worker import StillChangingError
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.aws_faults import ProcessDiedError
from tests.support.system import System

NEVER = sys.maxsize
NEVER_AT = datetime.min.replace(tzinfo=UTC)
Dies = Literal["before", "after"]
"""A process ends before or after its transaction took effect: nobody is told which."""


class Own(NamedTuple):
    """What one operation works with, of its own."""

    desk: CaseServices
    services: Services


@dataclass(slots=True)
class State:
    """A case after one of its events, as the history tells it."""

    version: int = 0
    status: str | None = None
    office: str | None = None
    decided_at: str | None = None
    """The field office that decided, while the case is with the Senior Reviewing Official."""
    holder: str | None = None
    author: str | None = None
    """Who proposed the decision that waits."""
    returned: bool = False
    """Whether news returned the last proposed decision to its author."""
    deciders: frozenset[str] = frozenset()
    """Who made or approved the last decision of the field office."""
    overruled: frozenset[str] = frozenset()
    """Who made or approved a decision that the Senior Reviewing Official overrode."""
    excluded: frozenset[str] = frozenset()
    """Whose decision was remanded."""
    requests: int = 1
    withdrawn: frozenset[str] = frozenset()
    """Receipts of the requests that were withdrawn."""
    live: int = 1
    policy: str | None = None
    verified: frozenset[str] = frozenset()
    """Receipts of the requests whose holders are verified."""
    material: int = 0
    """The version of the last event that a decision must have considered."""

    def opens(self, office: str | None) -> bool:
        """Tell whether a field office may see the case."""
        return self.office == office or (self.status in ENDED and self.decided_at == office)


Holds = Callable[[State], bool]


@dataclass(slots=True)
class Operation:
    """One call: what it was, what must hold for it to take effect, and how it ended."""

    name: str
    case_id: str | None
    """None where it may open a case, or is about none."""
    may: Holds
    """Whether it can take effect on a case in a state."""
    nothing: Holds = lambda _state: False
    """Whether it succeeds in a state without an effect."""
    worker: bool = False
    """It does what it finds to do: nothing, or several things."""
    reads: bool = False
    """Its answer is a version of the case."""
    takes: bool = False
    """It takes any case that it may, and answers None where there is none."""
    person: int | None = None
    """Another open case of this person stands in its way."""
    at: datetime = NEVER_AT
    invoked: int = 0
    responded: int = NEVER
    outcome: Literal["done", "refused", "again", "unanswered"] = "unanswered"
    answer: object = None

    def __str__(self) -> str:
        why = f" {self.answer}" if self.outcome == "refused" else ""
        return f"{self.name} on {self.case_id or 'a person'} ({self.outcome}{why})"


@dataclass
class Recorder:
    """Carries operations out and remembers them; used by many threads at once."""

    system: System
    operations: list[Operation] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))
    _doomed: threading.local = field(default_factory=threading.local)

    def do(self, operation: Operation, act: Callable[[Own], object], dies: Dies | None = None) -> Operation:
        """Carry an operation out; a process that dies leaves it unanswered."""
        operation.at = self.system.time + timedelta(milliseconds=next(self._numbers))
        own = self._own(operation.at)
        self._doomed.dies = dies
        operation.invoked = time.perf_counter_ns()
        self.operations.append(operation)
        try:
            operation.answer = act(own)
            operation.outcome = "done"
        except StillChangingError:
            operation.outcome = "again"
        except ProblemError as problem:
            operation.outcome = "again" if problem.status == HTTPStatus.SERVICE_UNAVAILABLE else "refused"
            operation.answer = f"{problem.type} {problem.errors}"
        except ProcessDiedError:
            return operation
        finally:
            self._doomed.dies = None
        operation.responded = time.perf_counter_ns()
        return operation

    def _own(self, at: datetime) -> Own:
        table = self.system.intake.table
        policies = PolicyRepository(table, lambda: at)
        return Own(
            replace(self.system.intake, policies=policies, now=lambda: at),
            replace(self.system.prioritize, policies=policies, now=lambda: at),
        )

    @contextmanager
    def dying(self) -> Iterator[None]:
        """Let the processes that are doomed die at their first transaction."""

        def call(asked: Call, make: MakeCall) -> Any:  # noqa: ANN401  # what AWS answers
            dies = getattr(self._doomed, "dies", None) if asked.operation == "TransactWriteItems" else None
            if dies == "before":
                raise ProcessDiedError
            answer = make(asked.operation, asked.parameters)
            if dies == "after":
                raise ProcessDiedError
            return answer

        with intercept_calls(call):
            yield


_HOLDING = frozenset({"in_review", "awaiting_approval", "with_senior_official"})
_FREES = frozenset({"released", "lease_ended", "transferred", "escalated", "remanded", "official_decided"})


def _holder_after(state: State, event: Event) -> str | None:
    """Return the name of the officer who holds a case after an event, given its state with the changes."""
    if event.kind == "claimed":
        return event.user
    if event.kind == "assigned":
        return str(event.details["to"])
    if event.kind == "resumed" and "held_by" in event.details:
        return str(event.details["held_by"])
    return None if event.kind in _FREES or state.status not in _HOLDING else state.holder


def after(state: State, event: Event) -> State:
    """Return the state of a case after an event."""
    told = {name: change.after for name, change in event.changes.items()}
    known: dict[str, Any] = {
        name: told[name] for name in ("status", "office", "requests", "live", "policy") if name in told
    }
    found = replace(state, version=event.version, **known)
    found.holder = _holder_after(found, event)
    if event.kind == "escalated":
        found.decided_at = state.office
    elif event.kind in {"remanded", "reopened"}:
        found.decided_at = None
    _decided(state, found, event)
    if event.kind == "withdrawn" and event.receipt:
        found.withdrawn = state.withdrawn | {event.receipt}
    elif event.kind == "withdrawal_undone" and event.receipt:
        found.withdrawn = state.withdrawn - {event.receipt}
    if event.kind == "verified" and event.receipt:
        found.verified = state.verified | {event.receipt}
    if _is_material(state, event):
        found.material = event.version
    return found


def _decided(state: State, found: State, event: Event) -> None:
    """Keep who decided, and who must not act again."""
    user = str(event.user)
    if event.kind in {"decision_proposed", "decided"}:
        found.author, found.deciders, found.returned = user, frozenset({user}), False
    elif event.kind == "decision_returned":
        found.returned = any(event.details.get(why) for why in NEWS)
    elif event.kind == "approved":
        found.deciders = state.deciders | {user}
    elif event.kind == "official_decided" and event.details["outcome"] == "override":
        found.overruled = state.overruled | state.deciders
    elif event.kind == "remanded" and state.author:
        found.excluded = state.excluded | {state.author}


def _is_material(state: State, event: Event) -> bool:
    """Tell whether a decision must have considered an event: a finding, or words of a verified holder."""
    said = event.kind == "updated" and event.text is not None and event.receipt in state.verified
    return said or event.kind in {"verified", "removal_recorded"}


def states(events: list[Event]) -> list[State]:
    """Return the states of a case by version, from before it was there."""
    found = [State()]
    for event in events:
        found.append(after(found[-1], event))
    return found

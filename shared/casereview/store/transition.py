"""A step in the life of a case: what one event makes of it, and the writes that are one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from casereview.cases import lifecycle
from casereview.cases.changes import changes_between
from casereview.schema.records import Case, Event, Notice
from casereview.schema.vocabulary import EventKind
from casereview.store.transaction import Write, put_new, put_over

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


@dataclass(frozen=True, slots=True)
class Actor:
    """Who causes an event."""

    kind: Literal["requester", "officer", "system"]
    user: str | None = None


REQUESTER = Actor("requester")


def _case_unchanged() -> CaseFields:
    return {}


def _no_event_fields() -> EventFields:
    return {}


@dataclass(frozen=True, slots=True)
class Transition:
    """What an event makes of a case: new values of its fields, what the event holds, and what else is written."""

    kind: EventKind
    case: CaseFields = field(default_factory=_case_unchanged)
    event: EventFields = field(default_factory=_no_event_fields)
    also: tuple[Write, ...] = ()
    notices: tuple[Notice, ...] = ()


Plan = Callable[[Case], Transition | None]
"""From the case as it is to a step; None where nothing is to be done."""


def applied(case: Case, step: Transition) -> Case:
    """Return the case after a step. Raises IllegalTransitionError for one that the lifecycle does not know."""
    changes: CaseFields = {"version": case.version + 1, "attempts": 0, "stuck": False, **step.case}
    after = case.evolve(**changes)
    lifecycle.check(step.kind, case.status, after.status)
    return after.evolve(shown_since=_shown_since(case, after))


def _shown_since(before: Case, after: Case) -> datetime | None:
    """Return since when a state is shown, if a step between states that look the same does not move that."""
    if lifecycle.public(before.status) != lifecycle.public(after.status):
        return None
    since = before.shown_since or before.status_since
    return since if since != after.status_since else None


def writes_of(before: Case, after: Case, step: Transition, actor: Actor, at: datetime) -> list[Write]:
    """Return the writes of a step: case and event first, then the notices and what else belongs to it."""
    event = Event(
        case_id=after.case_id,
        version=after.version,
        at=at,
        kind=step.kind,
        actor=actor.kind,
        user=actor.user,
        changes=changes_between(before, after),
    )
    owed = [put_new(notice) for notice in step.notices]
    return [put_over(after, version=before.version), put_new(event.evolve(**step.event)), *owed, *step.also]

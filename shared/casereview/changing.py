"""Change a case: one transaction of the case on its version, one event, and whatever belongs to it.

A plan says what an event makes of the case as it is now. Where another write was faster, the case is read again
and the plan asked again, at most three times; so a plan must rest on nothing but what it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Literal

from casereview import keys, lifecycle
from casereview.desk import Desk
from casereview.history import changes_between
from casereview.lifecycle import EventKind
from casereview.problems import Problem
from casereview.records import Case, Event, Notice
from casereview.table import Refused, Write, put_new, put_over

TRIES = 3


@dataclass(frozen=True, slots=True)
class Actor:
    """Who causes an event."""

    kind: Literal["requester", "officer", "system"]
    user: str | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What an event makes of a case: new values of its fields, what the event holds, and what else is written."""

    kind: EventKind
    case: Mapping[str, object] = field(default_factory=dict)
    event: Mapping[str, object] = field(default_factory=dict)
    also: tuple[Write, ...] = ()
    notices: tuple[Notice, ...] = ()


Plan = Callable[[Case, bool], Step | None]
"""From the case, and whether it is asked again, to a step; None where nothing is to be done."""

CLOSED: Mapping[str, object] = {
    "rank_at": None,
    "lease_until": None,
    "target_at": None,
    "answer_by": None,
    "claimed_by": None,
    "stuck": False,
}
"""A case that nobody works on owes nothing."""


def change(desk: Desk, case_id: str, actor: Actor, at: datetime, plan: Plan) -> Case | None:
    """Carry a plan out and send its hints; return the case as it is now, or None where there is none.

    Raises what the plan raises, and Problem 503 where the case keeps moving.
    """
    for attempt in range(TRIES):
        case = desk.table.get(Case, keys.case(case_id))
        step = plan(case, attempt > 0) if case else None
        if case is None or step is None:
            return case
        after = case.model_copy(update={"version": case.version + 1, "attempts": 0, **step.case})
        lifecycle.check(step.kind, case.status, after.status)
        try:
            desk.table.write(*writes(case, after, step, actor, at))
        except Refused:
            continue
        _hint(desk, after, step, at)
        return after
    raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "Please send this again")


def writes(before: Case, after: Case, step: Step, actor: Actor, at: datetime) -> list[Write]:
    """Return the writes of a step: case and event first, then the notices and what else belongs to it."""
    event = Event(
        case_id=after.case_id,
        version=after.version,
        at=at,
        kind=step.kind,
        actor=actor.kind,
        user=actor.user,
        changes=changes_between(before, after),
        **step.event,  # type: ignore[arg-type]
    )
    owed = [put_new(notice) for notice in step.notices]
    return [put_over(after, version=before.version), put_new(event), *owed, *step.also]


def _hint(desk: Desk, after: Case, step: Step, at: datetime) -> None:
    if after.rank_at is not None and after.rank_at <= at:
        desk.hint_rank(after)
    for notice in step.notices:
        desk.hint_notice(notice)

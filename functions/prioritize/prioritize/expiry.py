"""What ends by itself: a claim whose lease is over, and the wait for an answer. Each is an event of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.first_look import resumed_clock
from casereview.cases.lease import fields_in_line
from casereview.schema.records import Case
from casereview.store.caseload import give_back
from casereview.store.transition import Actor, Transition, applied, writes_of
from prioritize.services import Services

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

_SYSTEM = Actor("system")


def end_what_ended(services: Services, case: Case, now: datetime) -> Case:
    """End a lease or a wait that is over, in one transaction; return the case as it then is, the same if none was.

    Raises RefusedError where another write was faster.
    """
    step = _lease(case, now) or _answer(case, now)
    if step is None:
        return case
    after = applied(case, step)
    services.table.write(*writes_of(case, after, step, _SYSTEM, now))
    return after


def _lease(case: Case, now: datetime) -> Transition | None:
    if case.lease_until is None or case.lease_until > now:
        return None
    ended: CaseFields = {"rank_at": now, "hold": None, **fields_in_line(case, now)}
    return Transition("lease_ended", ended, also=give_back(case))


def _answer(case: Case, now: datetime) -> Transition | None:
    if case.status != "information_needed" or case.answer_by is None or case.answer_by > now:
        return None
    again: CaseFields = {
        "status": "in_line",
        "status_since": now,
        "answer_by": None,
        "rank_at": now,
        "first_look": resumed_clock(case, case.answer_by),
    }
    return Transition("resumed", again)

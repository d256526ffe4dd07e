"""Expire leases and information requests. Each expiry is an event of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.first_look import resumed_clock
from casereview.cases.lease import fields_in_line
from casereview.schema.records import Case
from casereview.store.caseload import uncount_claim
from casereview.store.transition import Actor, Transition, applied, writes_of
from prioritize.services import Services

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

_SYSTEM = Actor("system")


def expire(services: Services, case: Case, now: datetime) -> Case:
    """End an expired lease or an expired information request, in one transaction.

    Args:
        services: The table.
        case: The case as it was read.
        now: The current time.

    Returns:
        The case after the write; the same object if nothing has expired.

    Raises:
        RefusedError: Another write changed the case first.
    """
    step = _lease_expiry(case, now) or _answer_expiry(case, now)
    if step is None:
        return case
    after = applied(case, step)
    services.table.write(*writes_of(case, after, step, _SYSTEM, now))
    return after


def _lease_expiry(case: Case, now: datetime) -> Transition | None:
    if case.lease_until is None or case.lease_until > now:
        return None
    ended: CaseFields = {"rank_at": now, "hold": None, **fields_in_line(case, now)}
    return Transition("lease_ended", ended, also=uncount_claim(case))


def _answer_expiry(case: Case, now: datetime) -> Transition | None:
    if case.status != "information_needed" or case.answer_by is None or case.answer_by > now:
        return None
    resumed: CaseFields = {
        "status": "in_line",
        "status_since": now,
        "answer_by": None,
        "rank_at": now,
        "first_look": resumed_clock(case, case.answer_by),
    }
    return Transition("resumed", resumed)

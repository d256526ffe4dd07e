"""Expire leases and information requests. Each expiry is an event of its own."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.first_look import resumed_clock
from casereview.cases.lease import asker_of_answer, fields_in_line, returned_to
from casereview.schema.records import Case
from casereview.store.caseload import count_returned, uncount_claim
from casereview.store.transition import Actor, Transition, applied, writes_of
from prioritize.services import Services

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

_SYSTEM = Actor("system")


def expire(services: Services, case: Case, now: datetime) -> Case:
    """End an expired lease or an expired information request, in one transaction.

    Args:
        services: The table and the policies.
        case: The case as it was read.
        now: The current time.

    Returns:
        The case after the write; the same object if nothing has expired.

    Raises:
        RefusedError: Another write changed the case first.
    """
    step = _lease_expiry(case, now) or _answer_expiry(services, case, now)
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


def _answer_expiry(services: Services, case: Case, now: datetime) -> Transition | None:
    """End a wait for information: with an answer the case returns to the officer who asked, else it goes in line."""
    if case.status != "information_needed" or case.answer_by is None or case.answer_by > now:
        return None
    resumed: CaseFields = {
        "status": "in_line",
        "status_since": now,
        "answer_by": None,
        "asked_by": None,
        "asked_of": (),
        "rank_at": now,
        "first_look": resumed_clock(case, case.answer_by),
    }
    asker = asker_of_answer(case)
    if asker is None:
        return Transition("resumed", resumed)
    hold = returned_to(asker, case, services.policies.in_force(case.digest, now), now)
    returned: CaseFields = {**resumed, "status": "in_review", "hold": hold}
    return Transition("resumed", returned, {"details": {"held_by": asker.by}}, (count_returned(asker.by_id),))

"""Change a case: one transaction of the case on its version, one event, and whatever belongs to it.

A plan says what an event makes of the case as it is now. Where another write was faster, the case is read again
and the plan asked again, at most three times; so a plan must rest on nothing but what it is given.
"""

from __future__ import annotations

from datetime import datetime

from casereview.http.problems import ProblemError
from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.transition import Actor, Plan, Transition, applied, writes_of
from casereview.usecases.services import CaseServices

TRIES = 3


def change(services: CaseServices, case_id: str, actor: Actor, at: datetime, plan: Plan) -> Case | None:
    """Carry a plan out and send its hints; return the case as it is now, or None where there is none.

    Raises:
        ProblemError: what the plan raises, and 503 where the case changes at each try; a plan that sees it change
            raises CaseChangedError, and is asked again.
    """
    for _ in range(TRIES):
        case = services.table.get(Case, keys.case(case_id))
        try:
            step = plan(case) if case else None
            if case is None or step is None:
                return case
            after = applied(case, step)
            services.table.write(*writes_of(case, after, step, actor, at))
        except ConcurrentChangeError:
            continue
        _hint(services, after, step, at)
        return after
    raise ProblemError("busy")


def _hint(services: CaseServices, after: Case, step: Transition, at: datetime) -> None:
    if after.rank_at is not None and after.rank_at <= at:
        services.hint_rank(after)
    for notice in step.notices:
        services.hint_notice(notice)

"""Change a case: one transaction that replaces the case at its version, and adds an event and related items.

A plan computes a transition from the current case. If another write changes the case first, the case is read again and
the plan is called again, three times at most. A plan must therefore depend on nothing but the case that it is given.
"""

from __future__ import annotations

from datetime import datetime

from casereview.http.problems import ProblemError
from casereview.runtime.backoff import attempts
from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.damaged import as_far_as_readable, behind_history
from casereview.store.folding import store_folded
from casereview.store.recheck import mark
from casereview.store.transaction import ContentionError, RefusedError
from casereview.store.transition import Actor, Plan, Transition, carried_out
from casereview.store.unreadable import UnreadableError
from casereview.usecases.services import CaseServices

TRIES = 3
"""How often a change is tried while other writes change the same case."""


def change(services: CaseServices, case_id: str, actor: Actor, at: datetime, plan: Plan) -> Case | None:
    """Change a case as a plan says, and queue what follows from it.

    Args:
        services: The table and the queues.
        case_id: The case.
        actor: The cause of the event.
        at: The time of the event.
        plan: Returns the transition of the current case, or None to change nothing. It raises CaseChangedError if it
            sees that the case has changed since; it is then called again.

    Returns:
        The current case, or None if there is no such case.

    Raises:
        ProblemError: The plan raised it; or 503, if other writes changed the case at each try, or contention kept it
            from being written.
        UnreadableError: A case cannot be read, or its version is behind its history; for a requester, only one that has
            neither.
    """
    damage: UnreadableError | None = None
    for _ in attempts(TRIES):
        case = _read(services, case_id, actor, at, damage)
        try:
            if case and case.folded < case.version:
                policy, _until = services.policies.governing(at)
                store_folded(services.table, case, policy)
            step = plan(case) if case else None
            if case is None or step is None:
                return case
            after, writes = carried_out(case, step, actor, at)
            services.table.write(*writes)
        except RefusedError as refusal:
            damage = behind_history(services.table, refusal)
            continue
        except ConcurrentChangeError:
            continue
        except ContentionError as contention:
            raise ProblemError("busy") from contention
        _hint(services, after, step, actor, at)
        return after
    raise ProblemError("busy")


def _read(
    services: CaseServices, case_id: str, actor: Actor, at: datetime, damage: UnreadableError | None
) -> Case | None:
    """Read a case; for a requester, whose answer must not depend on it, also one that cannot be read whole.

    Args:
        services: The table.
        case_id: The case.
        actor: The cause of the event.
        at: The time of the event.
        damage: What was found of a case when the change was last tried.

    Raises:
        UnreadableError: A case cannot be read, or its version is behind its history.
    """
    of_requester = actor.kind == "requester"
    if damage and not of_requester:
        mark(services.table, keys.case_id_of(damage.key.pk), at)
    try:
        if damage:
            raise damage
        return services.table.get(Case, keys.case(case_id))
    except UnreadableError as error:
        if not of_requester:
            raise
        return as_far_as_readable(services.table, error, at)


def _hint(services: CaseServices, after: Case, step: Transition, actor: Actor, at: datetime) -> None:
    """Queue the case for ranking if it is due; after a requester's act always, so that its calls tell nothing of it."""
    if actor.kind == "requester" or (after.rank_at is not None and after.rank_at <= at):
        services.hint_rank(after)
    for notice in step.notices:
        services.hint_notice(notice)

"""Return a decision that awaits approval to its author, once a ranking sees that it does not consider what has changed.

Whoever approves it would only return it: the author learns of it now, while the clock of a top lane runs.
"""

from __future__ import annotations

from datetime import datetime

from casereview.cases.assessment import Assessment
from casereview.cases.returned import changes_since_decision, details_of_return, names_policy, returned_to_author
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.event_records import Event
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.reason_uses import uncount_reasons
from casereview.store.transition import Actor, Transition, applied, writes_of
from prioritize.services import Services


def return_outdated_decision(
    services: Services, case: Case, found: Assessment, policy: CompiledPolicy, now: datetime
) -> bool:
    """Return the decision of a case to its author if another policy came into force, or anything material was said.

    Args:
        services: The table.
        case: The case as it was read.
        found: Its assessment now.
        policy: The policy of the assessment.
        now: The current time.

    Returns:
        Whether it returned; the case is then to be ranked again.

    Raises:
        RefusedError: Another write changed the case first.
    """
    if case.status != "awaiting_approval" or case.decision is None:
        return False
    proposed = services.table.get(Event, keys.event(case.case_id, case.decision.version))
    if not names_policy(proposed):
        return False  # whoever approves it returns it
    why = changes_since_decision(case, found, policy, proposed)
    if not why:
        return False
    again = returned_to_author(case, policy, now, why)
    step = Transition("decision_returned", again, {"details": details_of_return(why)}, uncount_reasons(case))
    services.table.write(*writes_of(case, applied(case, step), step, Actor("system"), now))
    return True

"""An escalation that was kept until its holder has rights over the case: it takes effect with what gives them."""

from __future__ import annotations

from datetime import datetime

from casereview.cases.changes import escalated
from casereview.cases.disclosure import is_told
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store.transition import Transition


def without_kept_escalation(case: Case, request: Request, at: datetime) -> tuple[Request, Transition | None]:
    """Return a request whose kept escalation takes effect, and the transition that follows; unchanged before that.

    Args:
        case: The case, as it was read.
        request: The request after what the officer did.
        at: The time of the change.

    Returns:
        The request, and the escalation if a field office has decided the case.
    """
    if request.escalation_asked is None or not is_told(request, case):
        return request, None
    if case.status != "decided":
        return request.evolve(escalation_asked=None, escalated_at=None), None
    step = Transition("escalated", escalated(case, at), {"receipt": request.receipt})
    return request.evolve(escalation_asked=None), step

"""A decision of which nobody learns after all, because each way to those who are told of it has failed.

Then the office tells the person, as it does with a decision that reaches nobody from the beginning.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from casereview.cases.decisions import decisions_of
from casereview.cases.disclosure import is_told
from casereview.cases.duties import BY_HAND, may_be_shown, new_duty
from casereview.cases.lifecycle import WITH_DECISION
from casereview.schema.decision_records import FinalDecision
from casereview.schema.duty_records import Duty
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.folding import file_of
from casereview.store.open_duties import about, duties_of
from casereview.store.policy_repository import PolicyRepository
from casereview.store.table import Table


class _Services(Protocol):
    """The services that a function has."""

    @property
    def table(self) -> Table: ...

    @property
    def policies(self) -> PolicyRepository: ...


def standing_decision(case: Case) -> FinalDecision | None:
    """Return the newest final decision of a case, if nothing has become of it yet; None without one."""
    found = decisions_of(case) if case.status in WITH_DECISION else ()
    return found[-1] if found and found[-1].state == "stands" else None


def duty_to_tell(
    services: _Services, case: Case, claims: Claims, open_duties: Sequence[Duty], at: datetime
) -> Duty | None:
    """Return the duty to tell the person of a decision of which nobody learns any more.

    That is so where the news of it failed to reach each holder who is told of the case, and no call or letter to any of
    them is left. None where somebody may still learn, or where that duty is open or done.

    Args:
        services: The table and the policies; the policy that governs has the time for the duty.
        case: The case, as it was read.
        claims: Those of the request whose holder was not reached, as they are from now on.
        open_duties: The duties of the case that stay open.
        at: The time of the change.

    Raises:
        UnreadableError: A request or another record of the case cannot be read.
    """
    table, decision = services.table, standing_decision(case)
    if decision is None or "news" not in claims.failed or _is_a_duty(table, case, decision):
        return None
    policy, _until = services.policies.governing(at)
    file = file_of(table, case, policy)
    left = [duty for duty in open_duties if may_be_shown(duty, case)]
    for one in (claims, *(one for one in file.claims if one.receipt != claims.receipt)):
        has_failed = "news" in one.failed and not about(left, one.receipt, BY_HAND)
        if not has_failed and _is_told(table, case, one.receipt):
            return None
    return new_duty("tell_the_person", case, at, policy.document.duties).evolve(decision=decision.version)


def _is_a_duty(table: Table, case: Case, decision: FinalDecision) -> bool:
    """Return whether a decision is to be told to the person, or was."""
    known = (duty for duty in duties_of(table, case.case_id) if duty.decision == decision.version)
    return any(duty.kind == "tell_the_person" and duty.state != "ended" for duty in known)


def _is_told(table: Table, case: Case, receipt: str) -> bool:
    request = table.get(Request, keys.request(receipt))
    return request is not None and request.case_id == case.case_id and is_told(request, case)

"""A decision of which nobody learns after all, because each way to those who are told of it has failed or ended.

Then the office tells the person, as it does with a decision that reaches nobody from the beginning.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from casereview.cases.decisions import decisions_of
from casereview.cases.disclosure import shown_to
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


class Changed(NamedTuple):
    """What changes of a request and its claims, as they are from now on; None where something does not change."""

    request: Request | None = None
    claims: Claims | None = None


UNCHANGED: Final = Changed()


def standing_decision(case: Case) -> FinalDecision | None:
    """Return the newest final decision of a case, if nothing has become of it yet; None without one.

    After a remand none stands.
    """
    found = decisions_of(case) if case.status in WITH_DECISION or case.status == "withdrawn" else ()
    stands = bool(found) and found[-1].state == "stands" and found[-1].outcome != "remand"
    return found[-1] if stands else None


def duty_to_tell(
    services: _Services, case: Case, claims: Claims, open_duties: Sequence[Duty], at: datetime
) -> Duty | None:
    """Return the duty to tell the person of a decision whose news did not reach a holder, if no other one learns of it.

    Args:
        services: The table and the policies; the policy that governs has the time for the duty.
        case: The case, as it was read.
        claims: Those of the request whose holder was not reached, as they are from now on.
        open_duties: The duties of the case that stay open.
        at: The time of the change.
    """
    if standing_decision(case) is None or "news" not in claims.failed:
        return None
    return duty_if_untold(services, case, open_duties, at, Changed(claims=claims))


def duty_if_untold(
    services: _Services,
    case: Case,
    open_duties: Iterable[Duty],
    at: datetime,
    changed: Changed = UNCHANGED,
) -> Duty | None:
    """Return the duty to tell the person of the decision that stands, if nobody learns of it any more.

    A holder learns of it who is shown it, if its news reached them or is on its way, by a message or by a call or a
    letter that may be made. None without such a decision, or where that duty is open or done. The calls are the same
    whatever the case is; what cannot be read is left out, which at most tells the person once more.

    Args:
        services: The table and the policies; the policy that governs has the time for the duty.
        case: The case, as it is from now on.
        open_duties: The duties of the case that stay open.
        at: The time of the change.
        changed: What changes of one of its requests.
    """
    table = services.table.leaving_out()
    policy, _until = services.policies.governing(at)
    known = tuple(duties_of(table, case.case_id))
    stated = {one.receipt: one for one in file_of(table, case, policy).claims}
    requests = {one.receipt: one for one in table.several(Request, [keys.request(receipt) for receipt in stated])}
    decision = standing_decision(case)
    if decision is None or case.unreadable or _is_a_duty(known, decision):
        return None
    stated |= {one.receipt: one for one in (changed.claims,) if one}
    requests |= {one.receipt: one for one in (changed.request,) if one}
    visible = [duty for duty in open_duties if may_be_shown(duty, case)]
    for receipt, own in stated.items():
        holder = requests.get(receipt)
        if holder and _is_shown(holder, case, decision) and _is_reached(own, visible):
            return None
    return new_duty("tell_the_person", case, at, policy.document.duties).evolve(decision=decision.version)


def _is_a_duty(known: Iterable[Duty], decision: FinalDecision) -> bool:
    """Return whether a decision is to be told to the person, or was."""
    told = (duty for duty in known if duty.kind == "tell_the_person" and duty.decision == decision.version)
    return any(duty.state != "ended" for duty in told)


def _is_shown(request: Request, case: Case, decision: FinalDecision) -> bool:
    shown = shown_to(request, case) if request.case_id == case.case_id else None
    own = {one.version for one in decisions_of(shown) if one.case_id is None} if shown else set[int]()
    return decision.version in own


def _is_reached(claims: Claims, visible: Iterable[Duty]) -> bool:
    """Return whether the news reached a holder, or still may."""
    return "news" not in claims.failed or bool(about(visible, claims.receipt, BY_HAND))

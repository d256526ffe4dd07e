"""Carry out the withdrawal of a request, for its requester or for the supervisor who confirms it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.disclosure import decisions_told
from casereview.cases.duties import OF_A_REQUEST
from casereview.cases.lifecycle import OPEN
from casereview.cases.telephone import without_phone_flag
from casereview.cases.withdrawal import withdrawn
from casereview.evidence.fold import TELL_DUTY
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store.caseload import uncount_claim
from casereview.store.open_duties import about, ended, open_duties
from casereview.store.reason_uses import uncount_reasons
from casereview.store.transaction import Put, Write, put_new
from casereview.store.transition import Transition
from casereview.usecases.persons import released_guards
from casereview.usecases.services import CaseServices
from casereview.usecases.untold import Changed, duty_if_untold

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, RequestFields

CANCELLED: Final[RequestFields] = {"withdrawal_by": None}
"""The fields of a request whose withdrawal no longer waits for a supervisor."""


def ended_request(request: Request, case: Case, at: datetime) -> RequestFields:
    """Return the fields of a request that is withdrawn at an instant; its holder has still been told what was decided.

    Args:
        request: The request before it.
        case: Its case before it.
        at: The time of the withdrawal.
    """
    told = decisions_told(request, case)
    return {"state": "withdrawn", "state_since": at, "verify_by": None, "withdrawal_by": None, "told": told}


class Withdrawing(NamedTuple):
    """A request that is withdrawn, as it was read, with its claims and its case."""

    request: Request
    claims: Claims
    case: Case


def withdraw_from(services: CaseServices, now: Withdrawing, written: Write, at: datetime) -> Transition:
    """Return the transition that withdraws a request; one that closes the case releases guard and claim.

    Where its holder was the only one who learns of a decision, the office tells the person.

    Args:
        services: The table and the policies.
        now: The request, its claims and its case.
        written: The write of the request.
        at: The time of the withdrawal.
    """
    request, claims, case = now
    policy, _until = services.policies.governing(at)
    found = withdrawn(case, claims, policy, at)
    also: list[Write] = [written, Put(found.claims)]
    if found.closes:
        guards = released_guards(case) if case.status in OPEN else ()  # only a case at a field office has any
        also += [*guards, *uncount_claim(case), *uncount_reasons(case)]
    details: dict[str, JsonValue] = {"dropped": not found.claims.live}
    duties = open_duties(services.table, case.case_id)
    over = about(duties, claims.receipt, OF_A_REQUEST)
    also += ended(over)
    left = {duty.kind for duty in duties if duty not in over}
    changes: CaseFields = {**found.case, "to_translate": "translate" in left}
    if over and "call" not in left:
        changes["flags"] = without_phone_flag(case.flags)
    if request.verified:  # others were told of nothing
        after = request.evolve(**ended_request(request, case, at))
        open_ones = [duty for duty in duties if duty not in over]
        if to_tell := duty_if_untold(services, case.evolve(**changes), open_ones, at, Changed(after)):
            also.append(put_new(to_tell))
            details[TELL_DUTY] = to_tell.duty_id
    return Transition("withdrawn", changes, {"receipt": claims.receipt, "details": details}, tuple(also))


def cancel_withdrawal(case: Case, claims: Claims, written: Write, at: datetime) -> Transition:
    """Return the transition that cancels a withdrawal which waits for a supervisor; the arguments are those above."""
    ranked: CaseFields = {"rank_at": at} if case.rank_at else {}
    kept = (written, Put(claims.evolve(withdrawal_by=None)))
    return Transition("withdrawal_cancelled", ranked, {"receipt": claims.receipt}, kept)

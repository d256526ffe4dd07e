"""Lift the suppression of a requester's addresses, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.cases.duties import BY_HAND
from casereview.cases.lifecycle import LIVE
from casereview.cases.telephone import without_phone_flag
from casereview.evidence.fold import SENT_AGAIN, after_sending_again
from casereview.http.problems import ProblemError, wrong_state
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.open_duties import about, ended, open_duties
from casereview.store.transaction import Put
from casereview.store.transition import Transition
from casereview.usecases.suppressions import LiftedSuppression, lift_suppression
from review.cases.session import CaseSession
from review.schema.commands import OnRequest

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields


def unsuppress(session: CaseSession, body: OnRequest) -> Case:
    """Let messages be sent again to the current addresses of a requester; what failed there is sent again.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 409 if no address of
            the requester is suppressed.
    """
    found: list[LiftedSuppression] = []

    def plan(case: Case) -> Transition:
        lifted = lift_suppression(session.services, session.request(body.receipt), session.at)
        if not lifted.addresses:
            raise wrong_state("not_suppressed", pointer="/receipt")
        found.append(lifted)
        claims = session.services.table.get(Claims, keys.claims(case.case_id, body.receipt))
        if claims is None:
            raise ProblemError("busy")
        sent: list[JsonValue] = [notice.template for notice in lifted.notices]
        event: EventFields = {"receipt": body.receipt, "details": {"addresses": lifted.addresses, SENT_AGAIN: sent}}
        after = after_sending_again(claims, sent)
        duties = open_duties(session.services.table, case.case_id)
        over = () if after.failed else about(duties, body.receipt, BY_HAND)
        also = (*lifted.writes, Put(after), *ended(over))
        changes = _flagged(session, case, calls=any(one.kind == "call" and one not in over for one in duties))
        return Transition("suppression_lifted", changes, event, also, words=session.reason(body.why))

    case = session.act(plan)
    for notice in found[-1].notices:
        session.services.hint_notice(notice)
    return case


def _flagged(session: CaseSession, case: Case, *, calls: bool) -> CaseFields:
    """Return the fields by which staff see whether a call is left: a live case is ranked again."""
    if case.status in LIVE:
        return {"rank_at": session.at}
    return {} if calls else {"flags": without_phone_flag(case.flags)}

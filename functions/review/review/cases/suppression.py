"""Lift the suppression of a requester's addresses, with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.cases.duties import BY_HAND
from casereview.cases.lifecycle import LIVE
from casereview.evidence.fold import SENT_AGAIN, after_sending_again
from casereview.http.problems import ProblemError, wrong_state
from casereview.schema.duty_records import Duty
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.open_duties import about, ended, open_duties
from casereview.store.transaction import Put
from casereview.store.transition import Transition
from casereview.usecases.contacts import LiftedSuppression, lift_suppression
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
        ranked: CaseFields = {"rank_at": session.at} if case.status in LIVE else {}
        after = after_sending_again(claims, sent)
        also = (*lifted.writes, Put(after), *(() if after.failed else ended(_by_hand(session, case, body.receipt))))
        return Transition("suppression_lifted", ranked, event, also, words=session.reason(body.why))

    case = session.act(plan)
    for notice in found[-1].notices:
        session.services.hint_notice(notice)
    return case


def _by_hand(session: CaseSession, case: Case, receipt: str) -> tuple[Duty, ...]:
    """Return the open calls and letters to a requester, who gets messages again."""
    return about(open_duties(session.services.table, case.case_id), receipt, BY_HAND)

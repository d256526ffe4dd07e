"""Confirm or cancel a withdrawal that waits for a supervisor."""

from __future__ import annotations

from dataclasses import replace

from casereview.http.problems import ProblemError, wrong_state
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.transaction import put_over
from casereview.store.transition import Transition
from casereview.usecases.withdrawal import CANCELLED, Withdrawing, cancel_withdrawal, ended_request, withdraw_from
from review.cases.requesters import require_uninvolved
from review.cases.session import CaseSession
from review.schema.commands import WithdrawalAnswer


def answer_withdrawal(session: CaseSession, body: WithdrawalAnswer) -> Case:
    """Confirm a withdrawal, as if its requester had made it now, or cancel it.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 403 for a request that
            the caller filed or gave a new code; 409 if no withdrawal waits.
    """

    def plan(case: Case) -> Transition:
        request = session.request(body.receipt)
        if request.withdrawal_by is None or request.state != "live":
            raise wrong_state("no_withdrawal_waiting", pointer="/receipt")
        require_uninvolved(session, request)
        claims = session.services.table.get(Claims, keys.claims(case.case_id, request.receipt))
        if claims is None:
            raise ProblemError("busy")
        changed = ended_request(request, case, session.at) if body.confirm else CANCELLED
        written = put_over(request.evolve(**changed), state=request.state, epoch=request.epoch)
        if body.confirm:
            step = withdraw_from(session.services, Withdrawing(request, claims, case), written, session.at)
        else:
            step = cancel_withdrawal(case, claims, written, session.at)
        return replace(step, words=session.reason(body.why))

    return session.act(plan)

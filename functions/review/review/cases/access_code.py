"""Access codes: reissue the code of a request, or freeze it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.schema.records import Case
from casereview.store.kept_escalation import without_kept_escalation
from casereview.store.transaction import put_over
from casereview.store.transition import Transition
from review.cases.requesters import notice_of
from review.cases.session import CaseSession
from review.cases.untold import NOT_TO_BE_TOLD, to_be_told
from review.schema.commands import OnRequest, Reissue
from review.schema.requester_responses import CodeReissued

if TYPE_CHECKING:
    from casereview.schema.field_sets import EventFields


def reissue(session: CaseSession, body: Reissue) -> CodeReissued:
    """Reissue the access code of a request; the old code is no longer valid, and a frozen one is replaced.

    The new code is shown once, to be read out to the holder, and a message says that there is news. It needs no claim,
    so that a requester who has lost the code of a decided case can still read the decision. For 30 days the officer
    does not verify the holder, and a withdrawal waits for a supervisor. An escalation that was kept while the code of a
    verified holder was frozen takes effect.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case.
    """
    codes: list[str] = []

    def plan(case: Case) -> Transition:
        request = session.request(body.receipt)
        codes.append(session.services.macs.code(body.receipt, request.epoch + 1))
        raised = request.evolve(
            epoch=request.epoch + 1,
            mac_key=session.services.macs.key,
            frozen=False,
            reissued_by=session.caller.id,
            reissued_at=session.at,
        )
        raised, escalates = without_kept_escalation(case, raised, session.at)
        return Transition(
            "code_reissued",
            {},
            {"receipt": request.receipt, "details": {"proof": body.proof}},
            (put_over(raised, state=request.state, epoch=request.epoch),),
            (notice_of(session, case, "news", raised),),
            session.reason(body.why),
            escalates,
        )

    session.act(plan)
    return CodeReissued(receipt=body.receipt, access_code=codes[-1])


def freeze(session: CaseSession, body: OnRequest) -> Case:
    """Freeze the access code of a request, for example after a call that the code was lost.

    Until it is reissued, the code opens only what follows from the request itself. To freeze it again changes nothing.
    Where its holder was the only one who learns of a decision, the office tells the person.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case.
    """

    def plan(case: Case) -> Transition | None:
        request = session.request(body.receipt)
        if request.frozen:
            return None
        frozen = request.evolve(frozen=True)
        told = to_be_told(session, case, frozen) if request.verified else NOT_TO_BE_TOLD
        also = (put_over(frozen, state=request.state, epoch=request.epoch), *told.also)
        event: EventFields = {"receipt": request.receipt, "details": {**told.details}}
        return Transition("code_frozen", {}, event, also, words=session.reason(body.why))

    return session.act(plan)

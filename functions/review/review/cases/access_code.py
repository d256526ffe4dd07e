"""Reissue the access code of a request."""

from __future__ import annotations

from casereview.schema.records import Case
from casereview.store.transaction import put_over
from casereview.store.transition import Transition
from review.cases.session import CaseSession
from review.schema.commands import Reissue
from review.schema.responses import CodeReissued


def reissue(session: CaseSession, body: Reissue) -> CodeReissued:
    """Reissue the access code of a request; the old code is no longer valid.

    The new code is shown once, and is given to the requester in person or by telephone. No claim is required, so that
    a requester who has lost the code of a decided case can still read the decision.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case.
    """
    epochs: list[int] = []

    def plan(_case: Case) -> Transition:
        request = session.request(body.receipt)
        epochs.append(request.epoch + 1)
        raised = request.evolve(epoch=request.epoch + 1, mac_key=session.services.macs.key)
        write = put_over(raised, state=request.state, epoch=request.epoch)
        return Transition("code_reissued", {}, {"receipt": request.receipt}, (write,))

    session.act(plan)
    return CodeReissued(receipt=body.receipt, access_code=session.services.macs.code(body.receipt, epochs[-1]))

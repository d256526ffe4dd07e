"""Change a request and its case for its holder: the bounds of one request, and one transaction for each command."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.http.problems import ProblemError, no_such_request, wrong_state
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.transaction import Write, put_over
from casereview.store.transition import REQUESTER, Transition
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import TRIES, change

if TYPE_CHECKING:
    from casereview.schema.field_sets import RequestFields


class Bound(NamedTuple):
    """How much one request may say after filing (house rule): what a case may hold follows from it."""

    updates: int
    size: int
    """In bytes."""


UNVERIFIED: Final = Bound(40, 200_000)
VERIFIED: Final = Bound(200, 2_000_000)

SPARE: Final = 20
"""How many more commands may protect the requester beyond the bound: to withdraw, and to forbid contact."""


class Current(NamedTuple):
    """A request as it is now, with its claims and its case."""

    request: Request
    claims: Claims
    case: Case


Plan = Callable[[Current], Transition | None]
"""Returns the transition of the current request and case, or None to change nothing."""


def change_request(services: CaseServices, admitted: Request, at: datetime, plan: Plan) -> Request:
    """Change a request and its case as a plan says.

    The request is read after its case. Only a write of the next version of that case can change the request, so a
    verification or a move to another case that happens meanwhile is not overwritten. If a link or a split moves the
    request to another case, the plan runs again on that case.

    Args:
        services: The services of the function.
        admitted: The request, as it was authenticated.
        at: The time of the event.
        plan: Returns the transition.

    Returns:
        The request as it was read.

    Raises:
        ProblemError: The plan raised it; 404 if the access code was reissued meanwhile; 409 if it is frozen; or 503, if
            the request moves to another case at each try.
    """
    request = admitted

    def on_case(case: Case) -> Transition | None:
        nonlocal request
        request = services.table.get(Request, keys.request(admitted.receipt)) or admitted
        if request.epoch != admitted.epoch:
            raise no_such_request()
        if request.frozen:
            raise wrong_state("code_frozen")
        if request.case_id != case.case_id:
            return None
        claims = services.table.get(Claims, keys.claims(case.case_id, request.receipt))
        if claims is None:
            raise ProblemError("busy")
        return plan(Current(request, claims, case))

    for _ in range(TRIES):
        case_id = request.case_id
        change(services, case_id, REQUESTER, at, on_case)
        if request.case_id == case_id:
            return request
    raise ProblemError("busy")


def counted_contact(request: Request, changed: RequestFields, *, spare: int = 0) -> Write:
    """Return the write of a request whose contact alone changes: such changes have a bound of their own.

    Raises:
        ProblemError: 429 if its contact was changed as often as that; the other arguments are those of ``counted``.
    """
    bound = VERIFIED if request.verified else UNVERIFIED
    if request.contact_changes >= bound.updates + spare:
        raise ProblemError("bound-reached")
    after: RequestFields = {
        **changed,
        "updates": request.updates + 1,
        "contact_changes": request.contact_changes + 1,
    }
    return put_over(request.evolve(**after), state=request.state, epoch=request.epoch, updates=request.updates)


def counted(request: Request, size: int, changed: RequestFields, *, spare: int = 0) -> Write:
    """Return the write of a changed request, which counts the command against its bound.

    The counts are a condition of the write: no two commands pass the bound at once.

    Args:
        request: The request, as it was read.
        size: The size of the command's body, in bytes.
        changed: The fields that change.
        spare: How many commands of this kind are allowed beyond the bound.

    Raises:
        ProblemError: 429 if the request may say no more.
    """
    bound = VERIFIED if request.verified else UNVERIFIED
    said = request.updates - request.contact_changes
    if said >= bound.updates + spare or (not spare and request.said_bytes + size > bound.size):
        raise ProblemError("bound-reached")
    after: RequestFields = {**changed, "updates": request.updates + 1, "said_bytes": request.said_bytes + size}
    expected = {"state": request.state, "epoch": request.epoch, "updates": request.updates}
    return put_over(request.evolve(**after), **expected)


def require_live(request: Request) -> None:
    """Raise ProblemError 409 if the request was withdrawn."""
    if request.state != "live":
        raise wrong_state("request_withdrawn")

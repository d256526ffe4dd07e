"""Split a wrongly joined request off into a case of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.cases.changes import changes_of_new, restriction
from casereview.cases.lifecycle import OPEN
from casereview.cases.verification import pending_verifications
from casereview.evidence.fold import without_findings_about
from casereview.evidence.standing import is_restricted
from casereview.http.problems import no_such_case, not_of_this_case, wrong_state
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile, Claims
from casereview.schema.identifiers import new_case_id
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.open_duties import moved_to, open_duties
from casereview.store.transaction import Put, Write, put_new
from casereview.store.transition import Transition
from review.cases.moved_requests import duties_of, findings_about, moved, named, translates
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.cases.stated_numbers import split_number
from review.schema.commands import Split

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


def split(session: CaseSession, body: Split) -> Case:
    """Split a wrongly joined request off into a new case with its own filing time.

    The request's statements and filing time no longer count for the old case. Its verifications and the reviewers move
    to the new case, and so does an A-number that no other request of the old case states. An officer's protection mark
    (8 USC 1367) that names no request stays with both cases.

    Returns:
        The new case.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 409 if it is the only
            request, or the case is not open.
    """
    session.case()
    session.request(body.receipt)
    new_id = new_case_id()
    session.act(lambda case: _without_request(session, case, body, new_id))
    found = session.services.table.get(Case, keys.case(new_id))
    if found is None:
        raise no_such_case()
    session.services.hint_rank(found)
    return found


def _without_request(session: CaseSession, case: Case, body: Split, new_id: str) -> Transition:
    """Return the transition of the case that loses the request, with the writes of the new one."""
    if case.status not in OPEN:
        raise wrong_state("case_not_open", "Only a case that is open at a field office can be split.")
    if case.requests <= 1:
        raise wrong_state("only_request", "The only request of a case cannot be split off.", "/receipt")
    file = session.file(case)
    requests = {request.receipt: request for request in requests_of(session, file)}
    claims = {one.receipt: one for one in file.claims}
    request, own = requests.pop(body.receipt, None), claims.pop(body.receipt, None)
    if request is None or own is None:
        raise not_of_this_case("/receipt")
    duties = open_duties(session.services.table, case.case_id)
    taken = duties_of(duties, {request.receipt})
    left = without_findings_about(file.findings, request.receipt)
    # what lifted the restriction may go with the request
    restricted = case.restricted or is_restricted(claims.values(), left)
    remaining: CaseFields = {
        **restriction(case, restricted=restricted),
        **pending_verifications(case.evolve(restricted=restricted), claims.values(), session.at),
        "to_translate": any(duty.kind == "translate" and duty not in taken for duty in duties),
        "requests": case.requests - 1,
        "live": case.live - (request.state == "live"),
        "filed_at": min((other.received_at for other in requests.values()), default=case.filed_at),
        "material": case.version + 1,
        "rank_at": session.at,
    }
    event: EventFields = {"receipt": request.receipt, "details": {"split_to": new_id}}
    new, writes = _split_off(session, file, request, own, new_id)
    number = split_number(session, case, request, requests.values(), new)
    new = new.evolve(**translates(new, taken)).evolve(**number.new)
    also = (Put(left), put_new(new), *writes, *number.writes, *moved_to(taken, new))
    return Transition("split", {**remaining, **number.remaining}, event, also, words=session.reason(body.why))


def _split_off(
    session: CaseSession, file: CaseFile, request: Request, claims: Claims, new_id: str
) -> tuple[Case, list[Write]]:
    """Return the new case, and the writes of its event, its request with its claims, and what was found of it."""
    findings = findings_about(file, request.receipt, new_id)
    own = claims.evolve(filing=claims.filing.evolve(opened=True))
    case = Case(
        case_id=new_id,
        version=1,
        status="received",
        status_since=session.at,
        office=route(claims.facts, session.at.astimezone(EASTERN).date()),
        filed_at=request.received_at,
        facts=claims.facts,
        restricted=is_restricted([own], findings),
        live=int(request.state == "live"),
        reviewers=file.case.reviewers,
        excluded=file.case.excluded,
        rank_at=session.at,
        folded=1,
    )
    case = case.evolve(**pending_verifications(case, [own], session.at))
    event = Event(
        case_id=new_id,
        version=1,
        at=session.at,
        kind="filed",
        actor="officer",
        user=session.caller.user,
        user_id=session.caller.id,
        changes=changes_of_new(case),
        receipt=request.receipt,
        filing=own.filing,
        claims=claims.facts,
        details={"office": claims.office, "split_from": file.case.case_id},
    )
    moves = moved(request, claims, new_id, 1, opened=True)
    return case, [put_new(event), *moves, *named([request], new_id), Put(findings)]

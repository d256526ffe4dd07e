"""Split a wrongly joined request off into a case of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from casereview.cases.changes import changes_of_new
from casereview.cases.lifecycle import OPEN
from casereview.evidence.standing import is_restricted
from casereview.http.problems import no_such_case, no_such_request, wrong_state
from casereview.routing.offices import route
from casereview.schema.base import EASTERN
from casereview.schema.errors import CaseChangedError
from casereview.schema.facts import Facts
from casereview.schema.identifiers import new_case_id
from casereview.schema.records import Case, CaseFile, Request
from casereview.store import keys
from casereview.store.transaction import Write, put_new, put_over
from casereview.store.transition import Transition
from review.cases.moved_requests import copy_events, evidence_of, move_notices, protection_without_receipt
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.commands import Split

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields, EventFields


def split(session: CaseSession, body: Split) -> Case:
    """Split a wrongly joined request off into a new case with its own filing time.

    The request's statements and filing time no longer count for the old case. Its verifications and the reviewers move
    to the new case. An officer's protection mark (8 USC 1367) that names no request stays with both cases.

    Returns:
        The new case.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case; 409 if it is the only
            request, or the case is not open.
    """
    session.case()
    session.request(body.receipt)
    new_id = new_case_id()

    def plan(case: Case) -> Transition:
        if case.status not in OPEN:
            raise wrong_state("case_not_open", "Only a case that is open at a field office can be split.")
        if case.requests <= 1:
            raise wrong_state("only_request", "The only request of a case cannot be split off.", "/receipt")
        file = session.services.table.case_file(case.case_id)
        if file is None or file.case.version != case.version:
            raise CaseChangedError
        requests = {request.receipt: request for request in requests_of(session, file)}
        request = requests.pop(body.receipt, None)
        if request is None:
            raise no_such_request("/receipt")
        remaining: CaseFields = {
            "requests": case.requests - 1,
            "live": case.live - (request.state == "live"),
            "filed_at": min((other.received_at for other in requests.values()), default=case.filed_at),
            "rank_at": session.at,
        }
        event: EventFields = {
            "receipt": request.receipt,
            "details": {"split_to": new_id},
            "sealed": session.seal_reason(body.why),
        }
        return Transition("split", remaining, event, tuple(_split_off(session, file, request, new_id)))

    session.act(plan)
    found = session.services.table.get(Case, keys.case(new_id))
    if found is None:
        raise no_such_case()
    session.services.hint_rank(found)
    return found


def _split_off(session: CaseSession, file: CaseFile, request: Request, new_id: str) -> Iterator[Write]:
    """Yield the writes of the new case: the case, its events, its request and its notices."""
    events = [*evidence_of(file, request.receipt), *protection_without_receipt(file, request.receipt)]
    facts = next((event.claims for event in events if event.filing and event.claims), Facts())
    case = Case(
        case_id=new_id,
        version=0,
        status="received",
        status_since=session.at,
        office=route(facts, session.at.astimezone(EASTERN).date()),
        filed_at=request.received_at,
        facts=facts,
        restricted=is_restricted(events),
        live=int(request.state == "live"),
        reviewers=file.case.reviewers,
        rank_at=session.at,
    )
    copy = copy_events(events, case, opened=True)
    first, *others = copy.events
    yield put_new(case.evolve(version=copy.last))
    yield put_new(first.evolve(changes=changes_of_new(case)))
    yield from map(put_new, others)
    yield put_over(request.evolve(case_id=new_id, opened=True), case_id=request.case_id)
    yield from move_notices(file, new_id, request.receipt)

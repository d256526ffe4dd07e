"""Undo the refutation of a requester, or take a question back. The requesters that it concerns are informed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.cases.disclosure import is_asked
from casereview.cases.first_look import resumed_clock
from casereview.cases.material import material_change
from casereview.cases.requester_checks import (
    claims_after,
    look_by,
    must_be_confirmed_again,
    pending_refutation,
    settled_refutations,
)
from casereview.cases.verification import pending_verifications
from casereview.http.problems import ProblemError, forbidden, not_correctable
from casereview.schema.event_records import Event
from casereview.schema.evidence import Claims
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import OfficerCheck, Request
from casereview.store import keys
from casereview.store.transaction import Put, put_over
from casereview.store.transition import Transition
from review.cases.requesters import notice_of, notices_to_requesters, requests_of
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields

_OTHER_OFFICE = "Another office, which the answer to this request named, verifies it."


def without_refutation(session: CaseSession, case: Case, event: Event) -> Transition:
    """Return the transition that puts a requester who was refuted into the queue again, with a clock.

    It gives no rights. A refutation that waits for a second person is dropped; one that took effect is undone as a
    whole, and its holder is informed.

    Raises:
        ProblemError: 403 for an office that does not verify the requester; 409 if the request has moved to another
            case, or the refutation does not stand any more.
    """
    request = _request_of(session, case, event)
    if not session.may_act_for(request, case):
        raise forbidden("other_office", _OTHER_OFFICE)
    file = session.file(case)
    claims = next((one for one in file.claims if one.receipt == request.receipt), None)
    if claims is None:
        raise ProblemError("busy")
    after = _not_refuted(session, case, request, claims, event)
    queued = claims_after(claims, after)
    others = [one for one in file.claims if one.receipt != request.receipt]
    changes: CaseFields = {**pending_verifications(case, [*others, queued], session.at)}
    notices: tuple[Notice, ...] = ()
    if request.refuted and not after.refuted:
        changes |= material_change(case, session.at)
        notices = (notice_of(session, case, "news", after),) if after.state == "live" else ()
    fields: EventFields = {"receipt": request.receipt, "details": {"refuted": after.refuted}}
    also = (put_over(after, state=request.state, epoch=request.epoch), Put(queued))
    return Transition("corrected", changes, fields, also, notices)


def _request_of(session: CaseSession, case: Case, event: Event) -> Request:
    found = session.services.table.get(Request, keys.request(event.receipt or ""))
    if found is None or found.case_id != case.case_id:
        raise not_correctable("The request has moved to another case.")
    return found


def _not_refuted(session: CaseSession, case: Case, request: Request, claims: Claims, event: Event) -> Request:
    """Return a request without the refutation of an event."""
    first, settled = pending_refutation(request), settled_refutations(request)
    policy, _until = session.services.policies.governing(session.at)
    due = request.verify_by or look_by(request, claims, policy, session.at)
    if first and _is_check_of(first, event):
        waits = not request.verified or must_be_confirmed_again(request, restricted=case.restricted)
        return request.evolve(refuted_by=settled, verify_by=due if waits and request.state == "live" else None)
    if not request.refuted or not settled or not _is_check_of(settled[-1], event):
        raise not_correctable("The refutation does not stand any more, or it is another event that completed it.")
    left = (*settled[:-2], *([first] if first else []))
    return request.evolve(refuted=False, refuted_by=left, verify_by=due if request.state == "live" else None)


def _is_check_of(check: OfficerCheck, event: Event) -> bool:
    """Return whether an event recorded a check; one of an older release does not have the officer's id."""
    return check.at == event.at and event.user_id in {check.by, None}


def without_question(session: CaseSession, case: Case, event: Event) -> Transition:
    """Return the transition that takes a question back: the case is in line again, and its clock runs.

    Raises:
        ProblemError: 409 if the case does not wait for the answer to this question any more.
    """
    if case.status != "information_needed" or event.text is None or case.asked != event.text:
        raise not_correctable("The case does not wait for an answer to this question.")
    resumed: CaseFields = {
        "status": "in_line",
        "status_since": session.at,
        "first_look": resumed_clock(case, session.at),
        "answer_by": None,
        "asked": None,
        "asked_by": None,
        "asked_of": (),
        "answered_at": None,
        "rank_at": session.at,
    }
    notices = notices_to_requesters(
        session,
        case,
        "news",
        lambda request, case: is_asked(request, case) and (not case.asked_of or request.receipt in case.asked_of),
    )
    return Transition("corrected", resumed, notices=notices)


def without_proof_question(session: CaseSession, case: Case, event: Event) -> Transition:
    """Return the transition that takes questions of the catalogue back from the requests that still have them.

    Raises:
        ProblemError: 409 if no request of the case has them any more.
    """
    asked = [
        (request, left)
        for request in requests_of(session, session.file(case))
        if (left := tuple(ask for ask in request.asks if ask.at != event.at)) != request.asks
    ]
    if not asked:
        raise not_correctable("No requester of this case is asked this question any more.")
    after = [request.evolve(asks=left) for request, left in asked]
    receipts: list[JsonValue] = [one.receipt for one in after]
    return Transition(
        "corrected",
        event={"details": {"receipts": receipts}},
        also=tuple(put_over(one, state=one.state, epoch=one.epoch) for one in after),
        notices=tuple(notice_of(session, case, "news", one) for one in after if one.state == "live"),
    )

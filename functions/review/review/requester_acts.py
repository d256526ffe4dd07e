"""The functions that handle the calls of the routes about requesters."""

from __future__ import annotations

from casereview.schema.base import Record
from casereview.schema.records import Case
from review.acts import changed
from review.call import Call
from review.cases.access_code import reissue
from review.cases.information import ask
from review.cases.requester_verification import verify_requester
from review.cases.requester_views import read_contacts
from review.cases.verification import verify_facts
from review.schema.commands import InformationRequest, Reissue, VerificationBody, Why
from review.schema.requester_responses import CodeReissued, Contacts, ToVerifyPage
from review.schema.responses import InformationAsked, RequesterChecked
from review.verifications import page_to_verify


def contacts(call: Call[Why]) -> Contacts:
    """Read the contact data of a case."""
    session = call.session()
    session.case()
    return read_contacts(session, call.body().why)


def verify(call: Call[VerificationBody]) -> RequesterChecked:
    """Verify facts, or the identity or authority of a requester."""
    session = call.session()
    session.case()
    body = call.body()
    if body.facts is not None:
        return _checked(verify_facts(session, body, body.facts), rights=False, needs_second=False)
    found = verify_requester(session, body, body.receipt or "")
    return _checked(found.case, rights=found.rights, needs_second=found.needs_second)


def ask_requesters(call: Call[InformationRequest]) -> InformationAsked:
    """Put questions to requesters."""
    session = call.session()
    session.case()
    case, answer_by, cut, seen_by = ask(session, call.body())
    return InformationAsked(**dict(changed(case)), answer_by=answer_by, cut=cut, seen_by=seen_by)


def _checked(case: Case, *, rights: bool, needs_second: bool) -> RequesterChecked:
    return RequesterChecked(**dict(changed(case)), rights=rights, needs_second=needs_second)


def to_verify(call: Call[Record]) -> ToVerifyPage:
    """Read a page of the requesters to verify; without an office, of the caller's own queue."""
    office = call.office() or call.caller.own_queue()
    return page_to_verify(call.services, call.caller, office, call.incoming.parameter("cursor"))


def reissue_code(call: Call[Reissue]) -> CodeReissued:
    """Reissue the access code of a request."""
    session = call.session()
    session.case()
    return reissue(session, call.body())

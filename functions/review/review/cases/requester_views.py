"""Read what a requester sent, is shown, and how the requester can be reached. Every read is recorded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from casereview.cases.requester_checks import proposed_reason
from casereview.crypto.sealing import SealBrokenError
from casereview.schema.request_records import Request
from casereview.schema.status_responses import RequestStatus
from casereview.schema.submission import Contact
from casereview.store.altered import found_altered
from casereview.usecases.contacts import open_contact, open_filed
from casereview.usecases.identity import open_part
from casereview.usecases.status import look_up
from review.cases.recorded_reads import recorded
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.requester_responses import AskRead, Contacts, RequestBody, RequestRead


def request_read(request: Request) -> RequestRead:
    """Return a request as a case lists it, without its body."""
    return RequestRead(
        receipt=request.receipt,
        received_at=request.received_at,
        office=request.office,
        role=request.role,
        authority=request.authority,
        opened=request.opened,
        verified=request.verified,
        refuted=request.refuted,
        refutation_proposed=proposed_reason(request),
        verify_by=request.verify_by,
        frozen=request.frozen,
        contact_changed_at=request.contact_changed_at,
        withdrawal_by=request.withdrawal_by,
        escalation_asked=request.escalation_asked,
        state=request.state,
        deficiencies=request.deficiencies,
        asked=tuple(AskRead(codes=one.codes, asked_at=one.at, answer_by=one.answer_by) for one in request.asks),
    )


def read_request(session: CaseSession, receipt: str) -> RequestBody:
    """Return a request of a case with its body, without contact data.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case.
    """
    session.case()
    request = session.request(receipt)
    recorded(session, "case")
    seal = session.services.seal
    body = open_filed(seal, request)
    body["requester"].pop("contact", None)
    return RequestBody(
        **dict(request_read(request)),
        body=body,
        completed=open_part(seal, "completed", receipt, request.completed),
        corrected=open_part(seal, "corrected", receipt, request.corrected),
    )


def read_as_holder(session: CaseSession, receipt: str) -> RequestStatus:
    """Return what the holder of a request of a case is shown now by the public API.

    Raises:
        ProblemError: 404 without access to the case, or for a receipt that is not of this case.
    """
    session.case()
    request = session.request(receipt)
    recorded(session, "view")
    return look_up(session.services, request, session.at)


def read_contacts(session: CaseSession, why: str) -> Contacts:
    """Return the contact data of the requesters, by receipt; contact data that cannot be opened is left out.

    Args:
        session: The caller and the case.
        why: The reason, which is recorded.

    Raises:
        ProblemError: 404 without access to the case.
    """
    file = session.file(session.case())
    recorded(session, "contacts", why)
    found = dict(_contacts(session, requests_of(session, file)))
    contacts = {receipt: contact.model_dump(mode="json") for receipt, contact in found.items()}
    return Contacts(case_id=session.case_id, contacts=contacts)


def _contacts(session: CaseSession, requests: Iterable[Request]) -> Iterator[tuple[str, Contact]]:
    """Yield the receipt and contact of each request; one whose contact was altered is left out, and reported."""
    for request in requests:
        try:
            yield request.receipt, open_contact(session.services.seal, request)
        except SealBrokenError as error:
            found_altered(error.part, error.owner, error.sealed)

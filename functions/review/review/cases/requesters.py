"""The requests of a case, and the notices to its requesters."""

from __future__ import annotations

from collections.abc import Callable

from casereview.evidence.standing import without_split_requests
from casereview.notices.pending import notice_to_requester
from casereview.schema.records import Case, CaseFile, Notice, Request
from casereview.schema.vocabulary import TemplateId
from casereview.store import keys
from casereview.usecases.contacts import open_contact
from review.cases.session import CaseSession


def receipts_of(file: CaseFile) -> list[str]:
    """Return the receipts of a case, that of the opening request first, without requests that were split off."""
    return [event.receipt for event in without_split_requests(file.events) if event.filing and event.receipt]


def requests_of(session: CaseSession, file: CaseFile) -> list[Request]:
    """Read the requests of a case with consistent reads."""
    found = [session.services.table.get(Request, keys.request(receipt)) for receipt in receipts_of(file)]
    return [request for request in found if request and request.case_id == session.case_id]


def notices_to_requesters(
    session: CaseSession, case: Case, template: TemplateId, addressed: Callable[[Request, Case], bool]
) -> tuple[Notice, ...]:
    """Return a notice for each live request whose requester is addressed.

    The history is read again, so that a request which has just joined is included. The name of a notice contains the
    case id, because a link or a split can move notices to a case where the same version number exists.

    Args:
        session: The caller and the case.
        case: The case.
        template: The template of the notice.
        addressed: Whether the requester of a request gets the notice.
    """
    file = session.services.table.case_file(case.case_id)
    requests = requests_of(session, file) if file else []
    return tuple(
        notice_to_requester(
            request,
            template,
            session.at,
            name=f"{template.replace('_', '-')}-{case.case_id}-{case.version + 1}",
            language=open_contact(session.services.seal, request).language,
        )
        for request in requests
        if request.state == "live" and addressed(request, case)
    )

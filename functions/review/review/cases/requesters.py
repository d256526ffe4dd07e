"""The requests of a case, and the notices that their holders are owed."""

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
    """Return the receipts of a case, the opener's first, without those that were split off."""
    return [event.receipt for event in without_split_requests(file.events) if event.filing and event.receipt]


def requests_of(session: CaseSession, file: CaseFile) -> list[Request]:
    """Read the requests of a case consistently."""
    found = [session.services.table.get(Request, keys.request(receipt)) for receipt in receipts_of(file)]
    return [request for request in found if request and request.case_id == session.case_id]


def notices_to(
    session: CaseSession, case: Case, template: TemplateId, told: Callable[[Request, Case], bool]
) -> tuple[Notice, ...]:
    """Return the notices that the live requesters of a case are owed who may know of it.

    The case's history is read here, so that nobody who has just joined is left out. A notice that is moved keeps its
    name, which no other case gives: a split or a link brings versions together that count from different beginnings.
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
        if request.state == "live" and told(request, case)
    )

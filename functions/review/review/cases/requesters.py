"""The requests of a case, and the notices to its requesters."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from casereview.cases.disclosure import is_told
from casereview.cases.lifecycle import WITH_DECISION
from casereview.cases.requester_checks import is_involved
from casereview.http.problems import forbidden
from casereview.notices.pending import notice_to_requester
from casereview.schema.evidence import CaseFile
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import TemplateId
from casereview.store import keys
from casereview.usecases.contacts import has_a_way, may_receive_news, open_contact
from review.cases.session import CaseSession


def require_uninvolved(session: CaseSession, request: Request) -> None:
    """Raise ProblemError 403 if the caller filed the request for its holder, or reissued its code within 30 days."""
    if is_involved(request, session.caller.id, session.at):
        message = "You filed this request for its requester, or reissued its access code: another person must do this."
        raise forbidden("own_request", message)


def requests_of(session: CaseSession, file: CaseFile) -> list[Request]:
    """Read the requests of a case consistently, by one batch read, the opening one first.

    Raises:
        UnreadableError: One of them cannot be read.
    """
    found = session.services.table.every(Request, [keys.request(one.receipt) for one in file.claims])
    own = {request.receipt: request for request in found if request.case_id == file.case.case_id}
    return [own[one.receipt] for one in file.claims if one.receipt in own]


class Learners(NamedTuple):
    """Which requesters of a case learn of its decision when it is final, by receipt."""

    will: tuple[str, ...]
    will_not: tuple[str, ...]


def learners_of(session: CaseSession, case: Case) -> Learners:
    """Return which of the live requests of a case get news of its decision: verified holders who can be reached.

    Raises:
        UnreadableError: One of the requests cannot be read.
        SealBrokenError: The contact of a verified holder cannot be opened, or is lost.
    """
    live = [one for one in requests_of(session, session.file(case)) if one.state == "live"]
    will = tuple(one.receipt for one in live if is_told(one, case) and _is_reached(session, case, one))
    return Learners(will, tuple(one.receipt for one in live if one.receipt not in will))


def _is_reached(session: CaseSession, case: Case, request: Request) -> bool:
    """Return whether the holder of a request may be contacted, and gave a way."""
    contact = open_contact(session.services.seal, request)
    return may_receive_news(case, request, contact) and has_a_way(contact)


def notices_to_requesters(
    session: CaseSession, case: Case, template: TemplateId, addressed: Callable[[Request, Case], bool]
) -> tuple[Notice, ...]:
    """Return a notice for each live request whose requester is addressed.

    The name of a notice contains the case id, because a link or a split can move requests to a case where the same
    version number exists.

    Args:
        session: The caller and the case.
        case: The case, as it was read.
        template: The template of the notice.
        addressed: Whether the requester of a request gets the notice.
    """
    return tuple(
        notice_of(session, case, template, request)
        for request in requests_of(session, session.file(case))
        if request.state == "live" and addressed(request, case)
    )


def missed_news(session: CaseSession, case: Case, after: Case) -> tuple[Notice, ...]:
    """Return the news of its decisions to the holders who missed it while the case was restricted."""
    if case.restricted == after.restricted or not (case.status in WITH_DECISION or case.decisions):
        return ()
    return notices_to_requesters(
        session, case, "news", lambda request, case: is_told(request, after) and not is_told(request, case)
    )


def notice_of(session: CaseSession, case: Case, template: TemplateId, request: Request) -> Notice:
    """Return a notice to the requester of one request of a case."""
    return notice_to_requester(
        request,
        template,
        session.at,
        name=f"{template.replace('_', '-')}-{case.case_id}-{case.version + 1}",
        language=open_contact(session.services.seal, request).language,
    )

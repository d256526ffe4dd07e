"""Create pending notices: each to one requester or office, stored in the transaction of the event that it reports."""

from __future__ import annotations

from datetime import datetime

from casereview.notices.catalog import OFFICE_VERSIONS, VERSIONS
from casereview.schema.languages import DEFAULT, choose_language
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import OfficeTemplateId, TemplateId


def notice_to_requester(
    request: Request, template: TemplateId, at: datetime, *, name: str, language: str | None
) -> Notice:
    """Return a pending notice to a requester.

    Its id consists of ``name`` and receipt, which is unique in every case that the request can be linked to: creating
    the same notice twice stores it once.

    Args:
        request: the request of the requester.
        template: the template of the text.
        at: when the notice is created and can be sent.
        name: the first part of the id.
        language: the BCP 47 tag of the preferred language; the nearest available language is used.

    Returns:
        The notice.
    """
    return Notice(
        case_id=request.case_id,
        notice_id=f"{name}-{request.receipt}",
        office=request.office,
        receipt=request.receipt,
        template=template,
        version=VERSIONS[template],
        language=choose_language(language or DEFAULT),
        created_at=at,
        send_at=at,
    )


def renewed_notice(notice: Notice, at: datetime) -> Notice:
    """Return a notice that could not be delivered as pending again; the days for its delivery begin again."""
    return notice.evolve(
        state="owed",
        why=None,
        send_at=at,
        renewed_at=at,
        unanswered=0,
        waited_ms=0,
        counted_at=None,
        bounces=0,
        failed_at=(),
        provider_id=None,
    )


def target_passed_notice(case: Case, at: datetime) -> Notice:
    """Return a pending notice to the office that the target of the first look has passed."""
    return _to_office(case, "target_passed", at, receipt="")


def undelivered_notice(case: Case, receipt: str, at: datetime) -> Notice:
    """Return a pending notice to the office that a notice to a requester could not be delivered."""
    return _to_office(case, "undelivered", at, receipt=receipt)


def _to_office(case: Case, template: OfficeTemplateId, at: datetime, *, receipt: str) -> Notice:
    """Return a pending notice to the office of a case; its id allows one per template and version of the case."""
    return Notice(
        case_id=case.case_id,
        notice_id=f"{template}-{case.case_id}-{case.version}",
        office=case.office,
        receipt=receipt,
        template=template,
        version=OFFICE_VERSIONS[template],
        language=DEFAULT,
        created_at=at,
        send_at=at,
    )

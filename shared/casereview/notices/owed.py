"""Notices that are owed: to one requester or office, of one text, made in the transaction of what it tells of."""

from __future__ import annotations

from datetime import datetime

from casereview.notices.catalog import OFFICE_VERSIONS, VERSIONS
from casereview.schema.languages import DEFAULT, choose
from casereview.schema.records import Case, Notice, Request
from casereview.schema.vocabulary import OfficeTemplateId, TemplateId


def notice_to(request: Request, template: TemplateId, at: datetime, *, name: str, language: str | None) -> Notice:
    """Return a notice that a requester is owed, in the nearest language that we have to the one given.

    Its id, of ``name`` and receipt, is unique in every case that the request may come to: who owes it twice owes it
    once.
    """
    return Notice(
        case_id=request.case_id,
        notice_id=f"{name}-{request.receipt}",
        office=request.office,
        receipt=request.receipt,
        template=template,
        version=VERSIONS[template],
        language=choose(language or DEFAULT),
        created_at=at,
        send_at=at,
    )


def target_passed(case: Case, at: datetime) -> Notice:
    """Return a notice to a case's office that its first look is late."""
    return _to_office(case, "target_passed", at, receipt="")


def undelivered(case: Case, receipt: str, at: datetime) -> Notice:
    """Return a notice to a case's office that one to a requester did not arrive."""
    return _to_office(case, "undelivered", at, receipt=receipt)


def _to_office(case: Case, template: OfficeTemplateId, at: datetime, *, receipt: str) -> Notice:
    """Return a notice to a case's office: of each version of a case there is one."""
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

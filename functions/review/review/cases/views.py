"""Read a case. Every read is recorded before it is answered: who, when and what, and the reason for contact data."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from typing import Any, Literal

from casereview.cases.assessment import InForce, assess, subject_of
from casereview.cases.first_look import is_overdue
from casereview.cases.flags import flags_of
from casereview.crypto.sealing import Part
from casereview.evidence.standing import without_split_requests
from casereview.http.problems import invalid, no_such_case
from casereview.policy.engine import explain
from casereview.schema.base import Unrecognized, rfc3339
from casereview.schema.facts import Facts
from casereview.schema.records import CaseFile, Event, Notice, Read, Request
from casereview.schema.text import without_control_characters
from casereview.store.transaction import put_new
from casereview.usecases.contacts import open_contact
from casereview.usecases.sealed_text import open_text
from review.authorization import require_access
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.responses import (
    CaseRead,
    Contacts,
    EventRead,
    Fact,
    FactStatement,
    History,
    NoticeRead,
    RankingRead,
    Reason,
    RequestRead,
    Rule,
    StatementRead,
)

_SEALED_PARTS: dict[str, Part] = {
    "updated": "update",
    "escalated": "escalation",
    "information_asked": "asked",
    "decision_proposed": "decision",
    "decided": "decision",
    "official_decided": "decision",
    "remanded": "decision",
}
"""The part as which the texts of an event are sealed, by kind of event; those of other kinds are reasons (``why``)."""


def _read_file(session: CaseSession) -> CaseFile:
    """Read the case with its history.

    Raises:
        ProblemError: 404 without access to the case.
    """
    file = session.services.table.case_file(session.case_id)
    require_access(session.caller, session.roles, file.case if file else None)
    if file is None:
        raise no_such_case()
    return file


def _record_read(
    session: CaseSession, what: Literal["case", "contacts", "ranking", "history"], why: str | None = None
) -> None:
    """Record the read, before anything is returned."""
    read = Read(
        case_id=session.case_id,
        read_id=f"{rfc3339(session.at)}-{secrets.token_hex(4)}",
        at=session.at,
        user=session.caller.user,
        what=what,
        sealed=session.seal_reason(why) if why else None,
    )
    session.services.table.write(put_new(read))


def read_case(session: CaseSession) -> CaseRead:
    """Return a case without contact data.

    Raises:
        ProblemError: 404 without access to the case.
    """
    file = _read_file(session)
    _record_read(session, "case")
    case = file.case
    texts = session.services.policies.texts(case.policy)
    return CaseRead(
        case_id=case.case_id,
        case_version=case.version,
        status=case.status,
        status_since=case.status_since,
        office=case.office,
        lane=case.lane,
        received_at=case.filed_at,
        target_by=case.target_at,
        overdue=is_overdue(case, session.at),
        clock_stopped_since=case.first_look.stopped_since,
        reasons=tuple(Reason(rule=rule, text=texts.get(rule, "")) for rule in case.reasons),
        flags=flags_of(case),
        policy=case.policy,
        claimed_by=case.claimed_by,
        lease_until=case.lease_until,
        restricted=case.restricted,
        linked_to=case.linked_to,
        decided_by=case.decided_by,
        outcome=case.outcome,
        facts=tuple(_facts(file)),
        requests=tuple(_request(session, request) for request in requests_of(session, file)),
        statements=tuple(_statements(session, file)),
        notices=tuple(map(_notice, file.notices)),
    )


def _facts(file: CaseFile) -> Iterator[Fact]:
    events = without_split_requests(file.events)
    for name in Facts.model_fields:
        said = tuple(_said(event, name) for event in events if event.claims and name in event.claims.model_fields_set)
        if said:
            value = file.case.facts.model_dump(mode="json")[name]
            verified = any(statement.source != "claim" for statement in said)
            yield Fact(fact=name, value=value, verified=verified, said=said)


def _said(event: Event, name: str) -> FactStatement:
    claims = event.claims or Facts()
    return FactStatement(
        value=claims.model_dump(mode="json")[name],
        source=event.verification.verdict if event.verification else "claim",
        at=event.at,
        receipt=event.receipt,
        user=event.user,
    )


def _request(session: CaseSession, request: Request) -> RequestRead:
    body: dict[str, Any] = json.loads(session.services.seal.open("request", request.receipt, request.sealed))
    body["requester"].pop("contact", None)
    return RequestRead(
        receipt=request.receipt,
        received_at=request.received_at,
        role=request.role,
        authority=request.authority,
        opened=request.opened,
        verified=request.verified,
        state=request.state,
        deficiencies=request.deficiencies,
        body=body,
    )


def _statements(session: CaseSession, file: CaseFile) -> Iterator[StatementRead]:
    for event in without_split_requests(file.events):
        if event.sealed is None or isinstance(event.kind, Unrecognized):  # how an unknown kind was sealed is unknown
            continue
        part = _SEALED_PARTS.get(event.kind, "why")
        owner = event.receipt if part in {"update", "escalation"} and event.receipt else session.case_id
        words = open_text(session.services.seal, part, owner, event.sealed)
        yield StatementRead(at=event.at, kind=event.kind, receipt=event.receipt, user=event.user, words=words)


def read_contacts(session: CaseSession, why: str) -> Contacts:
    """Return the contact data of the requesters, by receipt.

    Args:
        session: The caller and the case.
        why: The reason, which is recorded.

    Raises:
        ProblemError: 404 without access to the case; 422 without a reason.
    """
    why = without_control_characters(why).strip()
    if not why:
        raise invalid("why", "required", "is required")
    file = _read_file(session)
    _record_read(session, "contacts", why[:1000])
    found = {request.receipt: open_contact(session.services.seal, request) for request in requests_of(session, file)}
    contacts = {receipt: contact.model_dump(mode="json") for receipt, contact in found.items()}
    return Contacts(case_id=session.case_id, contacts=contacts)


def read_ranking(session: CaseSession) -> RankingRead:
    """Return how the policy in force ranks the case now, with the reasons.

    Raises:
        ProblemError: 404 without access to the case.
    """
    file = _read_file(session)
    _record_read(session, "ranking")
    force = InForce(*session.services.policies.governing(session.at))
    found = assess(file, force, session.at)
    ranking, document = found.ranking, force.policy.document
    texts = {
        rule.id: rule.text
        for section in (document.categories, document.approvals, document.factors)
        for rule in section
    }
    rules = explain(subject_of(file, found.settled, force.policy), force.policy, session.at)
    return RankingRead(
        case_id=session.case_id,
        at=session.at,
        policy=ranking.policy,
        digest=ranking.digest,
        lane=ranking.lane,
        sort_at=ranking.sort_at,
        target_by=None if file.case.first_look.stopped_since else ranking.target_by,
        changes_at=ranking.changes_at,
        reasons=tuple(Reason(rule=reason.rule, text=reason.text) for reason in ranking.reasons),
        matched=ranking.matched,
        categories=tuple(Reason(rule=found.id, text=texts[found.id]) for found in ranking.categories),
        approvals=tuple(Reason(rule=rule, text=texts[rule]) for rule in ranking.approvals),
        factors=tuple(Reason(rule=found.id, text=texts[found.id]) for found in ranking.factors),
        flags=ranking.flags,
        rules=tuple(
            Rule(section=rule.section, rule=rule.rule, text=rule.text, source=rule.source, facts=rule.facts)
            for rule in rules
        ),
    )


def read_history(session: CaseSession) -> History:
    """Return the events and the reads of a case, oldest first.

    Raises:
        ProblemError: 404 without access to the case.
    """
    file = _read_file(session)
    _record_read(session, "history")
    events = [_event(event) for event in file.events]
    reads = [
        EventRead(
            at=read.at, kind="read", version=None, actor="officer", user=read.user, details=_read_details(session, read)
        )
        for read in session.services.table.reads(session.case_id)
    ]
    return History(case_id=session.case_id, events=tuple(sorted([*events, *reads], key=lambda event: event.at)))


def _read_details(session: CaseSession, read: Read) -> dict[str, Any]:
    """Return what was read, and the reason if there was one."""
    why = open_text(session.services.seal, "why", session.case_id, read.sealed) if read.sealed else {}
    return {"what": read.what, **why}


def _notice(notice: Notice) -> NoticeRead:
    return NoticeRead(
        receipt=notice.receipt,
        template=notice.template,
        state=notice.state,
        why=notice.why,
        created_at=notice.created_at,
    )


def _event(event: Event) -> EventRead:
    return EventRead(
        at=event.at,
        kind=event.kind,
        version=event.version,
        actor=event.actor,
        user=event.user,
        receipt=event.receipt,
        changes=event.changes,
        filing=event.filing,
        verification=event.verification,
        ranking=event.ranking,
        details=event.details,
    )

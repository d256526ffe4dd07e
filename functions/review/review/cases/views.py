"""Read a case. Every read is recorded before it is answered: who, when and what, and the reason for contact data."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from casereview.cases.assessment import InForce, assess, subject_of
from casereview.cases.decisions import approval_due, decisions_of
from casereview.cases.duties import may_be_shown, still_to_carry_out
from casereview.cases.first_look import is_overdue
from casereview.cases.flags import flags_of, new_words_since
from casereview.crypto.sealing import SealBrokenError
from casereview.policy.engine import explain
from casereview.policy.unknowns import unknown_factors
from casereview.routing.areas import responsible
from casereview.schema.base import EASTERN
from casereview.schema.decision_records import FinalDecision
from casereview.schema.evidence import CaseFile
from casereview.schema.facts import Facts
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.status_responses import RequestStatus
from casereview.schema.submission import Contact
from casereview.store.open_duties import open_duties
from casereview.store.transaction import put_new
from casereview.store.unreadable import report_altered
from casereview.usecases.contacts import open_contact, open_filed
from casereview.usecases.identity import open_part
from casereview.usecases.status import look_up
from review.cases.information import open_question
from review.cases.other_cases import other_cases
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.reads import What, read_by
from review.schema.case_responses import (
    ApprovalRead,
    CaseRead,
    DecisionRead,
    DutyRead,
    Fact,
    FactStatement,
    NewWords,
    RankingRead,
    Rule,
)
from review.schema.requester_responses import AskRead, Contacts, RequestBody, RequestRead
from review.schema.responses import Reason
from review.worklist_items import same_person

SAID = 5
"""How many of the newest statements about a fact are shown."""


def recorded(session: CaseSession, what: What, why: str | None = None) -> None:
    """Record a read, before anything is returned."""
    sealed = session.reason(why).sealed if why else None
    session.services.table.write(put_new(read_by(session.caller, session.case_id, what, session.at, sealed)))


def read_case(session: CaseSession) -> CaseRead:
    """Return a case without contact data.

    Raises:
        ProblemError: 404 without access to the case.
        UnreadableError: A record of the case cannot be read, unless the table leaves out what cannot be.
    """
    found = session.case()
    session.require_whole(found)
    file = session.file(found)
    recorded(session, "case")
    case = file.case
    texts = session.services.policies.texts(case.policy)
    requests = requests_of(session, file)
    others = other_cases(session, case, requests)
    beside = same_person(session.services, session.caller, [case])
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
        flags=flags_of(case, same_person=bool(beside) or others.suggest_duplicate),
        policy=case.policy,
        claimed_by=case.claimed_by,
        lease_until=case.lease_until,
        restricted=case.restricted,
        linked_to=case.linked_to,
        decided_by=case.decided_by,
        outcome=case.outcome,
        decisions=tuple(map(_decision, decisions_of(case))),
        approvals=approvals_read(case),
        approve_by=approval_due(case),
        returned=case.returned,
        facts=tuple(_facts(session, file)),
        requests=tuple(map(_request, requests)),
        new_words=tuple(new_words(file)),
        duties=tuple(_duties(session, case)),
        earlier_cases=others.of_person,
        same_name=others.of_name,
        question=open_question(session, case, requests),
    )


def _duties(session: CaseSession, case: Case) -> Iterator[DutyRead]:
    for duty in open_duties(session.services.table, case.case_id):
        if may_be_shown(duty, case):
            yield DutyRead(
                duty=duty.duty_id,
                kind=duty.kind,
                receipt=duty.receipt,
                granted=still_to_carry_out(duty),
                since=duty.since,
                due=duty.due,
                overdue=duty.due <= session.at,
            )


def _decision(decision: FinalDecision) -> DecisionRead:
    return DecisionRead(
        version=decision.version,
        outcome=decision.outcome,
        decided_at=decision.decided_at,
        by="senior_official" if decision.by_official else "field_office",
        state=decision.state,
        carried_out_at=decision.carried_out_at,
    )


def approvals_read(case: Case) -> tuple[ApprovalRead, ...]:
    """Return the approvals that the decision of a case needs, as they are shown."""
    return tuple(
        ApprovalRead(id=one.id, role=one.role, state="given" if one.by_id else "open", by=one.by)
        for one in case.approvals
    )


def new_words(file: CaseFile) -> Iterator[NewWords]:
    """Yield the requests that said something since the case was claimed, or its decision proposed."""
    since = new_words_since(file.case)
    for one in file.claims:
        at = max(at for at in (one.filed_at, one.said_at) if at)
        if since is not None and at > since:
            yield NewWords(receipt=one.receipt, at=at)


def _facts(session: CaseSession, file: CaseFile) -> Iterator[Fact]:
    """Yield the facts as the words and findings of a case settle them now, each with its sources."""
    force = InForce(*session.services.policies.governing(session.at))
    values = assess(file, force, session.at).settled.facts.model_dump(mode="json")
    statements = list(_statements(file))
    for name in Facts.model_fields:
        said = sorted((one for fact, one in statements if fact == name), key=lambda one: one.at)
        if said:
            verified = any(one.source != "claim" for one in said)
            yield Fact(fact=name, value=values[name], verified=verified, said=_newest(said, values[name]))


def _newest(said: Sequence[FactStatement], value: object) -> tuple[FactStatement, ...]:
    """Return the newest five statements about a fact; the one that its value comes from is always among them."""
    newest = said[-SAID:]
    source = next((one for one in reversed(said) if one.value == value), None)
    return tuple(newest) if source is None or source in newest else (source, *newest[1:])


def _statements(file: CaseFile) -> Iterator[tuple[str, FactStatement]]:
    """Yield the statements of each request about each fact, and what officers found, with the fact's name.

    Of a request that is the newest one, and an earlier one that counts until an officer settles the fact. A county is
    no fact where one office has the whole state; what was typed is in the request.
    """
    for one in file.claims:
        state = one.facts.state
        no_county = state is not None and len(responsible(state, None, _day(one.filed_at))) == 1
        for name, value in one.counted.model_dump(mode="json", exclude_unset=True).items():
            at = one.first_at.get(name, one.filed_at)
            yield name, FactStatement(value=value, source="claim", at=at, receipt=one.receipt)
        for name, value in one.facts.model_dump(mode="json", exclude_unset=True).items():
            if name == "county" and value is None and no_county:
                continue
            at = one.newest_at.get(name, one.first_at.get(name, one.filed_at))
            yield name, FactStatement(value=value, source="claim", at=at, receipt=one.receipt)
    for found in file.findings.found:
        for name, value in found.facts.model_dump(mode="json", exclude_unset=True).items():
            said = FactStatement(value=value, source=found.verdict, at=found.at, receipt=found.receipt, user=found.user)
            yield name, said


def _day(at: datetime) -> date:
    return at.astimezone(EASTERN).date()


def _request(request: Request) -> RequestRead:
    return RequestRead(
        receipt=request.receipt,
        received_at=request.received_at,
        office=request.office,
        role=request.role,
        authority=request.authority,
        opened=request.opened,
        verified=request.verified,
        refuted=request.refuted,
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
        **dict(_request(request)),
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
            report_altered(error.part, error.owner)


def read_ranking(session: CaseSession) -> RankingRead:
    """Return how the policy in force ranks the case now, with the reasons.

    Raises:
        ProblemError: 404 without access to the case.
    """
    file = session.file(session.case())
    recorded(session, "ranking")
    force = InForce(*session.services.policies.governing(session.at))
    found = assess(file, force, session.at)
    ranking, document = found.ranking, force.policy.document
    texts = {
        rule.id: rule.text
        for section in (document.categories, document.approvals, document.factors)
        for rule in section
    }
    rules = explain(subject_of(file, found.settled), force.policy, session.at)
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
        unknown_factors=tuple(
            Reason(rule=factor.id, text=factor.text) for factor in unknown_factors(document, found.settled.facts)
        ),
        flags=ranking.flags,
        rules=tuple(
            Rule(section=rule.section, rule=rule.rule, text=rule.text, source=rule.source, facts=rule.facts)
            for rule in rules
        ),
    )

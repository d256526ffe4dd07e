"""Read a case. Every read is recorded before it is answered: who, when and what, and the reason for contact data."""

from __future__ import annotations

from collections.abc import Iterator

from casereview.cases.assessment import InForce, assess, subject_of
from casereview.cases.decisions import approval_due, decisions_of
from casereview.cases.duties import may_be_shown, still_to_carry_out
from casereview.cases.first_look import is_overdue
from casereview.cases.flags import flags_of, new_words_since
from casereview.policy.engine import explain
from casereview.policy.unknowns import unknown_factors
from casereview.schema.decision_records import FinalDecision
from casereview.schema.evidence import CaseFile
from casereview.schema.records import Case
from casereview.store.open_duties import open_duties
from review.cases.fact_sources import facts_read
from review.cases.information import open_question
from review.cases.other_cases import other_cases
from review.cases.recorded_reads import recorded
from review.cases.requester_views import request_read
from review.cases.requesters import requests_of
from review.cases.session import CaseSession
from review.schema.case_responses import (
    ApprovalRead,
    CaseRead,
    DecisionRead,
    DutyRead,
    NewWords,
    RankingRead,
    Rule,
)
from review.schema.responses import Reason
from review.worklist_items import same_person


def read_case(session: CaseSession) -> CaseRead:
    """Return a case without contact data.

    Raises:
        ProblemError: 404 without access to the case.
        UnreadableError: A record of the case cannot be read, unless the table leaves out what cannot be.
    """
    found = session.case()
    session.require_history(found)
    file = session.file(found)
    case = file.case
    texts = session.services.policies.texts(case.policy)
    requests = requests_of(session, file)
    recorded(session, "case")
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
        facts=tuple(facts_read(session, file)),
        requests=tuple(map(request_read, requests)),
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
        case_id=decision.case_id,
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

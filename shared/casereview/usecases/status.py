"""The status of a request, as far as it is disclosed to its holder.

What an unverified holder sees follows from the request alone, whatever becomes of the case: the case is not even read.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from casereview.cases.decisions import decisions_of
from casereview.cases.deficiencies import ask_text, describe, left_at_the_end, unverified
from casereview.cases.disclosure import sees_the_end, shown_after_withdrawal, shown_to, view_of
from casereview.cases.lifecycle import LIVE, OPEN, public, public_to_third_parties
from casereview.cases.own_words import ranking_of_own_words
from casereview.cases.people_ahead import people_ahead
from casereview.cases.withdrawal import UNDO_WITHIN
from casereview.crypto.sealing import SealBrokenError
from casereview.schema.base import Unrecognized
from casereview.schema.evidence import Claims
from casereview.schema.languages import choose_language
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.responses import Deficiency
from casereview.schema.status_responses import (
    AskedFor,
    EscalationState,
    PeopleAhead,
    RequestStatus,
    UsualWait,
    WithdrawalState,
)
from casereview.store import keys
from casereview.store.altered import found_altered
from casereview.store.waits import newest_bands, usual_wait
from casereview.texts.catalog import text
from casereview.usecases.contacts import open_contact, open_filed
from casereview.usecases.questions import read_question
from casereview.usecases.services import CaseServices
from casereview.usecases.shown_decisions import ShownDecisions, shown_decisions


@dataclass(frozen=True, slots=True)
class _Holder:
    """What follows from a request alone."""

    request: Request
    language: str
    own_reference: str | None
    lane: str | None
    at: datetime
    """When the holder looks."""
    is_whole: bool
    """Whether what is sealed of the request could be opened."""


def look_up(services: CaseServices, request: Request, at: datetime) -> RequestStatus:
    """Return the answer of ``GET /requests/{receipt}``.

    What cannot be read is left out; of a request that cannot be opened, no more than what an unverified holder sees is
    shown.
    """
    services = replace(services, table=services.table.leaving_out())
    holder = _holder(services, request, at)
    view = view_of(request) if holder.is_whole else "own_words"
    learnt = holder.is_whole and request.state == "withdrawn" and bool(request.told)
    case = services.table.get(Case, keys.case(request.case_id)) if view != "own_words" or learnt else None
    if case and learnt:
        return _after_withdrawal(services, holder, case)
    shown = shown_to(request, case) if case else None
    if case is None or shown is None:
        wait = _usual_wait(services, request.office, holder.lane) if request.state == "live" else None
        return _own_words(holder, wait)
    if view == "decision":
        return _decision_only(services, holder, shown)
    return _whole(services, holder, shown)


def _holder(services: CaseServices, request: Request, at: datetime) -> _Holder:
    opened = _opened(services, request)
    claims = services.table.get(Claims, keys.claims(request.case_id, request.receipt))
    policy, _until = services.policies.governing(at)
    return _Holder(
        request=request,
        language=opened.language if opened else "en",
        own_reference=opened.own_reference if opened else None,
        lane=ranking_of_own_words(claims, policy, at).lane if claims else None,
        at=at,
        is_whole=opened is not None,
    )


class _Opened(NamedTuple):
    """What is needed of the sealed parts of a request."""

    language: str
    own_reference: str | None


def _opened(services: CaseServices, request: Request) -> _Opened | None:
    """Open the sealed parts of a request, by at most two KMS calls; None, and reported, if one was altered."""
    try:
        filed = open_filed(services.seal, request)
        contact = open_contact(services.seal, request, filed)
    except SealBrokenError as error:
        found_altered(error.part, error.owner, error.sealed)
        return None
    return _Opened(contact.language or "en", filed["requester"].get("own_reference"))


def _own_words(holder: _Holder, wait: UsualWait | None, shown: Case | None = None) -> RequestStatus:
    """Return the status with limited disclosure, without what cannot be done any more.

    Args:
        holder: The holder, who cannot add anything to a withdrawn request.
        wait: The usual wait.
        shown: The case as the holder is shown it; None where only the holder's own words are shown.
    """
    request = holder.request
    withdrawn = request.state == "withdrawn"
    ended = withdrawn or (shown is not None and sees_the_end(request, shown))
    return RequestStatus(
        receipt=request.receipt,
        status="withdrawn" if withdrawn else "received",
        status_since=request.state_since if withdrawn else request.received_at,
        disclosure="limited",
        lane=holder.lane,
        usual_wait=wait,
        missing=_missing(holder, ended=ended),
        asked_for=() if ended else _catalogue_asks(holder),
        own_reference=holder.own_reference,
        contact_changed_at=request.contact_changed_at,
        withdrawal=_withdrawal(request, holder.at),
        escalation=_escalation(request, shown),
    )


def _after_withdrawal(services: CaseServices, holder: _Holder, case: Case) -> RequestStatus:
    """Return the status of a withdrawn request, with the decisions that its holder had been shown before."""
    limited = _own_words(holder, None)
    found = shown_decisions(services, case, shown_after_withdrawal(holder.request, case), None)
    return limited.merged(
        RequestStatus(
            receipt=limited.receipt,
            status=limited.status,
            status_since=limited.status_since,
            disclosure=limited.disclosure,
            decision=found.newest,
            earlier_decisions=found.earlier,
        )
    )


def _decision_only(services: CaseServices, holder: _Holder, case: Case) -> RequestStatus:
    """Return the status for a verified third party: whether and how the case was decided.

    While the Senior Reviewing Official looks at it, a decided case looks as before.
    """
    wait = _usual_wait(services, holder.request.office, holder.lane) if case.status in OPEN else None
    limited = _own_words(holder, wait, case)
    status = public_to_third_parties(case.status)
    is_second_look = status == "decided" and case.status in LIVE
    found = _decisions(services, holder, case.evolve(status="decided") if is_second_look else case)
    since = limited.status_since
    if status == "decided":
        since = found.newest.decided_at if found.newest else case.status_since
    elif status == "in_review":
        since = case.review_since or case.shown_since or case.status_since
    return limited.merged(
        RequestStatus(
            receipt=limited.receipt,
            disclosure=limited.disclosure,
            status=status,
            status_since=since,
            decision=found.newest,
            earlier_decisions=found.earlier,
        )
    )


def _whole(services: CaseServices, holder: _Holder, case: Case) -> RequestStatus:
    """Return the status with full disclosure."""
    lane = case.shown_lane or holder.lane
    wait = _usual_wait(services, case.field_office or case.office, lane) if case.status in OPEN else None
    limited = _own_words(holder, wait, case)
    receipt, decisions = holder.request.receipt, _decisions(services, holder, case)
    return limited.merged(
        RequestStatus(
            receipt=receipt,
            status=public(case.status),
            status_since=case.shown_since or case.status_since,
            disclosure="full",
            lane=lane,
            people_ahead=_people_ahead(services, case),
            asked_for=(*limited.asked_for, *_question(services, case, receipt)),
            decision=decisions.newest,
            earlier_decisions=decisions.earlier,
        )
    )


def _usual_wait(services: CaseServices, office: str, lane: str | None) -> UsualWait | None:
    if lane is None:
        return None
    return UsualWait(**usual_wait(services.table, office, lane)._asdict())


def _people_ahead(services: CaseServices, case: Case) -> PeopleAhead | None:
    bands = newest_bands(services.table, case.office)
    found = people_ahead(bands, case) if bands else None
    return PeopleAhead(**found._asdict()) if found else None


def _missing(holder: _Holder, *, ended: bool) -> tuple[Deficiency, ...]:
    """Return what the request lacks and can still be supplied, in the language of its holder."""
    request = holder.request
    if ended:
        left = left_at_the_end(request.deficiencies, withdrawn=request.state == "withdrawn")
        return describe(left, holder.language, request)
    codes: list[str] = [code for code in request.deficiencies if not (request.verified and code == "authority_missing")]
    if request.refuted:
        codes.append("proof_not_accepted")
    elif not request.verified:
        codes.append(unverified(request.role))
    return describe(codes, holder.language, request)


def _catalogue_asks(holder: _Holder) -> tuple[AskedFor, ...]:
    """Return the questions of the catalogue that an officer put to this request, each once, as it was last put.

    A verified holder has answered.
    """
    if holder.request.verified:
        return ()
    language = choose_language(holder.language)
    newest = {code: ask for ask in holder.request.asks for code in ask.codes if not isinstance(code, Unrecognized)}
    return tuple(
        AskedFor(
            text=ask_text(code, language, holder.request), language=language, asked_at=ask.at, answer_by=ask.answer_by
        )
        for code, ask in sorted(newest.items(), key=lambda one: one[1].at)
    )


def _question(services: CaseServices, case: Case, receipt: str) -> tuple[AskedFor, ...]:
    """Return the questions in free words to one request that a case waits for an answer to."""
    if case.status != "information_needed":
        return ()
    found = read_question(services, case)
    if found is None or not found.is_put_to(receipt):
        return ()
    return tuple(
        AskedFor(text=text, language=language, asked_at=found.asked_at, answer_by=found.answer_by)
        for text, language in found.asked
    )


def _withdrawal(request: Request, at: datetime) -> WithdrawalState | None:
    if request.withdrawal_by:
        return WithdrawalState(waits=True, undo_until=None)
    until = request.state_since + UNDO_WITHIN
    return WithdrawalState(waits=False, undo_until=until) if request.state == "withdrawn" and at <= until else None


def _escalation(request: Request, shown: Case | None) -> EscalationState | None:
    """Return that the holder asked for the Senior Reviewing Official, unless another decision has followed."""
    asked = request.escalated_at or request.escalation_asked  # the latter alone where an older release kept it
    if asked is None or request.state != "live":
        return None
    decisions = decisions_of(shown) if shown else ()
    return None if decisions and decisions[-1].decided_at >= asked else EscalationState(received_at=asked)


def _decisions(services: CaseServices, holder: _Holder, case: Case) -> ShownDecisions:
    """Return the decisions of a case as it is shown, and how to ask for a second look where that is possible."""
    decisions = decisions_of(case)
    is_possible = case.status == "decided" and _escalation(holder.request, case) is None
    may_go_on = is_possible and bool(decisions) and decisions[-1].outcome != "granted"  # which grants all
    return shown_decisions(services, case, decisions, text("how_to_go_on", holder.language) if may_go_on else None)

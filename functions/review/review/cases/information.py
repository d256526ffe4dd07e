"""Ask the requesters for information: the clock of the first look stops until the answer, except in the top lanes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.disclosure import is_asked
from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import is_top_lane
from casereview.http.problems import invalid, wrong_state
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.notice_records import Notice
from casereview.schema.records import Asker, Case
from casereview.schema.request_records import Request
from casereview.store.caseload import uncount_claim
from casereview.store.transaction import put_new
from casereview.store.transition import Transition
from casereview.usecases.questions import question_words, read_question
from casereview.usecases.sealed_text import seal_words
from review.cases.proof_requests import ask_for_proof
from review.cases.requesters import notices_to_requesters
from review.cases.session import CaseSession, require_claim
from review.cases.translation import with_translations
from review.schema.case_responses import OpenQuestion, QuestionRead
from review.schema.commands import InformationRequest, Question

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


class Asked(NamedTuple):
    """The case after questions to requesters, and what became of them."""

    case: Case
    answer_by: datetime | None
    cut: bool
    """Whether the policy allows fewer days than were asked."""
    seen_by: tuple[str, ...]
    """The receipts of the requests whose holders see the questions."""


def ask(session: CaseSession, body: InformationRequest) -> Asked:
    """Ask requesters: verified ones in free text, the others by questions of the catalogue.

    Raises:
        ProblemError: 404 without access to the case; 409 in the cases of ``ask_for_proof`` and, for free text, without
            the claim, if the case is not in review, or if no verified requester would be asked; 422 for a time that
            has passed, or for free text without one.
    """
    if body.answer_by is not None and body.answer_by <= session.at:
        raise invalid("/answer_by", "in_the_past", "must be in the future")
    policy, _until = session.services.policies.governing(session.at)
    latest = session.at + timedelta(days=policy.numbers.information_days)
    answer_by = body.answer_by and min(body.answer_by, latest)
    if body.codes is not None:
        case, seen_by = ask_for_proof(session, body.codes, body.to, answer_by)
    elif body.asked is None or answer_by is None:
        raise invalid("/answer_by", "required", "is required for questions in free text")
    else:
        case, seen_by = _ask_in_words(session, policy, body.asked, answer_by, body.to)
    return Asked(case, answer_by, answer_by != body.answer_by, seen_by)


def _ask_in_words(
    session: CaseSession,
    policy: CompiledPolicy,
    asked: tuple[Question, ...],
    answer_by: datetime,
    to: tuple[str, ...] | None,
) -> tuple[Case, tuple[str, ...]]:
    """Ask verified requesters; the officer's claim ends while the case waits.

    Returns:
        The case, and the receipts of the requests whose holders see the questions.
    """
    words = question_words([(one.text, one.language) for one in asked], session.at, answer_by, to)
    sealed = seal_words(session.services.seal, "asked", session.case_id, words)
    text = sealed.text("information_asked", session.at, user=session.caller.user, receipt=None)
    seen_by: tuple[str, ...] = ()

    def plan(case: Case) -> Transition:
        nonlocal seen_by
        require_claim(case, session.caller)
        if case.status != "in_review":
            raise wrong_state("status_not_allowed", "Information cannot be requested in the current state of the case.")
        notices = _notices(session, case, to)
        seen_by = tuple(notice.receipt for notice in notices)
        waits: CaseFields = {
            **_waiting(session, case, policy),
            "answer_by": answer_by,
            "asked": text.text_id,
            "asked_of": to or (),
        }
        also = (put_new(text), *uncount_claim(case))
        step = Transition("information_asked", waits, {"text": text.text_id}, also, notices)
        return with_translations(session, case, step, [one.language for one in asked], policy)

    return session.act(plan), seen_by


def _notices(session: CaseSession, case: Case, to: tuple[str, ...] | None) -> tuple[Notice, ...]:
    """Return the notices to the requesters who are asked: those named, or all verified ones.

    Raises:
        ProblemError: 404 for a receipt that is not of the case; 409 for a requester who is not verified, or if none is.
    """
    for number, receipt in enumerate(to or ()):
        if not is_asked(session.request(receipt, f"/to/{number}"), case):
            raise wrong_state("no_verified_requester", "This requester is not verified.", f"/to/{number}")
    found = notices_to_requesters(
        session,
        case,
        "information_asked",
        lambda request, case: is_asked(request, case) and (not to or request.receipt in to),
    )
    if not found:
        raise wrong_state("no_verified_requester")
    return found


def _waiting(session: CaseSession, case: Case, policy: CompiledPolicy) -> CaseFields:
    """Return the fields of a case that waits for an answer, which brings it back to the caller."""
    caller = session.caller
    stopped_since = None if is_top_lane(policy, case.lane) else session.at
    return {
        "hold": None,
        "first_look": clock_after_work(case, session.at).evolve(stopped_since=stopped_since),
        "status": "information_needed",
        "status_since": session.at,
        "asked_by": Asker(by=caller.user, by_id=caller.id, office=caller.office, restricted=caller.restricted),
        "answered_at": None,
        "rank_at": session.at,
    }


def open_question(session: CaseSession, case: Case, requests: Sequence[Request]) -> OpenQuestion | None:
    """Return what requesters are asked while the case waits for the answer; None while it waits for none."""
    if case.status != "information_needed":
        return None
    found = read_question(session.services, case)
    if found is None:
        return None
    return OpenQuestion(
        asked=tuple(QuestionRead(text=text, language=language) for text, language in found.asked),
        asked_at=found.asked_at,
        asked_by=case.asked_by.by if case.asked_by else None,
        answer_by=found.answer_by,
        to=tuple(one.receipt for one in requests if is_asked(one, case) and found.is_put_to(one.receipt)),
    )

"""Ask the requesters for information: the clock of the first look stops until the answer, except in the top lanes."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from casereview.cases.disclosure import is_asked
from casereview.cases.first_look import clock_after_work
from casereview.cases.lease import is_top_lane
from casereview.http.problems import invalid, wrong_state
from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from casereview.store.caseload import uncount_claim
from casereview.store.transaction import put_new
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import read_words, seal_words
from review.cases.proof_requests import ask_for_proof
from review.cases.requesters import notices_to_requesters
from review.cases.session import CaseSession, require_claim
from review.schema.commands import InformationRequest

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def ask(session: CaseSession, body: InformationRequest) -> Case:
    """Ask requesters: verified ones in free text, the others by questions of the catalogue.

    Raises:
        ProblemError: 404 without access to the case; 409 in the cases of ``ask_for_proof`` and, for free text, without
            the claim, if the case is not in review, or if no verified requester would be asked; 422 for a time that
            has passed, or for free text without one.
    """
    if body.answer_by is not None and body.answer_by <= session.at:
        raise invalid("/answer_by", "in_the_past", "must be in the future")
    if body.codes is not None:
        return ask_for_proof(session, body.codes, body.to, body.answer_by)
    if body.asked is None or body.answer_by is None:
        raise invalid("/answer_by", "required", "is required for questions in free text")
    return _ask_in_words(session, body.asked, body.answer_by, body.to)


def _ask_in_words(
    session: CaseSession, asked: tuple[str, ...], answer_by: datetime, to: tuple[str, ...] | None
) -> Case:
    """Ask verified requesters; the officer's claim ends while the case waits."""
    policy, _until = session.services.policies.governing(session.at)
    answer_by = min(answer_by, session.at + timedelta(days=policy.numbers.information_days))
    words = {"asked": asked, "asked_at": rfc3339(session.at), "answer_by": rfc3339(answer_by), "to": to}
    sealed = seal_words(session.services.seal, "asked", session.case_id, words)
    text = sealed.text("information_asked", session.at, user=session.caller.user, receipt=None)

    def plan(case: Case) -> Transition:
        require_claim(case, session.caller)
        if case.status != "in_review":
            raise wrong_state("status_not_allowed", "Information cannot be requested in the current state of the case.")
        for number, receipt in enumerate(to or ()):
            if not is_asked(session.request(receipt, f"/to/{number}"), case):
                raise wrong_state("no_verified_requester", "This requester is not verified.", f"/to/{number}")
        notices = notices_to_requesters(
            session,
            case,
            "information_asked",
            lambda request, case: is_asked(request, case) and (not to or request.receipt in to),
        )
        if not notices:
            raise wrong_state("no_verified_requester")
        stopped_since = None if is_top_lane(policy, case.lane) else session.at
        waits: CaseFields = {
            "hold": None,
            "first_look": clock_after_work(case, session.at).evolve(stopped_since=stopped_since),
            "status": "information_needed",
            "status_since": session.at,
            "answer_by": answer_by,
            "asked": text.text_id,
            "rank_at": session.at,
        }
        also = (put_new(text), *uncount_claim(case))
        return Transition("information_asked", waits, {"text": text.text_id}, also, notices)

    return session.act(plan)


def is_addressed(session: CaseSession, case: Case, receipt: str) -> bool:
    """Return whether the question that a case waits for is put to one of its verified requesters."""
    words = read_words(session.services.table, session.services.seal, case.case_id, case.asked)
    return not words.get("to") or receipt in words["to"]

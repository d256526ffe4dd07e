"""Record a note about a case: a call, a visit, a referral or a remark. Only staff read it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from casereview.schema.records import Case
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import seal_words
from review.cases.session import CaseSession
from review.schema.commands import Note

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def note(session: CaseSession, body: Note) -> Case:
    """Record a note, in every state and without a claim; a referral settles the flag ``referral_to_record``.

    Raises:
        ProblemError: 404 without access to the case.
    """
    words = seal_words(session.services.seal, "why", session.case_id, body.model_dump(by_alias=True))

    def plan(case: Case) -> Transition:
        referred = body.kind == "referral" and case.referral_at is None
        changes: CaseFields = {"referral_at": session.at} if referred else {}
        return Transition("noted", changes, {"details": {"kind": body.kind}}, words=words)

    return session.act(plan)

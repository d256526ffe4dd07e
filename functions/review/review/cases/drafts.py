"""The draft of a decision: its holder's alone, sealed, without an event; the next officer with the claim gets it."""

from __future__ import annotations

import json

from casereview.http.problems import ProblemError, wrong_state
from casereview.runtime.backoff import attempts
from casereview.schema.draft_records import DecisionDraft
from casereview.schema.errors import ConcurrentChangeError
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.transaction import Check, Put, check
from casereview.usecases.sealed_text import open_sealed
from casereview.usecases.unit_of_work import TRIES
from review.cases.recorded_reads import recorded
from review.cases.session import CaseSession, require_claim
from review.schema.commands import DraftBody
from review.schema.responses import DraftRead, DraftSaved


def save_draft(session: CaseSession, body: DraftBody) -> DraftSaved:
    """Save the draft of a decision, over an earlier one; the case and its version stay as they are.

    Raises:
        ProblemError: 404 without access to the case; 409 without the claim, or while a decision awaits its approval;
            503 if other writes changed the case at each try.
    """
    sealed = session.services.seal.close("draft", session.case_id, json.dumps({"text": body.text}).encode())
    draft = DecisionDraft(
        case_id=session.case_id,
        saved_at=session.at,
        user=session.caller.user,
        user_id=session.caller.id,
        sealed=sealed,
    )
    for _ in attempts(TRIES):
        case = _claimed(session)
        try:
            session.services.table.write(Put(draft), _still_held(case))
        except ConcurrentChangeError:
            continue
        return DraftSaved(saved_at=draft.saved_at)
    raise ProblemError("busy")


def _claimed(session: CaseSession) -> Case:
    case = session.case()
    require_claim(case, session.caller)
    if case.status == "awaiting_approval":
        raise wrong_state("awaiting_approval", "A decision of this case awaits its approval.")
    return case


def _still_held(case: Case) -> Check:
    """Return the check that the same officer still holds the case, whatever else changed in it."""
    by = {"claimed_by": case.hold and case.hold.by, "claimed_by_id": case.hold and case.hold.by_id}
    return check(keys.case(case.case_id), **{name: value for name, value in by.items() if value})


def read_draft(session: CaseSession) -> DraftRead:
    """Return the draft of a decision, which an earlier officer with the claim may have written.

    Raises:
        ProblemError: 404 without access to the case; 409 without the claim.
    """
    require_claim(session.case(), session.caller)
    recorded(session, "draft")
    draft = session.services.table.get(DecisionDraft, keys.decision_draft(session.case_id))
    if draft is None:
        return DraftRead(text=None, saved_at=None)
    words = open_sealed(session.services.seal, "draft", session.case_id, draft.sealed)
    return DraftRead(text=words["text"], saved_at=draft.saved_at)

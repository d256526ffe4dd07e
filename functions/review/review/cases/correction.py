"""Undo an act of staff: what it changed is taken back, as far as nothing that came later depends on it.

The event stays in the history, marked as corrected. Each act that this module does not undo has another one that does:
docs/lifecycle.md lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from casereview.cases.lifecycle import STATES
from casereview.evidence.standing import is_about_facts
from casereview.http.problems import forbidden, not_correctable, wrong_state
from casereview.schema.base import Unrecognized
from casereview.schema.event_records import Correction, Event
from casereview.schema.records import Case
from casereview.schema.vocabulary import EventKind
from casereview.store import keys
from casereview.store.transaction import put_new
from casereview.store.transition import Transition
from review.authorization import Access, Role
from review.cases.correction_of_duties import without_record_of_duty
from review.cases.correction_of_facts import without_facts, without_removal
from review.cases.correction_of_links import other_case, unlinked
from review.cases.correction_of_requests import without_proof_question, without_question, without_refutation
from review.cases.session import CaseSession
from review.schema.commands import CorrectionBody

if TYPE_CHECKING:
    from casereview.schema.field_sets import EventFields

_AGAIN: Final = "do the same act again, correctly"
_TAKE_BACK: Final = "Events of this kind are not corrected: "
INSTEAD: Final[Mapping[EventKind, str]] = {
    "filed": "split the request off, or link the case.",
    "joined": "split the request off.",
    "updated": "verify the facts that it states.",
    "ranked": "verify the facts that it rests on.",
    "undeliverable": "lift the suppression of the address.",
    "handed_over": "record what became of the call or the letter.",
    "claimed": "release the case.",
    "released": "claim the case.",
    "lease_ended": "claim the case.",
    "resumed": "ask again.",
    "transferred": "transfer the case back.",
    "identity_corrected": "correct the identity again.",
    "split": "link the new case to this one.",
    "code_reissued": "reissue the code.",
    "code_frozen": "reissue the code.",
    "escalation_kept": "verify or refute the requester.",
    "withdrawal_asked": "confirm or cancel the withdrawal.",
    "withdrawal_undone": "the requester can withdraw again.",
    "withdrawal_cancelled": "the requester can withdraw again.",
    "suppression_lifted": "an address that fails again is suppressed again.",
    "guard_moved": "verify the requester of the other case.",
    "assigned": "release or assign the case.",
    "noted": "record another note.",
    "decision_withdrawn": "decide again.",
    "approval_given": "another approver, or its author, takes the decision back.",
    "decision_proposed": "its author takes the decision back, or a supervisor returns it.",
    "decision_returned": "its author decides again.",
    "decided": "a supervisor reopens the case.",
    "approved": "a supervisor reopens the case.",
    "escalated": "the Senior Reviewing Official decides.",
    "official_decided": "the case is reopened.",
    "remanded": "the field office decides, and its decision can be escalated.",
    "withdrawn": "the requester can take a withdrawal back for 72 hours; later a supervisor reopens the case.",
    "reopened": "decide the case again.",
    "corrected": f"{_AGAIN}.",
}
"""What undoes the events that a correction does not."""
_CONFIRMED: Final = "refute the requester instead."
Undo = Callable[[CaseSession, Case, Event], Transition]
_UNDO: Final[Mapping[EventKind, Undo]] = {
    "removal_recorded": without_removal,
    "information_asked": without_question,
    "proof_asked": without_proof_question,
    "duty_done": without_record_of_duty,
}
CORRECTABLE: Final[frozenset[EventKind]] = frozenset(_UNDO) | {"linked", "verified", "requester_checked"}
"""The kinds of events that can be corrected."""
_OF_REQUESTERS: Final = frozenset({"verified", "requester_checked", "proof_asked"})
"""What another office does that verifies a requester of the case."""


def correct(session: CaseSession, body: CorrectionBody) -> Case:
    """Undo an act of staff, by its event.

    Raises:
        ProblemError: 404 without access to the case; 403 for an officer who did not do the act, or an office that only
            verifies a requester of the case and did not do it; 409 for an event that cannot be corrected, or no more,
            and in a state of another release.
    """
    corrected: list[Event] = []

    def plan(case: Case) -> Transition:
        if case.status not in STATES:  # a status that another release wrote, and this one does not know
            raise wrong_state("status_not_allowed", "The case cannot be worked on in its current state.")
        event = session.services.table.get(Event, keys.event(case.case_id, body.event))
        if event is None:
            raise not_correctable("The case has no event with this number.")
        _require_allowed(session, case, event)
        if body.event in session.services.table.corrections(case.case_id, body.event, body.event):
            raise not_correctable("The event was corrected already.")
        corrected.append(event)
        step = _undo_of(event, body.why)(session, case, event)
        fields: EventFields = {
            **step.event,
            "details": {**step.event.get("details", {}), "event": event.version, "kind": event.kind},
        }
        mark = put_new(Correction(case_id=case.case_id, event=event.version, by=case.version + 1))
        return replace(step, event=fields, also=(mark, *step.also), words=session.reason(body.why))

    after = session.act(plan)
    if other := other_case(corrected[-1]):
        linked = session.services.table.get(Case, keys.case(other))
        if linked:
            session.services.hint_rank(linked)
    return after


def _require_allowed(session: CaseSession, case: Case, event: Event) -> None:
    """Raise ProblemError 403 unless the caller is a supervisor of the case, or did the act."""
    caller, supervisor = session.caller, frozenset[Role]({"supervisor"}) & session.roles
    access: Access = "requester" if event.kind == "duty_done" else "work"
    if event.actor != "officer":
        raise not_correctable(_message(event))
    if event.user is not None and caller.is_user(event.user_id, event.user):
        works_here = caller.has_access(case, session.roles, access) or event.kind in _OF_REQUESTERS
        if works_here:
            return
    elif caller.has_access(case, supervisor, access):
        return
    raise forbidden("role_not_allowed", "Only a supervisor of the case, or the author of an act, corrects it.")


def _undo_of(event: Event, why: str) -> Undo:
    """Return what undoes an event.

    Raises:
        ProblemError: 409 if nothing in this module does.
    """
    if event.kind == "linked":
        return lambda session, case, event: unlinked(session, case, event, why)
    found = _UNDO.get(event.kind)
    if found is not None:
        return found
    is_check = event.kind in {"verified", "requester_checked"}
    if is_check and event.verification is not None and is_about_facts(event.verification):
        return without_facts
    if is_check and event.details.get("verdict") == "refuted":
        return without_refutation
    raise not_correctable(_message(event))


def _message(event: Event) -> str:
    if isinstance(event.kind, Unrecognized):
        return "This release does not know the kind of the event."
    return _TAKE_BACK + INSTEAD.get(event.kind, _CONFIRMED)

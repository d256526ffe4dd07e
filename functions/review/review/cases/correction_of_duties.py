"""Take back the record of a duty that was not done, or not so: the duty is open again, unless nothing is left to do."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Final, Literal

from casereview.cases.decisions import with_carried_out
from casereview.cases.duties import BY_HAND, OF_A_DECISION
from casereview.evidence.fold import NEXT_DUTY, REOPENED, TELL_DUTY, TOLD, after_reopened_duty
from casereview.http.problems import ProblemError, not_correctable
from casereview.schema.duty_records import Duty, DutyDone
from casereview.schema.event_records import Event
from casereview.schema.evidence import Claims
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.vocabulary import DecisionState
from casereview.store import keys
from casereview.store.open_duties import ended, open_duties
from casereview.store.transaction import Put, put_over
from casereview.store.transition import Transition
from casereview.usecases.contacts import may_receive_news, open_contact
from review.cases.reaching import flagged
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields

_STANDS: Final[dict[str, frozenset[DecisionState]]] = {
    "carry_out": frozenset({"stands", "upheld"}),
    "tell_the_person": frozenset({"stands"}),
}
"""What must have become of a decision for its duties to be open again; those of others end."""


def without_record_of_duty(session: CaseSession, case: Case, event: Event) -> Transition:
    """Return the transition after which a duty counts as not done, by the event of its record.

    A letter that was recorded as returned by mistake counts as sent again, and the call that followed ends. So does the
    duty to tell the person of a decision, if it followed because no holder was left to learn of it.

    Raises:
        ProblemError: 409 if the duty went to another case or has a later record, if the next attempt was made already,
            if the requester must not be reached by hand any more, or found that contact is not safe.
    """
    duty = session.services.table.get(Duty, keys.duty(case.case_id, str(event.details.get("duty"))))
    record = _record_of(duty, event) if duty else None
    if duty is None or record is None:
        raise not_correctable("The duty has a later record, or went to another case with its request.")
    if duty.kind in BY_HAND:
        return _not_reached(session, case, duty, event)
    if duty.kind in OF_A_DECISION:
        return _of_decision(case, duty, record)
    if duty.kind != "translate":
        raise not_correctable("This release does not know the kind of the duty.")
    request = _live_request(session, duty)
    written = put_over(duty.evolve(state="open", done=None), state=duty.state)
    fields: EventFields = {"receipt": request.receipt, "details": {"duty": duty.duty_id}}
    return Transition("corrected", {"to_translate": True}, fields, (written,))


def _record_of(duty: Duty, event: Event) -> DutyDone | None:
    """Return the record of an event; None if another one took its place."""
    records = [*duty.carried_out, *([duty.done] if duty.done and duty.state == "done" else [])]
    known = event.details.get("granted"), event.details.get("what")
    return next((one for one in records if one.at == event.at and (one.granted, one.what) == known), None)


def _of_decision(case: Case, duty: Duty, record: DutyDone) -> Transition:
    """Return the transition after which a decision is still to be carried out, or to be told to the person."""
    left = list(duty.carried_out)
    if record in left:
        left.remove(record)
    decision = next((one for one in case.decisions if (one.case_id, one.version) == (None, duty.decision)), None)
    stands = decision is not None and decision.state in _STANDS[duty.kind]
    after = duty.evolve(state="open" if stands else "ended", done=None, carried_out=tuple(left))
    changes: CaseFields = {}
    if duty.kind == "carry_out":
        changes["decisions"] = with_carried_out(case, duty.decision, None)
    details: dict[str, JsonValue] = {"duty": duty.duty_id}
    return Transition("corrected", changes, {"details": details}, (put_over(after, state=duty.state),))


def _not_reached(session: CaseSession, case: Case, duty: Duty, event: Event) -> Transition:
    """Return the transition after which a call or a letter counts as not made; what followed from it ends."""
    if event.details.get("what") == "unsafe":
        raise not_correctable("Contact is unsafe until its holder says that it is safe.")
    request = _live_request(session, duty)
    if not may_receive_news(case, request, open_contact(session.services.seal, request)):
        raise not_correctable("The requester must not be called or written to any more.")
    claims = session.services.table.get(Claims, keys.claims(case.case_id, request.receipt))
    if claims is None:
        raise ProblemError("busy")
    following = _following(session, case, event)
    sent = _record_of_sending(session, case, duty, event)
    reopened: Literal["call", "letter", "sent"] = "sent" if sent else "call" if duty.kind == "call" else "letter"
    details: dict[str, JsonValue] = {
        "duty": duty.duty_id,
        REOPENED: reopened,
        TOLD: list(duty.texts),
        NEXT_DUTY: following.duty_id if following else None,
    }
    after = duty.evolve(state="done" if sent else "open", done=sent)
    to_tell = _duty_named(session, case, event, TELL_DUTY)
    ends = [one for one in (following, to_tell) if one and one.state == "open"]
    gone = {one.duty_id for one in ends}
    others = [one for one in open_duties(session.services.table, case.case_id) if one.duty_id not in gone]
    calls = any(one.kind == "call" for one in (*others, *(() if sent else (after,))))
    also = (
        put_over(after, state=duty.state),
        Put(after_reopened_duty(claims, details)),
        *ended(ends),
    )
    changes = flagged(session, case, calls=calls, unsafe=False)
    return Transition("corrected", changes, {"receipt": request.receipt, "details": details}, also)


def _live_request(session: CaseSession, duty: Duty) -> Request:
    found = session.services.table.get(Request, keys.request(duty.receipt or ""))
    if found is None or found.case_id != session.case_id or found.state != "live":
        raise not_correctable("The request has moved to another case, or was withdrawn.")
    return found


def _following(session: CaseSession, case: Case, event: Event) -> Duty | None:
    """Return the duty that followed from an attempt, if it is to end with it.

    Raises:
        ProblemError: 409 if it was done.
    """
    found = _duty_named(session, case, event, NEXT_DUTY)
    if found is not None and found.state == "done":
        raise not_correctable("The next call or letter was made already: correct its record first.")
    return found if found is not None and found.state == "open" else None


def _duty_named(session: CaseSession, case: Case, event: Event, key: str) -> Duty | None:
    named = event.details.get(key)
    return session.services.table.get(Duty, keys.duty(case.case_id, str(named))) if named else None


def _record_of_sending(session: CaseSession, case: Case, duty: Duty, event: Event) -> DutyDone | None:
    """Return the record that a letter was sent, which one that it came back took the place of; None without one."""
    if event.details.get("what") != "returned":
        return None
    table = session.services.table
    corrected = table.corrections(case.case_id)
    attempts = table.events_of_kind(case.case_id, "duty_done")
    last = None
    for one in attempts:  # in order of version
        is_sending = (one.details.get("duty"), one.details.get("what")) == (duty.duty_id, "sent")
        if is_sending and one.version not in corrected:
            last = one
    if last is None:
        return None
    return DutyDone(
        what="sent",
        by=str(last.user),
        by_id=str(last.user_id),
        at=last.at,
        done_at=datetime.fromisoformat(str(last.details["done_at"])),
    )

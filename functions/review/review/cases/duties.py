"""Record what became of a duty, which ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from casereview.cases.decisions import with_carried_out
from casereview.cases.duties import CARRIES_OUT, RESULTS, earliest_time, may_be_shown, still_to_carry_out
from casereview.http.problems import invalid, no_such_duty, wrong_state
from casereview.schema.base import Unrecognized, rfc3339
from casereview.schema.duty_records import Duty, DutyDone
from casereview.schema.records import Case
from casereview.schema.vocabulary import OutcomeSought
from casereview.store import keys
from casereview.store.transaction import put_over
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import seal_words
from review.cases.reaching import UNCHANGED, DutyEffect, after_attempt, after_translation
from review.cases.session import CaseSession
from review.schema.duties import DutyBody

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import EventFields


def do_duty(session: CaseSession, duty_id: str, body: DutyBody) -> Case:
    """Record what became of a duty of the caller's office.

    Raises:
        ProblemError: 404 without access to the case, or for a duty that is not one of the case and office; 409 if it is
            done or has ended, but for a letter that comes back; 422 for a result that this kind of duty, or this
            requester, does not allow, that was not granted, or for a time in the future or before what the duty follows
            from.
    """
    if body.done_at > session.at:
        raise invalid("/done_at", "in_the_future", "must not be in the future")

    def plan(case: Case) -> Transition:
        duty = _duty_to_do(session, case, duty_id, body)
        _check_result(duty, body)
        done = DutyDone(
            what=body.what,
            by=session.caller.user,
            by_id=session.caller.id,
            at=session.at,
            done_at=body.done_at,
            granted=_grant_of(duty, body),
        )
        after = _with_record(duty, done)
        effect = _EFFECTS.get(duty.kind, _no_effect)(session, case, after, body)
        details: dict[str, JsonValue] = {
            "duty": duty_id,
            "kind": duty.kind,
            "what": body.what,
            "done_at": rfc3339(body.done_at),
            **effect.details,
        }
        if done.granted:
            details["granted"] = done.granted
        event: EventFields = {"receipt": duty.receipt, "details": details}
        words = seal_words(session.services.seal, "why", case.case_id, {"why": body.why, "note": body.note})
        write = put_over(after, state=duty.state)
        return Transition("duty_done", effect.case, event, (write, *effect.also), words=words)

    return session.act(plan)


def _duty_to_do(session: CaseSession, case: Case, duty_id: str, body: DutyBody) -> Duty:
    """Return an open duty of the caller's office, or a letter that was sent and now came back.

    Raises:
        ProblemError: 404 for another one; 409 if it is done or has ended.
    """
    duty = session.services.table.get(Duty, keys.duty(case.case_id, duty_id))
    if duty is None or not may_be_shown(duty, case):
        raise no_such_duty()
    was_sent = duty.done is not None and duty.done.what == "sent"
    comes_back = was_sent and duty.state == "done" and body.what == "returned"
    office = (case.field_office or case.office) if comes_back else duty.office
    if session.caller.office not in {duty.office, office}:
        raise no_such_duty()
    if duty.state != "open" and not comes_back:
        raise wrong_state("duty_not_open", "This duty is done, or nothing is left to do.")
    return duty


def _check_result(duty: Duty, body: DutyBody) -> None:
    """Raise ProblemError 422 for a result of another kind of duty, without a note that it needs, or at a wrong time."""
    if isinstance(duty.kind, Unrecognized) or body.what not in RESULTS[duty.kind]:
        raise invalid("/what", "result_not_available", "is not a result of this kind of duty")
    if body.granted and duty.kind != "carry_out":
        raise invalid("/granted", "result_not_available", "is only for a duty to carry out a decision")
    if body.what == "other" and body.note is None:
        raise invalid("/note", "required", "must say what was done, because the result is other")
    earliest = earliest_time(duty)
    if body.done_at < earliest:
        message = f"must not be before {rfc3339(earliest)}, because the duty follows from what was then"
        raise invalid("/done_at", "too_early", message)


def _grant_of(duty: Duty, body: DutyBody) -> OutcomeSought | None:
    """Return what of a decision a result carries out; None of a duty that does not name what was granted.

    Raises:
        ProblemError: 422 if it is not among what is still to be carried out, or if that is not clear.
    """
    left = still_to_carry_out(duty)
    if not left:
        return None
    named = ", ".join(sorted(set(left)))
    if body.granted is not None and body.granted not in left:
        raise invalid("/granted", "result_not_available", f"must be among what is still to be carried out: {named}")
    among = [grant for grant in left if body.granted in {None, grant}]
    fitting = [grant for grant in among if CARRIES_OUT.get(grant, "other") == body.what]
    if not fitting and body.what != "other":
        message = f"carries out nothing of what is still to be carried out: {named}"
        raise invalid("/what", "result_not_available", message)
    if not fitting and len(set(among)) > 1:
        raise invalid("/granted", "required", f"must be one of {named}")
    return (fitting or among)[0]


def _with_record(duty: Duty, done: DutyDone) -> Duty:
    """Return a duty with a record; one to carry out a decision stays open until all that was granted is."""
    after = duty.evolve(carried_out=(*duty.carried_out, done)) if done.granted else duty
    return after if still_to_carry_out(after) else after.evolve(state="done", done=done)


def _no_effect(_session: CaseSession, _case: Case, _duty: Duty, _body: DutyBody) -> DutyEffect:
    return UNCHANGED


def _carried_out(_session: CaseSession, case: Case, duty: Duty, _body: DutyBody) -> DutyEffect:
    """Return the decision with when it was carried out, once all of it is."""
    if duty.state != "done" or duty.done is None:
        return UNCHANGED
    last = max(one.done_at for one in (duty.done, *duty.carried_out))
    return DutyEffect({"decisions": with_carried_out(case, duty.decision, last)})


def _attempted(session: CaseSession, case: Case, duty: Duty, body: DutyBody) -> DutyEffect:
    return after_attempt(session, case, duty, body)


def _translated(session: CaseSession, case: Case, duty: Duty, _body: DutyBody) -> DutyEffect:
    return after_translation(session, case, duty)


_EFFECTS: Final[Mapping[str, Callable[[CaseSession, Case, Duty, DutyBody], DutyEffect]]] = MappingProxyType(
    {"carry_out": _carried_out, "call": _attempted, "letter": _attempted, "translate": _translated}
)
"""What the end of a duty changes beside it, by the kind of the duty."""

"""Record what became of a duty, which ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from casereview.cases.duties import RESULTS, may_be_shown
from casereview.http.problems import invalid, no_such_duty, wrong_state
from casereview.schema.base import Unrecognized, rfc3339
from casereview.schema.duty_records import Duty, DutyDone
from casereview.schema.records import Case
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
            requester, does not allow, or a time in the future.
    """
    if body.done_at > session.at:
        raise invalid("/done_at", "in_the_future", "must not be in the future")

    def plan(case: Case) -> Transition:
        duty = _duty_to_do(session, case, duty_id, body)
        if isinstance(duty.kind, Unrecognized) or body.what not in RESULTS[duty.kind]:
            raise invalid("/what", "result_not_available", "is not a result of this kind of duty")
        effect = _EFFECTS.get(duty.kind, _no_effect)(session, case, duty, body)
        done = DutyDone(
            what=body.what, by=session.caller.user, by_id=session.caller.id, at=session.at, done_at=body.done_at
        )
        details: dict[str, JsonValue] = {
            "duty": duty_id,
            "kind": duty.kind,
            "what": body.what,
            "done_at": rfc3339(body.done_at),
            **effect.details,
        }
        event: EventFields = {"receipt": duty.receipt, "details": details}
        words = seal_words(session.services.seal, "why", case.case_id, {"why": body.why, "note": body.note})
        write = put_over(duty.evolve(state="done", done=done), state=duty.state)
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


def _no_effect(_session: CaseSession, _case: Case, _duty: Duty, _body: DutyBody) -> DutyEffect:
    return UNCHANGED


def _carried_out(_session: CaseSession, case: Case, duty: Duty, body: DutyBody) -> DutyEffect:
    """Return the decision that was carried out, marked so."""
    decisions = (
        one.evolve(carried_out_at=body.done_at) if one.version == duty.decision else one for one in case.decisions
    )
    return DutyEffect({"decisions": tuple(decisions)})


def _attempted(session: CaseSession, case: Case, duty: Duty, body: DutyBody) -> DutyEffect:
    return after_attempt(session, case, duty, body.what)


def _translated(session: CaseSession, case: Case, duty: Duty, _body: DutyBody) -> DutyEffect:
    return after_translation(session, case, duty)


_EFFECTS: Final[Mapping[str, Callable[[CaseSession, Case, Duty, DutyBody], DutyEffect]]] = MappingProxyType(
    {"carry_out": _carried_out, "call": _attempted, "letter": _attempted, "translate": _translated}
)
"""What the end of a duty changes beside it, by the kind of the duty."""

"""Record what became of a duty, which ends it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from casereview.cases.duties import RESULTS
from casereview.http.problems import invalid, no_such_duty, wrong_state
from casereview.schema.base import Unrecognized, rfc3339
from casereview.schema.duty_records import Duty, DutyDone
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.transaction import put_over
from casereview.store.transition import Transition
from casereview.usecases.sealed_text import seal_words
from review.cases.session import CaseSession
from review.schema.duties import DutyBody

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, EventFields


def do_duty(session: CaseSession, duty_id: str, body: DutyBody) -> Case:
    """Record what became of a duty of the caller's office.

    Raises:
        ProblemError: 404 without access to the case, or for a duty that is not one of the case and office; 409 if it is
            done or has ended; 422 for a result that this kind of duty does not have, or a time in the future.
    """
    if body.done_at > session.at:
        raise invalid("/done_at", "in_the_future", "must not be in the future")

    def plan(case: Case) -> Transition:
        duty = _open_duty(session, case, duty_id)
        if isinstance(duty.kind, Unrecognized) or body.what not in RESULTS[duty.kind]:
            raise invalid("/what", "result_not_available", "is not a result of this kind of duty")
        done = DutyDone(
            what=body.what, by=session.caller.user, by_id=session.caller.id, at=session.at, done_at=body.done_at
        )
        details: dict[str, JsonValue] = {
            "duty": duty_id,
            "kind": duty.kind,
            "what": body.what,
            "done_at": rfc3339(body.done_at),
        }
        event: EventFields = {"receipt": duty.receipt, "details": details}
        words = seal_words(session.services.seal, "why", case.case_id, {"why": body.why, "note": body.note})
        write = put_over(duty.evolve(state="done", done=done), state=duty.state)
        return Transition(
            "duty_done", _EFFECTS.get(duty.kind, _no_effect)(case, duty, body), event, (write,), words=words
        )

    return session.act(plan)


def _open_duty(session: CaseSession, case: Case, duty_id: str) -> Duty:
    duty = session.services.table.get(Duty, keys.duty(case.case_id, duty_id))
    if duty is None or duty.office != session.caller.office:
        raise no_such_duty()
    if duty.state != "open":
        raise wrong_state("duty_not_open", "This duty is done, or nothing is left to do.")
    return duty


def _no_effect(_case: Case, _duty: Duty, _body: DutyBody) -> CaseFields:
    return {}


def _carried_out(case: Case, duty: Duty, body: DutyBody) -> CaseFields:
    """Return the decision that was carried out, marked so."""
    return {
        "decisions": tuple(
            one.evolve(carried_out_at=body.done_at) if one.version == duty.decision else one for one in case.decisions
        )
    }


_EFFECTS: Final[Mapping[str, Callable[[Case, Duty, DutyBody], CaseFields]]] = MappingProxyType(
    {"carry_out": _carried_out}
)
"""What the end of a duty changes in its case, by the kind of the duty."""

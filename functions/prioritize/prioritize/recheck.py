"""Read a case again of which a record could not be read, and make up for what was left undone meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from casereview.cases.changes import restriction
from casereview.cases.disclosure import is_asked
from casereview.cases.lifecycle import LIVE
from casereview.evidence.standing import has_standing, is_restricted
from casereview.schema.evidence import CaseFile, Claims
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store.altered import require_sealed
from casereview.store.folding import file_of
from casereview.store.kept_escalation import without_kept_escalation
from casereview.store.recheck import require_whole
from casereview.store.transaction import Write, put_over
from casereview.store.transition import Actor, carried_out
from prioritize.services import Services

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

_SYSTEM = Actor("system")


def read_again(services: Services, case: Case, now: datetime) -> Case:
    """Return a case without its mark, if all that it rests on can be read again.

    Its restriction follows from what was said and found, as that of every case; its live requests are counted again.
    What verified holders said meanwhile is material to a decision, answers a question that was put to them, and a
    second look that they asked for begins.

    Args:
        services: The table and the policies.
        case: The case as it was read.
        now: The current time.

    Returns:
        The case after the write; the same object if it has no mark.

    Raises:
        UnreadableError: A record of it still cannot be read.
        RefusedError: Another write changed the case first.
    """
    if case.recheck_at is None:
        return case
    requests = require_whole(services.table, case)
    require_sealed(services.table, case)
    file = file_of(services.table, case, services.policies.governing(now)[0])
    again = _readable(case, file, requests, now)
    meanwhile = [one for one in file.claims if one.said_at and one.said_at >= case.recheck_at]
    again |= _heard(case.evolve(**again), meanwhile, requests, now)
    return _with_second_look(services, case, case.evolve(**again), requests, now)


def _readable(case: Case, file: CaseFile, requests: Sequence[Request], now: datetime) -> CaseFields:
    """Return the fields of a case that can be read again."""
    live = sum(request.state == "live" for request in requests)
    again: CaseFields = {"recheck_at": None, "altered": (), "attempts": 0, "stuck": False, "live": live}
    if case.status in LIVE:
        again["rank_at"] = now
    return {**again, **restriction(case, restricted=is_restricted(file.claims, file.findings))}


def _heard(case: Case, said: Sequence[Claims], requests: Sequence[Request], now: datetime) -> CaseFields:
    """Return the fields that words of verified holders change; when they came, nobody counted as verified."""
    changes: CaseFields = {}
    if any(has_standing(one, restricted=case.restricted) for one in said):
        changes["material"] = case.version
    asked = {request.receipt for request in requests if is_asked(request, case)}
    if case.asked_of:
        asked &= {*case.asked_of}
    answers = [one.said_at for one in said if one.receipt in asked and one.said_at]
    if answers and case.status == "information_needed":
        changes |= {"answer_by": now, "answered_at": min(answers)}
    return changes


def _with_second_look(services: Services, case: Case, again: Case, requests: Sequence[Request], now: datetime) -> Case:
    """Write a case that can be read again; if a field office has decided it, a kept escalation takes effect."""
    writes: list[Write] = []
    step = None
    for request in requests:
        after, escalates = without_kept_escalation(again, request, now)
        if after is not request:
            writes.append(put_over(after, state=request.state, epoch=request.epoch))
            step = step or escalates
    if step is None:
        services.table.write(put_over(again, version=case.version), *writes)
        return again
    last, of_step = carried_out(again, step, _SYSTEM, now)
    services.table.write(*of_step, *writes)
    return last

"""Find cases by a receipt or an A-number: exactly, with a reason that each case records, and bounded by the hour.

To a caller without access to restricted cases, these are not found.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final

from aws_lambda_powertools.metrics import MetricUnit

from casereview.http.problems import ProblemError, no_such_case, throttled
from casereview.runtime.backoff import attempts
from casereview.schema.base import rfc3339, to_milliseconds
from casereview.schema.identifiers import RECEIPT_SYMBOLS, parse_identifier
from casereview.schema.office_records import Lookups
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.transaction import Put, RefusedError, Write, put_new, put_over
from casereview.store.unreadable import UnreadableError
from casereview.usecases.sealed_text import seal_words
from casereview.usecases.services import CaseServices
from casereview.usecases.unit_of_work import TRIES
from review.authorization import Caller, Role
from review.cases.other_cases import cases_of_person
from review.reads import read_by
from review.schema.commands import Lookup
from review.schema.responses import FoundCase, FoundCases
from review.services import metrics

MOST_AN_HOUR: Final = 120
"""How many cases one user may look up in an hour (house rule)."""
_HOUR: Final = timedelta(hours=1)


def look_up(services: CaseServices, caller: Caller, roles: frozenset[Role], body: Lookup) -> FoundCases:
    """Return the cases of a receipt or an A-number, as far as the caller may know of them.

    Raises:
        ProblemError: 404 if there is none; 429 after 120 look-ups in an hour.
    """
    at = to_milliseconds(services.now())
    counted = _counted(services, caller, at)
    found = [case for case in _cases(services, body) if caller.restricted or not case.restricted]
    reads = [_read(services, caller, case, body.why, at) for case in found]
    for _ in attempts(TRIES):
        try:
            services.table.write(counted, *reads)
        except RefusedError:
            counted = _counted(services, caller, at)
        else:
            return _answer(caller, roles, found)
    raise ProblemError("busy")


def _answer(caller: Caller, roles: frozenset[Role], found: list[Case]) -> FoundCases:
    if not found:
        raise no_such_case()
    found.sort(key=attrgetter("filed_at", "case_id"), reverse=True)
    shown = (_shown(case, own=caller.has_access(case, roles, "verify")) for case in found)
    return FoundCases(cases=tuple(dict.fromkeys(shown)))


def _shown(case: Case, *, own: bool) -> FoundCase:
    if not own:
        return FoundCase(case_id=None, office=case.office, status=None)
    return FoundCase(case_id=case.case_id, office=case.office, status=case.status)


def _cases(services: CaseServices, body: Lookup) -> list[Case]:
    if body.a_number is not None:
        ids = cases_of_person(services.table, services.macs.person(body.a_number))
        return list(services.table.cases(ids).values())
    receipt = body.receipt or ""
    is_valid = parse_identifier(receipt, RECEIPT_SYMBOLS) is not None
    request = services.table.find(Request, keys.request(receipt)) if is_valid else None
    case = services.table.find(Case, keys.case(request.case_id)) if request else None
    return [case] if case else []


def _read(services: CaseServices, caller: Caller, case: Case, why: str, at: datetime) -> Write:
    """Return the write that records the look-up in the history of a case."""
    sealed = seal_words(services.seal, "why", case.case_id, {"why": why}).sealed
    return put_new(read_by(caller, case.case_id, "lookup", at, sealed))


def _counted(services: CaseServices, caller: Caller, at: datetime) -> Write:
    """Return the write that counts a look-up, whatever it finds; a count that cannot be read begins again.

    Raises:
        ProblemError: 429 after 120 in this hour.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    first = Lookups(user=caller.id, hour=hour, count=1, expires_at=int((hour + 2 * _HOUR).timestamp()))
    try:
        counted = services.table.get(Lookups, keys.lookups(caller.id, rfc3339(hour)))
    except UnreadableError:
        return Put(first)
    if counted is None:
        return put_new(first)
    if counted.count >= MOST_AN_HOUR:
        metrics.add_metric("LookupsBounded", MetricUnit.Count, 1)
        left = hour + _HOUR - at
        raise throttled("You have looked up as many cases as an hour allows.", int(left.total_seconds()) + 1)
    return put_over(counted.evolve(count=counted.count + 1), count=counted.count)

"""The A-numbers that requests state, by which the numbers of a case go with its requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from casereview.crypto.sealing import SealBrokenError
from casereview.schema.records import Case, Guard
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.altered import found_altered
from casereview.store.transaction import Write, delete, put_over
from casereview.usecases.identity import open_identity
from casereview.usecases.persons import records_of_person
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def stated_number(session: CaseSession, request: Request) -> str | None:
    """Return the MAC of the A-number of a request, as staff corrected it; None if it states none.

    Raises:
        SealBrokenError: The identity cannot be opened.
    """
    number = open_identity(session.services.seal, request).known.get("a_number")
    return session.services.macs.person(number) if number else None


def unstated(session: CaseSession, numbers: Iterable[str], requests: Iterable[Request]) -> tuple[str, ...]:
    """Return those numbers of a case that none of some requests states; none where a request cannot be opened."""
    left = list(numbers)
    for request in requests:
        if not left:
            break
        try:
            stated = stated_number(session, request)
        except SealBrokenError as error:
            found_altered(error.part, error.owner, error.sealed)
            return ()
        left = [number for number in left if number != stated]
    return tuple(left)


def without_numbers(case: Case, gone: Iterable[str]) -> CaseFields:
    """Return the fields of a case that loses some of its A-numbers: another of its own takes the first place."""
    main, gone = case.person or case.apart_from, set(gone)
    left = [number for number in case.also_persons if number not in gone]
    if main not in gone:
        return {"also_persons": tuple(left)}
    return {
        "person": left[0] if left else None,
        "apart_from": None,
        "over_limit": False,
        "also_persons": tuple(left[1:]),
    }


class SplitNumber(NamedTuple):
    """The A-number that goes to a new case with a request, if one does: the fields of both cases, and the writes."""

    remaining: CaseFields
    new: CaseFields
    writes: tuple[Write, ...] = ()


def split_number(
    session: CaseSession, case: Case, request: Request, others: Iterable[Request], new: Case
) -> SplitNumber:
    """Return what moves the A-number of a request that is split off to its new case.

    It moves with its guard where the case has it and no other request of the case states it.

    Args:
        session: The caller and the case.
        case: The case that loses the request.
        request: The request.
        others: The other requests of the case.
        new: The new case.
    """
    try:
        number = stated_number(session, request) if case.guarded else None
    except SealBrokenError as error:
        found_altered(error.part, error.owner, error.sealed)
        number = None
    if number not in case.guarded or not unstated(session, [number], others):
        return SplitNumber({}, {})
    key = session.services.macs.key
    writes = (
        put_over(Guard(person=number, case=new.case_id, mac_key=key), case=case.case_id),
        delete(keys.person_case(number, case.case_id)),
        *records_of_person(new.case_id, new.filed_at, number, None, key),
    )
    return SplitNumber(without_numbers(case, [number]), {"person": number}, writes)

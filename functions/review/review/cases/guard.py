"""The guard of a person: the item that names the open case which the person's next request joins."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.lifecycle import LIVE, OPEN
from casereview.http.problems import wrong_state
from casereview.schema.records import BeforeLink, Case, Guard
from casereview.store import keys
from casereview.store.transaction import Write, delete, put_new, put_over
from casereview.store.transition import Transition, carried_out
from casereview.usecases.persons import guard_of_open_again, records_of_person
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def release_guard(case: Case) -> tuple[Write, ...]:
    """Return the write that deletes a person's guard, so that the person's next request opens a new case."""
    return (delete(keys.guard(case.person), case=case.case_id),) if case.person else ()


def retake_guard(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the write that stores the person's guard again; beside a hidden newer case, the fields of one without.

    Raises:
        ProblemError: 409 if the person has a newer open case that the caller may know of.
    """
    if case.person is None:
        return {}, ()
    guard = session.services.table.get(Guard, keys.guard(case.person))
    if guard is None:
        return {}, (put_new(Guard(person=case.person, case=case.case_id, mac_key=session.services.macs.key)),)
    newer = session.services.table.get(Case, keys.case(guard.case))
    if newer is None or session.caller.restricted or not newer.restricted:
        raise wrong_state("newer_case_open", "The person has a newer open case: record there what has changed.")
    return {"person": None, "apart_from": case.person}, ()


def linked_person(session: CaseSession, source: Case, target: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the fields of the target of a link, and what becomes of the A-number of the source.

    The target keeps its A-number, and takes that of the source if it has none; the guard of a number that is given up
    is released. The source is found by the A-number of the target from now on.
    """
    key, old = session.services.macs.key, source.person or source.apart_from
    number = target.person or target.apart_from or old
    if source.person and source.person == number:
        fields: CaseFields = {"person": number, "apart_from": None, "over_limit": False}
        taken = Guard(person=number, case=target.case_id, mac_key=key)
        guard: tuple[Write, ...] = (put_over(taken, case=source.case_id),)
    else:
        fields = {} if target.person else {"apart_from": number}
        guard = release_guard(source)
    moved = (delete(keys.person_case(old, source.case_id)),) if old and old != number else ()
    found = (records_of_person(case.case_id, case.filed_at, number, None, key) for case in (source, target))
    return fields, (*guard, *moved, *chain.from_iterable(found))


def numbers_before_link(source: Case, target: Case) -> BeforeLink:
    """Return the A-numbers of two cases before one is linked to the other."""
    return BeforeLink(
        person=source.person,
        apart_from=source.apart_from,
        over_limit=source.over_limit,
        other_person=target.person,
        other_apart_from=target.apart_from,
        other_over_limit=target.over_limit,
    )


class Unlinked(NamedTuple):
    """The A-numbers of two cases after a link was undone: the fields of each, and the writes."""

    source: CaseFields
    target: CaseFields
    writes: tuple[Write, ...]


def unlinked_persons(session: CaseSession, source: Case, target: Case) -> Unlinked:
    """Return what gives two cases the A-numbers again that they had before a link.

    The target keeps a number that it has got otherwise since. Where another case has the guard of the source meanwhile,
    the source goes on beside that one.
    """
    before = source.before_link
    if before is None:
        return Unlinked({}, {}, ())
    key, old = session.services.macs.key, before.person or before.apart_from
    number = before.other_person or before.other_apart_from or old
    own: CaseFields = {"person": before.person, "apart_from": before.apart_from, "over_limit": before.over_limit}
    theirs: CaseFields = {}
    guard: tuple[Write, ...] = ()
    if before.person and before.person == number == target.person:
        theirs = {
            "person": None,
            "apart_from": before.other_apart_from,
            "over_limit": before.other_over_limit,
        }
        guard = (put_over(Guard(person=before.person, case=source.case_id, mac_key=key), case=target.case_id),)
    elif before.person:
        held = session.services.table.get(Guard, keys.guard(before.person))
        beside, guard = guard_of_open_again(source.evolve(person=before.person), held, key)
        own |= beside
    if not before.person and not before.other_person and target.apart_from == number:
        theirs = {"apart_from": before.other_apart_from}
    found = records_of_person(source.case_id, source.filed_at, old, None, key)
    writes = (*guard, *_records_given_up(source, target, old, number, theirs), *found)
    return Unlinked({**own, "before_link": None}, theirs, writes)


def _records_given_up(
    source: Case, target: Case, old: str | None, number: str | None, theirs: CaseFields
) -> tuple[Write, ...]:
    """Return the deletions of the records by which a number finds a case that does not have it any more."""
    if number is None:
        return ()
    of_source = (delete(keys.person_case(number, source.case_id)),) if number != old else ()
    given_up = bool(theirs) and theirs.get("apart_from") != number
    return (*of_source, delete(keys.person_case(number, target.case_id))) if given_up else of_source


def guard_for_remand(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the write that stores the person's guard again; if a newer case has it, the fields of a case without."""
    held = session.services.table.get(Guard, keys.guard(case.person)) if case.person else None
    return guard_of_open_again(case, held, session.services.macs.key)


def guard_for_verified(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return what moves the guard to the case of a person who is verified now, from one in which nobody is.

    A case beside the guarded one is that of a person whose A-number others used first. Their case goes on without the
    guard; that it once had it says nothing about this case.

    Returns:
        The fields of this case, and further writes; none if it needs no guard, or another case has a verified
        requester.
    """
    if case.apart_from is None or case.status not in OPEN:
        return {}, ()
    guard = session.services.table.get(Guard, keys.guard(case.apart_from))
    fields: CaseFields = {"person": case.apart_from, "apart_from": None, "over_limit": False}
    if guard is None:
        return fields, (put_new(Guard(person=case.apart_from, case=case.case_id, mac_key=session.services.macs.key)),)
    own = put_over(Guard(person=guard.person, case=case.case_id, mac_key=guard.mac_key), case=guard.case)
    other = session.services.table.get(Case, keys.case(guard.case))
    if other is None:
        return fields, (own,)
    if any(one.live and one.verified for one in session.file(other).claims):
        return {}, ()
    return fields, (own, *_without_guard(session, other))


def _without_guard(session: CaseSession, other: Case) -> tuple[Write, ...]:
    """Return the writes of the case that loses the guard, with an event of its own that names no other case."""
    lost: CaseFields = {"person": None, "apart_from": other.person, "over_limit": True}
    if other.status in LIVE:
        lost["rank_at"] = session.at
    _after, writes = carried_out(other, Transition("guard_moved", lost), session.actor, session.at)
    return tuple(writes)

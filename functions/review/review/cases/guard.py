"""The guards of a person: each is the item that names the open case which the next request of an A-number joins."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from casereview.cases.lifecycle import LIVE, OPEN
from casereview.http.problems import wrong_state
from casereview.schema.records import BeforeLink, Case, Guard
from casereview.store import keys
from casereview.store.transaction import Write, delete, put_new, put_over
from casereview.store.transition import Transition, carried_out
from casereview.store.unreadable import UnreadableError
from casereview.usecases.persons import (
    UNREADABLE,
    guard_of,
    guards_elsewhere,
    guards_of_open_again,
    records_of_person,
)
from review.cases.session import CaseSession

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


def retake_guards(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the writes that store the person's guards again; beside a hidden newer case, the fields of one without.

    Raises:
        ProblemError: 409 if the person has a newer open case that the caller may know of.
    """
    elsewhere = guards_elsewhere(session.services.table, case)
    newer = session.services.table.cases([guard.case for guard in elsewhere.values()])
    for guard in elsewhere.values():
        other = newer.get(guard.case)
        if other is None or session.caller.restricted or not other.restricted:
            raise wrong_state("newer_case_open", "The person has a newer open case: record there what has changed.")
    return guards_of_open_again(case, elsewhere.keys(), session.services.macs.key)


def linked_persons(session: CaseSession, source: Case, target: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the fields of the target of a link, and the writes that move the guards of the source to it.

    The target keeps its A-number, or takes that of the source if it has none; further ones are its own too. Both cases
    are found by every number of both.
    """
    key = session.services.macs.key
    number = next(iter((*target.numbers, *source.numbers)), None)
    fields: CaseFields = {}
    if number in source.guarded:
        fields = {"person": number, "apart_from": None, "over_limit": False}
    elif not target.person:
        fields = {"apart_from": number}
    also = tuple(dict.fromkeys((*target.also_persons, *source.guarded)))
    fields["also_persons"] = tuple(person for person in also if person != number)
    guards = (
        put_over(Guard(person=person, case=target.case_id, mac_key=key), case=source.case_id)
        for person in source.guarded
    )
    found = (
        records_of_person(case.case_id, case.filed_at, person, None, key)
        for person in dict.fromkeys((*target.numbers, *source.numbers))
        for case in (source, target)
    )
    return fields, (*guards, *chain.from_iterable(found))


def numbers_before_link(source: Case, target: Case) -> BeforeLink:
    """Return the A-numbers of two cases before one is linked to the other."""
    return BeforeLink(
        person=source.person,
        apart_from=source.apart_from,
        over_limit=source.over_limit,
        also_persons=source.also_persons,
        other_person=target.person,
        other_apart_from=target.apart_from,
        other_over_limit=target.over_limit,
        other_also_persons=target.also_persons,
    )


class Unlinked(NamedTuple):
    """The A-numbers of two cases after a link was undone: the fields of each, and the writes."""

    source: CaseFields
    target: CaseFields
    writes: tuple[Write, ...]


def unlinked_persons(session: CaseSession, source: Case, target: Case) -> Unlinked:
    """Return what gives two cases the A-numbers again that they had before a link.

    The target keeps a number that it has got otherwise since. Where another case has a guard of the source meanwhile,
    the source goes on beside that one.
    """
    before = source.before_link
    if before is None:
        return Unlinked({}, {}, ())
    key = session.services.macs.key
    again = source.evolve(
        person=before.person,
        apart_from=before.apart_from,
        over_limit=before.over_limit,
        also_persons=before.also_persons,
    )
    theirs, returning = _given_back(before, again, target)
    elsewhere = guards_elsewhere(session.services.table, again).keys() - returning
    beside, taken = guards_of_open_again(again, elsewhere | returning, key)
    own: CaseFields = {
        "person": again.person,
        "apart_from": again.apart_from,
        "over_limit": again.over_limit,
        "also_persons": tuple(person for person in again.also_persons if person not in elsewhere),
    }
    if again.person in elsewhere:
        own |= {**beside, "also_persons": own["also_persons"]}
    guards = (
        put_over(Guard(person=person, case=source.case_id, mac_key=key), case=target.case_id)
        for person in again.guarded
        if person in returning
    )
    found = (records_of_person(source.case_id, source.filed_at, person, None, key) for person in again.numbers)
    gone = _records_given_up(before, again, target.evolve(**theirs))
    return Unlinked({**own, "before_link": None}, theirs, (*guards, *taken, *gone, *chain.from_iterable(found)))


def _given_back(before: BeforeLink, again: Case, target: Case) -> tuple[CaseFields, frozenset[str]]:
    """Return the fields of the target that gives A-numbers back, and those whose guards it gives back."""
    number = before.other_person or before.other_apart_from or again.person or again.apart_from
    returning = {person for person in again.guarded if person in target.also_persons}
    theirs: CaseFields = {}
    if number and number in again.guarded and number == target.person:
        returning.add(number)
        theirs = {"person": None, "apart_from": before.other_apart_from, "over_limit": before.other_over_limit}
    elif not before.person and not before.other_person and target.apart_from == number:
        theirs = {"apart_from": before.other_apart_from}
    if not returning.isdisjoint(target.also_persons):
        theirs["also_persons"] = tuple(person for person in target.also_persons if person not in returning)
    return theirs, frozenset(returning)


def _records_given_up(before: BeforeLink, source: Case, target: Case) -> tuple[Write, ...]:
    """Return the deletions of the records by which a number finds a case that does not have it any more."""
    of_target = (before.other_person or before.other_apart_from, *before.other_also_persons)
    of_source = [person for person in of_target if person and person not in source.numbers]
    of_both = [person for person in source.numbers if person not in target.numbers]
    return (
        *(delete(keys.person_case(person, source.case_id)) for person in of_source),
        *(delete(keys.person_case(person, target.case_id)) for person in of_both),
    )


def guards_for_remand(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the writes that store the person's guards again; if a newer case has one, the fields of a case without."""
    elsewhere = guards_elsewhere(session.services.table, case)
    return guards_of_open_again(case, elsewhere.keys(), session.services.macs.key)


def guard_for_verified(session: CaseSession, case: Case) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return what moves the guard to the case of a person who is verified now, from one in which nobody is.

    A case beside the guarded one is that of a person whose A-number others used first. Their case goes on without the
    guard; that it once had it says nothing about this case.

    Returns:
        The fields of this case, and further writes; none if it needs no guard, or another case has a verified
        requester, or may have one because it cannot be read.
    """
    if case.apart_from is None or case.status not in OPEN:
        return {}, ()
    guard = guard_of(session.services.table, case.apart_from)
    fields: CaseFields = {"person": case.apart_from, "apart_from": None, "over_limit": False}
    if guard is None:
        return fields, (put_new(Guard(person=case.apart_from, case=case.case_id, mac_key=session.services.macs.key)),)
    own = put_over(Guard(person=guard.person, case=case.case_id, mac_key=guard.mac_key), case=guard.case)
    try:
        other = session.services.table.get(Case, keys.case(guard.case))
        if other and any(one.live and one.verified for one in session.file(other).claims):
            return {}, ()
    except UnreadableError:
        return {}, ()
    if other is None:
        return ({}, ()) if guard.case == UNREADABLE else (fields, (own,))
    return fields, (own, *_without_guard(session, other, guard.person))


def _without_guard(session: CaseSession, other: Case, person: str) -> tuple[Write, ...]:
    """Return the writes of the case that loses a guard, with an event of its own that names no other case."""
    lost: CaseFields = {"person": None, "apart_from": person}
    if person in other.also_persons:
        lost = {"also_persons": tuple(one for one in other.also_persons if one != person)}
    if other.status in LIVE:
        lost["rank_at"] = session.at
    _after, writes = carried_out(other, Transition("guard_moved", lost), session.actor, session.at)
    return tuple(writes)

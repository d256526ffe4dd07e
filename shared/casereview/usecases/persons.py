"""Give a case its A-numbers: the guards of the person, and the records by which A-number and name find the case."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.cases.lifecycle import OPEN
from casereview.schema.person_records import NameCase, PersonCase
from casereview.schema.records import Case, Guard
from casereview.store import keys
from casereview.store.table import Table, read_or_none
from casereview.store.transaction import Check, Condition, Put, Write, check, delete, put_new
from casereview.store.unreadable import UnreadableError

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields


UNREADABLE: Final = "unreadable"
"""The case of a guard that cannot be read: another one than any, so that a case goes on beside it."""


def guard_of(table: Table, person: str) -> Guard | None:
    """Read the guard of a person; one that cannot be read is that of a case that is not known.

    Args:
        table: The table.
        person: The MAC of the A-number.
    """
    try:
        return table.get(Guard, keys.guard(person))
    except UnreadableError:
        return _unreadable_guard(person)


def held_by(guard: Guard) -> Write:
    """Return the check that the guard is still that of the case that it was read with."""
    key = keys.guard(guard.person)
    return check(key, pk=key.pk) if guard.case == UNREADABLE else check(key, case=guard.case)


class Numbered(NamedTuple):
    """A case with its A-number: the fields that change, and the write of the guard, or its check."""

    fields: CaseFields
    guard: Write


def numbered(case: Case, person: str, guard: Guard | None, mac_key: str) -> Numbered:
    """Return what gives a case its A-number.

    An open case takes the person's guard if it is free. If another case has it, this one goes on beside that one. The
    transaction fails if the guard changes meanwhile.

    Args:
        case: The case, which has no other guard.
        person: The MAC of the A-number.
        guard: The guard of that person, as it was read.
        mac_key: The id of the key of the MAC.
    """
    if guard and guard.case != case.case_id:
        return Numbered({"person": None, "apart_from": person}, held_by(guard))
    fields: CaseFields = {"person": person, "apart_from": None, "over_limit": False}
    if guard is None and case.status in OPEN:
        return Numbered(fields, put_new(Guard(person=person, case=case.case_id, mac_key=mac_key)))
    return Numbered(fields, unchanged_guard(case, person))


def unchanged_guard(case: Case, person: str) -> Write:
    """Return the check that no other case has taken the guard of a person."""
    return Check(keys.guard(person), Condition({"case": case.case_id}, or_absent=True))


def released_guards(case: Case) -> tuple[Write, ...]:
    """Return the writes that delete the guards of a case, so that the person's next request opens a new one."""
    return tuple(delete(keys.guard(person), case=case.case_id) for person in case.guarded)


def guards_elsewhere(table: Table, case: Case) -> dict[str, Guard]:
    """Return the guards of the case's A-numbers that other cases have, by A-number; one call, whatever it has.

    A guard that cannot be read counts as one of another case.
    """
    items = table.batch([keys.guard(person) for person in case.guarded or (case.case_id,)])
    found = [read_or_none(Guard, item) or _unreadable_guard(keys.person_of(item["pk"]["S"])) for item in items]
    return {guard.person: guard for guard in found if guard.case != case.case_id}


def _unreadable_guard(person: str) -> Guard:
    return Guard(person=person, case=UNREADABLE, mac_key=UNREADABLE)


def guards_of_open_again(case: Case, elsewhere: Collection[str], mac_key: str) -> tuple[CaseFields, tuple[Write, ...]]:
    """Return the writes that store the guards of a case again; of those elsewhere, the fields of a case without.

    Args:
        case: A case that is open again; one without an A-number needs no guard.
        elsewhere: The A-numbers whose guards other cases have.
        mac_key: The key of the person's MAC.
    """
    free = [person for person in case.guarded if person not in elsewhere]
    taken = tuple(put_new(Guard(person=person, case=case.case_id, mac_key=mac_key)) for person in free)
    fields: CaseFields = {}
    if case.person in elsewhere:
        fields |= {"person": None, "apart_from": case.person}
    if not set(elsewhere).isdisjoint(case.also_persons):
        fields["also_persons"] = tuple(person for person in case.also_persons if person in free)
    return fields, taken


def records_of_person(
    case_id: str, filed_at: datetime, person: str | None, name: str | None, mac_key: str
) -> list[Write]:
    """Return the writes by which an A-number and a name find a case.

    Args:
        case_id: The case.
        filed_at: When it was filed.
        person: The MAC of the A-number, if it is known.
        name: The MAC of the name with the birth year, if it is known.
        mac_key: The id of the key of both.
    """
    by_number = [Put(PersonCase(person=person, case=case_id, mac_key=mac_key, filed_at=filed_at))] if person else []
    by_name = [Put(NameCase(name=name, case=case_id, mac_key=mac_key))] if name else []
    return [*by_number, *by_name]

"""The effect of an update that completes the identity in its request.

What the request has stated already is not replaced: another value waits for the office, which sees both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from casereview.cases.deficiencies import still_missing
from casereview.evidence.fold import IDENTITY_WAITS
from casereview.schema.facts import Facts
from casereview.schema.records import Case
from casereview.schema.submission import SubjectParts
from casereview.store.transaction import Write
from casereview.usecases.identity import NAMED_BY, Identity, name_of, open_identity, seal_part
from casereview.usecases.persons import (
    Numbered,
    guard_of,
    held_by,
    numbered,
    records_of_person,
    unchanged_guard,
)
from casereview.usecases.services import CaseServices
from intake.change_request import Current

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.schema.field_sets import CaseFields, RequestFields


class IdentityEffect(NamedTuple):
    """The effect of an update on the identity, where it has any."""

    request: RequestFields
    case: CaseFields
    also: tuple[Write, ...] = ()
    birth_year: int | None = None
    """The birth year that was missing."""
    waits: bool = False
    """Whether a part was stated that differs from what is known, and waits for the office."""

    @property
    def details(self) -> dict[str, JsonValue]:
        """Return what the event stores unencrypted."""
        return {IDENTITY_WAITS: True} if self.waits else {}

    def with_birth_year(self, facts: Facts | None) -> Facts | None:
        """Return the open facts of the update with the birth year."""
        if self.birth_year is None:
            return facts
        return (facts or Facts()).evolve(birth_year=self.birth_year)


def identity_effect(services: CaseServices, now: Current, stated: SubjectParts | None) -> IdentityEffect:
    """Return the effect of an update on the identity.

    The calls depend on this request alone: they are the same whether the person's guard is free or another case has it.

    Args:
        services: The seal, the MACs and the table.
        now: The request as it is now, with its case.
        stated: The parts of the identity in the update; None if it has none.
    """
    if stated is None:
        return IdentityEffect({}, {})
    identity = open_identity(services.seal, now.request)
    given = stated.model_dump(mode="json", exclude_none=True)
    new = {name: value for name, value in given.items() if _completes(name, identity.known.get(name), value)}
    waits = not all(_agrees(name, identity.known.get(name), value) for name, value in given.items())
    effect = _completed(services, now, identity, new) if new else IdentityEffect({}, {})
    return effect._replace(waits=waits or effect.waits)


def _completes(name: str, known: object, value: object) -> bool:
    """Return whether a value was missing: all of it, or the rest of a date."""
    return known is None or (name == "born_on" and str(value).startswith(f"{known}-"))


def _agrees(name: str, known: object, value: object) -> bool:
    """Return whether a value says no other thing than what is known."""
    if known is None or str(known).casefold() == str(value).casefold():
        return True
    return _completes(name, known, value) or _completes(name, value, known)


def _completed(services: CaseServices, now: Current, identity: Identity, new: dict[str, Any]) -> IdentityEffect:
    request, case = now.request, now.case
    known = {**identity.known, **new}
    sealed = seal_part(services.seal, "completed", request.receipt, {**identity.completed, **new})
    changed: RequestFields = {"completed": sealed, "deficiencies": still_missing(request.deficiencies, known)}
    if not NAMED_BY.isdisjoint(new):
        changed["name"] = name_of(services.macs, known)
    person = services.macs.person(new["a_number"]) if "a_number" in new else None
    number = _number(services, now, person) if person else None
    return IdentityEffect(
        changed,
        number.fields if number else {},
        (
            *((number.guard,) if number else ()),
            *records_of_person(case.case_id, case.filed_at, person, changed.get("name"), services.macs.key),
        ),
        int(new["born_on"][:4]) if "born_on" in new else None,
        waits=person is not None and not _may_have(case, person),
    )


def _may_have(case: Case, person: str) -> bool:
    """Return whether a case has this A-number, or no number yet."""
    return not case.numbers or person in case.numbers


def _number(services: CaseServices, now: Current, person: str) -> Numbered:
    """Return what gives the case its A-number; a case that has it already, or another one, keeps that."""
    case = now.case
    guard = guard_of(services.table, person)
    if _may_have(case, person) and person not in case.also_persons:
        return numbered(case, person, guard, services.macs.key)
    return Numbered({}, held_by(guard) if guard else unchanged_guard(case, person))

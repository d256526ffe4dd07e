"""The shape of a rule's condition: a test of one fact, or a combination of conditions.

A condition is ``always``, or an object with exactly one key: a fact (``custody: {is: detained}``) or a combination
(``any: […]``, ``all: […]``, ``not: …``). A test that does not fit its fact is rejected when the document is loaded.
Role, representation, language and citizenship are not facts here: a policy cannot test them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StrictBool, StrictInt, Tag
from typing_extensions import TypedDict

from casereview.policy.calendar import Day, Duration, Years
from casereview.policy.errors import value_fault
from casereview.schema.facts import Custody, Entry, KnownConvictionKind, RemovalOrder, Service

Yes = Literal[True]
AtLeast = Annotated[StrictInt, Field(ge=1, le=120)]


def _whole_days(value: timedelta) -> timedelta:
    if value % timedelta(days=1):
        raise value_fault("wrong_value", "a check-in has no time of day; use whole days, such as 14d")
    return value


WholeDays = Annotated[Duration, AfterValidator(_whole_days)]

BooleanTest = TypedDict("BooleanTest", {"is": StrictBool})
CustodyTest = TypedDict("CustodyTest", {"is": Custody, "in": list[Custody]}, total=False)
OrderTest = TypedDict("OrderTest", {"is": RemovalOrder, "in": list[RemovalOrder]}, total=False)
EntryTest = TypedDict("EntryTest", {"is": Entry, "in": list[Entry]}, total=False)
ServiceTest = TypedDict("ServiceTest", {"is": Service, "in": list[Service]}, total=False)


class CountTest(TypedDict):
    """A test of a number: ``{at_least: 1}``."""

    at_least: AtLeast


class DateTest(TypedDict, total=False):
    """A test of a day; ``years_ago: n`` holds from the first instant of its n-th anniversary, Eastern time."""

    before: Day
    after: Day
    on_or_after: Day
    years_ago: Years


class CheckInTest(TypedDict):
    """``within: 14d`` holds from 14 calendar days before the check-in to the end of its day, Eastern time."""

    within: WholeDays


class RemovalTest(TypedDict, total=False):
    """``within: 72h`` holds from 72 hours before the removal on, and also after it; ``0h`` holds after it only."""

    within: Duration
    known: Yes


class AgeTest(TypedDict, total=False):
    """A test of the birth year: ``at_least: 65`` holds from 1 January of the year of that birthday.

    ``under: 18`` holds until the end of the year of that birthday.
    """

    at_least: AtLeast
    under: AtLeast


class Standing(TypedDict, total=False):
    """At least ``at_least`` standing convictions (default 1) of the given kinds (default: any kind or an unknown one).

    A conviction of unknown kind is of none of the given kinds, and under ``not`` it may be of one of them.
    """

    kinds: Annotated[list[KnownConvictionKind], Field(min_length=1)]
    at_least: AtLeast


class ConvictionsTest(TypedDict, total=False):
    """A test of all convictions; ``newest_standing_years_ago`` needs the day of each standing conviction."""

    standing: Standing
    newest_standing_years_ago: Years
    set_aside: Yes


class ReliefTest(TypedDict):
    """``any: true`` holds if any relief is pending; a policy cannot ask which kind."""

    any: Yes


FactTests = TypedDict(
    "FactTests",
    {
        "any": "Annotated[list[Condition], Field(min_length=1)]",
        "all": "Annotated[list[Condition], Field(min_length=1)]",
        "not": "Condition",
        "age": AgeTest,
        "check_in_on": CheckInTest,
        "claims_us_citizenship": BooleanTest,
        "convictions": ConvictionsTest,
        "custody": CustodyTest,
        "detained_on": DateTest,
        "disability": BooleanTest,
        "entered_on": DateTest,
        "entry": EntryTest,
        "family_hardship": BooleanTest,
        "former_unaccompanied_child": BooleanTest,
        "gang_participation_age": CountTest,
        "last_entry": DateTest,
        "mental_condition": BooleanTest,
        "military_service": ServiceTest,
        "minor_children": CountTest,
        "national_security_concern": BooleanTest,
        "pregnant": BooleanTest,
        "protected": BooleanTest,
        "rehabilitation": BooleanTest,
        "relief_pending": ReliefTest,
        "removal_at": RemovalTest,
        "removal_order": OrderTest,
        "removal_soon": BooleanTest,
        "serious_illness": BooleanTest,
        "sole_caregiver": BooleanTest,
        "us_citizen_children": CountTest,
        "victim_or_witness": BooleanTest,
    },
    total=False,
)

COMBINATIONS: Final = frozenset({"any", "all", "not"})


def operators(fact: str) -> tuple[str, ...]:
    """Return the operators that a fact accepts; an empty tuple for a combination or an unknown name."""
    shape = FactTests.__annotations__.get(fact)
    return () if fact in COMBINATIONS else tuple(getattr(shape, "__annotations__", ()))


def _check_condition(value: object) -> object:
    """Check that a condition has exactly one key, a known fact, and an operator that the fact accepts."""
    if not isinstance(value, Mapping):
        return value
    _require_one_key(value, "a condition")
    for fact, test in value.items():
        if fact not in FactTests.__annotations__:
            raise value_fault("unknown_fact", f"a policy cannot test {fact!r}: it is not a fact of conditions")
        if fact not in COMBINATIONS:
            _check_operator(fact, test)
    return value


def _check_operator(fact: str, test: object) -> None:
    accepted = operators(fact)
    listed = ", ".join(accepted)
    if not isinstance(test, Mapping):
        raise value_fault("wrong_test", f"the test of {fact} must be an object with one of: {listed}")
    for operator in test:
        if operator not in accepted:
            raise value_fault("wrong_test", f"{fact} cannot be tested by {operator!r}; use one of: {listed}")
    _require_one_key(test, f"the test of {fact}")


def _require_one_key(value: Mapping[object, object], what: str) -> None:
    if len(value) != 1:
        raise value_fault("one_key", f"{what} must have exactly one key; use any or all to combine several")


def _tag(value: object) -> str:
    return "always" if isinstance(value, str) else "tests"


Condition = Annotated[
    Annotated[Literal["always"], Tag("always")]
    | Annotated[
        FactTests,
        BeforeValidator(_check_condition),
        Field(json_schema_extra={"minProperties": 1, "maxProperties": 1}),
        Tag("tests"),
    ],
    Discriminator(_tag),
]
"""``always``, or one test, or one combination."""

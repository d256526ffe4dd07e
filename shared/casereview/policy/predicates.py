"""The shape of a rule's condition: one fact and one test that fits it, or a combination of such.

A condition is ``always``, or an object of exactly one key: a fact (``custody: {is: detained}``) or a
combination (``any: […]``, ``all: […]``, ``not: …``). A test of the wrong kind is refused at load.
Role, representation, language and citizenship have no fact here: a policy can never test them.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, StrictBool, StrictInt, Tag
from typing_extensions import TypedDict

from casereview.policy.calendar import Day, Duration, Years
from casereview.policy.errors import refusal
from casereview.schema.facts import ConvictionKind, Custody, Entry, RemovalOrder, Service

Yes = Literal[True]
AtLeast = Annotated[StrictInt, Field(ge=1, le=120)]


def _whole_days(value: timedelta) -> timedelta:
    if value % timedelta(days=1):
        raise refusal("wrong_value", "a check-in has no time of day: give whole days, such as 14d")
    return value


WholeDays = Annotated[Duration, AfterValidator(_whole_days)]

BooleanTest = TypedDict("BooleanTest", {"is": StrictBool})
CustodyTest = TypedDict("CustodyTest", {"is": Custody, "in": list[Custody]}, total=False)
OrderTest = TypedDict("OrderTest", {"is": RemovalOrder, "in": list[RemovalOrder]}, total=False)
EntryTest = TypedDict("EntryTest", {"is": Entry, "in": list[Entry]}, total=False)
ServiceTest = TypedDict("ServiceTest", {"is": Service, "in": list[Service]}, total=False)


class CountTest(TypedDict):
    """A number: ``{at_least: 1}``."""

    at_least: AtLeast


class DateTest(TypedDict, total=False):
    """A day in the past; ``years_ago: n`` holds from the first instant of its n-th anniversary, Eastern time."""

    before: Day
    after: Day
    on_or_after: Day
    years_ago: Years


class CheckInTest(TypedDict):
    """``within: 14d`` holds from 14 calendar days before the check-in to the end of its day, Eastern time."""

    within: WholeDays


class RemovalTest(TypedDict, total=False):
    """``within: 72h`` holds from 72 hours before the removal on, also after it; ``0h`` once it has passed."""

    within: Duration
    known: Yes


class AgeTest(TypedDict, total=False):
    """By birth year alone: ``at_least: 65`` from 1 January of the year of that birthday, ``under: 18`` to its end."""

    at_least: AtLeast
    under: AtLeast


class Standing(TypedDict, total=False):
    """So many convictions that stand, of these kinds; of any kind where none is named; one where no number is."""

    kinds: Annotated[list[ConvictionKind], Field(min_length=1)]
    at_least: AtLeast


class ConvictionsTest(TypedDict, total=False):
    """Over all convictions; ``newest_standing_years_ago`` needs the day of each one that stands."""

    standing: Standing
    newest_standing_years_ago: Years
    set_aside: Yes


class ReliefTest(TypedDict):
    """``any: true`` holds where any relief is pending; which kind no policy may ask."""

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
    """The tests that a fact takes; none for a combination or an unknown name."""
    shape = FactTests.__annotations__.get(fact)
    return () if fact in COMBINATIONS else tuple(getattr(shape, "__annotations__", ()))


def _one_fitting_test(value: object) -> object:
    """Refuse what has no single key, names no fact, or tests a fact by what does not fit it."""
    if not isinstance(value, Mapping):
        return value
    _need_one(value, "a condition", "combine several by any or all")
    for fact, test in value.items():
        if fact not in FactTests.__annotations__:
            raise refusal("unknown_fact", f"there is no fact {fact!r} that a policy may test")
        if fact not in COMBINATIONS:
            _fits(fact, test)
    return value


def _fits(fact: str, test: object) -> None:
    fitting = operators(fact)
    named = ", ".join(fitting)
    if not isinstance(test, Mapping):
        raise refusal("wrong_test", f"{fact} takes a test: {named}")
    for operator in test:
        if operator not in fitting:
            raise refusal("wrong_test", f"{fact} takes {named}; {operator!r} does not fit it")
    _need_one(test, f"the test of {fact}", "combine several by any or all")


def _need_one(value: Mapping[object, object], what: str, advice: str) -> None:
    if len(value) != 1:
        raise refusal("one_key", f"{what} has exactly one key; {advice}")


def _tag(value: object) -> str:
    return "always" if isinstance(value, str) else "tests"


Condition = Annotated[
    Annotated[Literal["always"], Tag("always")]
    | Annotated[
        FactTests,
        BeforeValidator(_one_fitting_test),
        Field(json_schema_extra={"minProperties": 1, "maxProperties": 1}),
        Tag("tests"),
    ],
    Discriminator(_tag),
]
"""``always``, or one test, or one combination."""

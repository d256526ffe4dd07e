"""Conditions compiled into closures, once per document.

An unknown fact satisfies no test, also under ``not`` (Kleene's logic). So ``not`` is pushed down to the
tests when compiling, where it asks for the opposite of a *known* fact; what runs is two-valued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, TypeAlias, get_args

from casereview.facts import Conviction, ConvictionKind, Custody, Entry, RemovalOrder, Service
from casereview.policy.moments import NEVER, PAST, anniversary, days_from, year_begins
from casereview.policy.predicates import Condition

Values: TypeAlias = Mapping[str, Any]
"""The open facts by name, as ``vars(facts)`` gives them."""
Holds: TypeAlias = Callable[[Values, datetime], bool]
Turn: TypeAlias = Callable[[Values], "datetime | None"]
"""The instant at which a test flips, in UTC; None while a fact that it needs is unknown."""
Names: TypeAlias = tuple[str, ...]
Why: TypeAlias = Callable[[Values, datetime], Names]


class Compiled(NamedTuple):
    """A condition ready to run."""

    holds: Holds
    why: Why
    """The facts that satisfied it; asked only where it holds."""
    facts: Names
    """Every fact that it may read."""
    turns: Mapping[str, Turn]
    """Every instant at which its truth may change, by a name that equal tests share."""


def compile_condition(condition: Condition, *, negate: bool = False) -> Compiled:
    """Compile a validated condition; with ``negate``, its opposite."""
    if isinstance(condition, str):
        return _plain((), lambda _values, _now: not negate)
    [(key, test)] = condition.items()
    if key == "not":
        return compile_condition(test, negate=not negate)  # type: ignore[arg-type]
    if key in {"any", "all"}:
        parts = [compile_condition(part, negate=negate) for part in test]  # type: ignore[attr-defined]
        return _all_of(parts) if (key == "all") is not negate else _any_of(parts)
    return _TESTS[key](key, test, negate)


def _plain(facts: Names, holds: Holds, turns: Mapping[str, Turn] | None = None) -> Compiled:
    return Compiled(holds, lambda _values, _now: facts, facts, turns or {})


def _merged(parts: Iterable[Compiled]) -> tuple[Names, dict[str, Turn]]:
    facts: dict[str, None] = {}
    turns: dict[str, Turn] = {}
    for part in parts:
        facts.update(dict.fromkeys(part.facts))
        turns.update(part.turns)
    return tuple(sorted(facts)), turns


def _any_of(parts: list[Compiled]) -> Compiled:
    tests = tuple(part.holds for part in parts)

    def holds(values: Values, now: datetime) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs several times as much
            if test(values, now):
                return True
        return False

    def why(values: Values, now: datetime) -> Names:
        found = {name for part in parts if part.holds(values, now) for name in part.why(values, now)}
        return tuple(sorted(found))

    return Compiled(holds, why, *_merged(parts))


def _all_of(parts: list[Compiled]) -> Compiled:
    tests = tuple(part.holds for part in parts)

    def holds(values: Values, now: datetime) -> bool:
        for test in tests:  # noqa: SIM110 - a generator costs several times as much
            if not test(values, now):
                return False
        return True

    def why(values: Values, now: datetime) -> Names:
        return tuple(sorted({name for part in parts for name in part.why(values, now)}))

    return Compiled(holds, why, *_merged(parts))


def _boolean(fact: str, test: Values, negate: bool) -> Compiled:
    wanted = test["is"] is not negate
    return _plain((fact,), lambda values, _now: values[fact] is wanted)


def _one_of(known: Iterable[str]) -> _Maker:
    every = frozenset(known)

    def make(fact: str, test: Values, negate: bool) -> Compiled:
        named = frozenset(test["in"] if "in" in test else [test["is"]])
        wanted = every - named if negate else named
        return _plain((fact,), lambda values, _now: values[fact] in wanted)

    return make


def _count(fact: str, test: Values, negate: bool) -> Compiled:
    least = test["at_least"]
    if negate:
        return _plain((fact,), lambda values, _now: (n := values[fact]) is not None and n < least)
    return _plain((fact,), lambda values, _now: (n := values[fact]) is not None and n >= least)


def _from(facts: Names, name: str, turn: Turn, negate: bool) -> Compiled:
    """True from an instant on (until it, if negated), where the instant is known."""

    def since(values: Values, now: datetime) -> bool:
        at = turn(values)
        return at is not None and at <= now

    def until(values: Values, now: datetime) -> bool:
        at = turn(values)
        return at is not None and now < at

    return _plain(facts, until if negate else since, {name: turn})


def _date(fact: str, test: Values, negate: bool) -> Compiled:
    [(operator, bound)] = test.items()
    if operator == "years_ago":
        return _from(
            (fact,),
            f"{fact} {bound} years ago",
            lambda values: None if (day := values[fact]) is None else anniversary(day, bound),
            negate,
        )
    compare = _COMPARISONS[operator]
    return _plain(
        (fact,), lambda values, _now: (day := values[fact]) is not None and compare(day, bound) is not negate
    )


_COMPARISONS: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "before": lambda day, bound: day < bound,
    "after": lambda day, bound: day > bound,
    "on_or_after": lambda day, bound: day >= bound,
}


def _last_entry(_fact: str, test: Values, negate: bool) -> Compiled:
    """The latest entry where it is known, else the first arrival."""
    latest = _date("last_entry_on", test, negate)
    first = _date("entered_on", test, negate)

    def pick(values: Values) -> Compiled:
        return first if values["last_entry_on"] is None else latest

    facts, turns = _merged((latest, first))
    return Compiled(
        lambda values, now: pick(values).holds(values, now),
        lambda values, now: pick(values).why(values, now),
        facts,
        turns,
    )


def _check_in(fact: str, test: Values, negate: bool) -> Compiled:
    days = test["within"].days

    def opens(values: Values) -> datetime | None:
        return None if (day := values[fact]) is None else days_from(day, -days)

    def closes(values: Values) -> datetime | None:
        return None if (day := values[fact]) is None else days_from(day, 1)

    def holds(values: Values, now: datetime) -> bool:
        day = values[fact]
        return day is not None and (days_from(day, -days) <= now < days_from(day, 1)) is not negate

    return _plain((fact,), holds, {f"{fact} opens {days}": opens, f"{fact} closes": closes})


def _removal(fact: str, test: Values, negate: bool) -> Compiled:
    if "known" in test:
        return _plain((fact,), lambda values, _now: not negate and values[fact] is not None)
    margin = test["within"]

    def turn(values: Values) -> datetime | None:
        at: datetime | None = values[fact]
        try:
            return None if at is None else at - margin
        except OverflowError:
            return PAST

    return _from((fact,), f"{fact} within {margin}", turn, negate)


def _age(_fact: str, test: Values, negate: bool) -> Compiled:
    [(operator, years)] = test.items()
    under = operator == "under"
    passed = years + 1 if under else years

    def turn(values: Values) -> datetime | None:
        return None if (born := values["birth_year"]) is None else year_begins(born + passed)

    return _from(("birth_year",), f"age {passed}", turn, negate is not under)


def _convictions(fact: str, test: Values, negate: bool) -> Compiled:
    if "standing" in test:
        return _standing(fact, test["standing"], negate)
    if "set_aside" in test:
        return _set_aside(fact, negate)
    years = test["newest_standing_years_ago"]

    def turn(values: Values) -> datetime | None:
        return None if (rows := values[fact]) is None else _newest(rows, years)

    return _from((fact,), f"newest conviction {years}", turn, negate)


def _newest(convictions: Iterable[Conviction], years: int) -> datetime | None:
    """When the newest standing conviction turns so old; unknown if one has no day, never if none stands."""
    days = [row.convicted_on for row in convictions if row.vacated is not True]
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return None
    return anniversary(max(known), years) if known else NEVER


def _standing(fact: str, test: Values, negate: bool) -> Compiled:
    kinds = frozenset(test.get("kinds", get_args(ConvictionKind)))
    least = test.get("at_least", 1)

    def holds(values: Values, _now: datetime) -> bool:
        rows = values[fact]
        if not rows:
            return negate and rows is not None
        standing = sum([row.kind in kinds and row.vacated is not True for row in rows])
        return (standing >= least) is not negate

    return _plain((fact,), holds)


def _set_aside(fact: str, negate: bool) -> Compiled:
    def holds(values: Values, _now: datetime) -> bool:
        rows = values[fact]
        if not rows:
            return negate and rows is not None
        return any([row.vacated is True or row.expunged is True for row in rows]) is not negate

    return _plain((fact,), holds)


def _relief(fact: str, _test: Values, negate: bool) -> Compiled:
    return _plain((fact,), lambda values, _now: (rows := values[fact]) is not None and bool(rows) is not negate)


_Maker: TypeAlias = Callable[[str, Any, bool], Compiled]

_TESTS: Final[dict[str, _Maker]] = {
    "age": _age,
    "check_in_on": _check_in,
    "convictions": _convictions,
    "custody": _one_of(get_args(Custody)),
    "detained_on": _date,
    "entered_on": _date,
    "entry": _one_of(get_args(Entry)),
    "gang_participation_age": _count,
    "last_entry": _last_entry,
    "military_service": _one_of(get_args(Service)),
    "minor_children": _count,
    "relief_pending": _relief,
    "removal_at": _removal,
    "removal_order": _one_of(get_args(RemovalOrder)),
    "us_citizen_children": _count,
} | dict.fromkeys(
    (
        "claims_us_citizenship",
        "disability",
        "family_hardship",
        "former_unaccompanied_child",
        "mental_condition",
        "national_security_concern",
        "pregnant",
        "protected",
        "rehabilitation",
        "removal_soon",
        "serious_illness",
        "sole_caregiver",
        "victim_or_witness",
    ),
    _boolean,
)

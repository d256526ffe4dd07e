"""Parse a condition into a tree of tests on single facts.

An unknown fact satisfies no test, also under ``not`` (Kleene's logic). Therefore ``not`` is pushed down to the tests,
where it asks for the opposite of a *known* fact; what remains is two-valued. A test is a ``StaticTest``, which depends
only on the value of the fact, or a ``TimedTest``, whose result changes once as time passes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple, TypeAlias, cast, get_args

from casereview.policy.calendar import NEVER, PAST, anniversary, days_after, start_of_year
from casereview.policy.predicates import Condition
from casereview.schema.facts import ConvictionKind, Custody, Entry, KnownConvictionKind, RemovalOrder, Service

FIRST_ENTRY_AS_LAST: Final = "entered_on, where last_entry_on is unknown"
"""The fact read as the last entry of a noncitizen who entered once."""


@dataclass(frozen=True, slots=True)
class StaticTest:
    """A test of a known value. Two tests with the same ``name`` and ``reads`` are equal."""

    name: str
    reads: str
    fact: str
    holds: Callable[[Any], bool]


@dataclass(frozen=True, slots=True)
class TimedTest:
    """A test that holds from an instant on (``since``), or until it.

    ``at`` computes the instant, in UTC, from a known value; None means that the instant is unknown.
    """

    name: str
    reads: str
    fact: str
    at: Callable[[Any], datetime | None]
    since: bool


@dataclass(frozen=True, slots=True)
class Combination:
    """Requires every part, or any part. Without parts it always holds with ``every``, and never holds without it."""

    every: bool
    parts: tuple[Node, ...]


_KNOWN_KINDS: Final = frozenset(get_args(KnownConvictionKind))

Row: TypeAlias = tuple[ConvictionKind, date | None, bool, bool | None, bool | None]
"""A conviction: its kind, its day, whether it stands, whether it was vacated, whether it was expunged."""

Test: TypeAlias = StaticTest | TimedTest
Node: TypeAlias = Test | Combination


def tree(condition: Condition, *, negate: bool = False) -> Node:
    """Return the tests of a validated condition; with ``negate``, those of its opposite."""
    if isinstance(condition, str):
        return Combination(every=not negate, parts=())
    [(key, test)] = cast("Mapping[str, Any]", condition).items()
    if key == "not":
        return tree(test, negate=not negate)
    if key in {"any", "all"}:
        parts = tuple(tree(part, negate=negate) for part in test)
        return Combination((key == "all") is not negate, parts)
    return _TESTS[key](_FactTest(key, test, negate))


def holds_from(at: datetime) -> TimedTest:
    """Return a test that holds from a fixed instant on, independent of the facts."""
    return TimedTest(f"calendar {at.isoformat()}", "", "", lambda _value: at, since=True)


def holds_until(at: datetime) -> TimedTest:
    """Return a test that holds until a fixed instant, independent of the facts."""
    return TimedTest(f"calendar {at.isoformat()}", "", "", lambda _value: at, since=False)


class _FactTest(NamedTuple):
    """A fact, its test as written in the document, and whether the test is negated."""

    fact: str
    test: Mapping[str, Any]
    negate: bool


def _boolean(asked: _FactTest) -> Node:
    fact, test, negate = asked
    wanted = test["is"] is not negate
    return StaticTest(str(wanted), fact, fact, lambda value: value is wanted)


def _one_of(known: Iterable[str]) -> _TestMaker:
    every = frozenset(known)

    def make(asked: _FactTest) -> Node:
        fact, test, negate = asked
        named = frozenset(test["in"] if "in" in test else [test["is"]])
        wanted = every - named if negate else named
        return StaticTest(f"in {sorted(wanted)}", fact, fact, lambda value: value in wanted)

    return make


def _count(asked: _FactTest) -> Node:
    fact, test, negate = asked
    least = test["at_least"]
    return StaticTest(f"{least} {negate}", fact, fact, lambda value: (value >= least) is not negate)


def _date(asked: _FactTest, reads: str = "") -> Node:
    fact, test, negate = asked
    [(operator, bound)] = test.items()
    if operator == "years_ago":
        return TimedTest(
            f"{bound} years ago", reads or fact, fact, lambda day: anniversary(day, bound), since=not negate
        )
    compare = _COMPARISONS[operator]
    name = f"{operator} {bound} {negate}"
    return StaticTest(name, reads or fact, fact, lambda day: compare(day, bound) is not negate)


_COMPARISONS: Final[dict[str, Callable[[date, date], bool]]] = {
    "before": lambda day, bound: day < bound,
    "after": lambda day, bound: day > bound,
    "on_or_after": lambda day, bound: day >= bound,
}


def _last_entry(asked: _FactTest) -> Node:
    """Test the last entry if it is known, else the first entry."""
    latest = _date(asked._replace(fact="last_entry_on"))
    first = _date(asked._replace(fact="entered_on"), FIRST_ENTRY_AS_LAST)
    return Combination(every=False, parts=(latest, first))


def _check_in(asked: _FactTest) -> Node:
    fact, test, negate = asked
    days = test["within"].days
    opened = TimedTest(f"opens {days}", fact, fact, lambda day: days_after(day, -days), since=not negate)
    not_over = TimedTest("over", fact, fact, lambda day: days_after(day, 1), since=negate)
    return Combination(every=not negate, parts=(opened, not_over))


def _removal(asked: _FactTest) -> Node:
    fact, test, negate = asked
    if "known" in test:
        return StaticTest(f"known {negate}", fact, fact, lambda _value: not negate)
    margin: timedelta = test["within"]

    def turn(at: datetime) -> datetime:
        try:
            return at - margin
        except OverflowError:
            return PAST

    return TimedTest(f"within {margin}", fact, fact, turn, since=not negate)


def _age(asked: _FactTest) -> Node:
    _fact, test, negate = asked
    [(operator, years)] = test.items()
    under = operator == "under"
    passed = years + 1 if under else years
    fact = "birth_year"
    return TimedTest(f"+{passed}", fact, fact, lambda born: start_of_year(born + passed), since=negate is under)


def _convictions(asked: _FactTest) -> Node:
    fact, test, negate = asked
    if "standing" in test:
        return _standing(asked)
    if "set_aside" in test:
        return StaticTest(f"set aside {negate}", fact, fact, lambda rows: _any_set_aside(rows) is not negate)
    years = test["newest_standing_years_ago"]
    return TimedTest(f"newest {years}", fact, fact, lambda rows: _newest(rows, years), since=not negate)


def _any_set_aside(rows: Iterable[Row]) -> bool:
    return any(vacated is True or expunged is True for _kind, _day, _stands, vacated, expunged in rows)


def _newest(rows: Iterable[Row], years: int) -> datetime | None:
    """Return when the newest standing conviction becomes ``years`` old.

    Returns:
        The instant; None (unknown) if a standing conviction has no day; ``NEVER`` if no conviction stands.
    """
    days = [day for _kind, day, stands, _vacated, _expunged in rows if stands]
    known = [day for day in days if day is not None]
    if len(known) < len(days):
        return None
    return anniversary(max(known), years) if known else NEVER


def _standing(asked: _FactTest) -> Node:
    fact, test, negate = asked
    kinds = frozenset(test["standing"].get("kinds", get_args(ConvictionKind)))
    least: int = test["standing"].get("at_least", 1)

    others = _KNOWN_KINDS - kinds

    def holds(rows: Iterable[Row]) -> bool:
        return sum(row[0] in kinds and row[2] for row in rows) >= least

    def holds_not(rows: Iterable[Row]) -> bool:
        """An unknown kind may be any of them."""
        return sum(row[0] not in others and row[2] for row in rows) < least

    return StaticTest(f"standing {sorted(kinds)} {least} {negate}", fact, fact, holds_not if negate else holds)


def _relief(asked: _FactTest) -> Node:
    fact, _test, negate = asked
    return StaticTest(f"any {negate}", fact, fact, lambda reliefs: bool(reliefs) is not negate)


_TestMaker: TypeAlias = Callable[[_FactTest], Node]

_BOOLEANS: Final = (
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
)

_TESTS: Final[dict[str, _TestMaker]] = dict.fromkeys(_BOOLEANS, _boolean) | {
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
}

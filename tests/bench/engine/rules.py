"""A policy document for the peers: each rule as one boolean expression over flat facts.

In the peers' favour: bounds of dates are computed once, as constants for one time; convictions are counted by Python;
all rules are one expression wherever a peer knows lists, so that a case is handed over once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate, compress, pairwise
from typing import Any, Literal, NamedTuple, TypeAlias, get_args

from casereview.policy.document import Flags, Policy, Rule
from casereview.policy.ranking import RankInput
from casereview.schema.base import EASTERN
from casereview.schema.facts import Conviction, ConvictionKind, Facts

Operator = Literal["==", "in", "<=", ">="]
FlatFacts: TypeAlias = dict[str, Any]
_FAR = 10**7
"""A day number later than any day."""


@dataclass(frozen=True, slots=True)
class Test:
    """A known fact compared with a constant; an unknown one satisfies nothing."""

    fact: str
    operator: Operator
    constant: Any


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Some:
    """Some part holds."""

    parts: tuple[Expression, ...]


Expression: TypeAlias = Test | All | Some


class Named(NamedTuple):
    """A rule's id with its expression."""

    id: str
    holds: Expression


@dataclass(frozen=True, slots=True)
class FlatPolicy:
    """The rules that a case's answer rests on, at one time."""

    lanes: tuple[Named, ...]
    by_deadline: frozenset[str]
    """Lanes that go by the removal date."""
    credits: tuple[Named, ...]
    earlier_by: Mapping[str, timedelta]
    withhold: tuple[Named, ...]
    categories: tuple[Named, ...]
    factors: tuple[Named, ...]
    flags: tuple[Named, ...]

    def rules(self) -> tuple[Named, ...]:
        """Return every rule, section after section."""
        return (*self.lanes, *self.credits, *self.withhold, *self.categories, *self.factors, *self.flags)


class Answer(NamedTuple):
    """What every contestant must find."""

    lane: str
    sort_at: datetime
    categories: tuple[str, ...]
    factors: tuple[str, ...]
    flags: tuple[str, ...]


def flatten(policy: Policy, flags: Flags, now: datetime) -> FlatPolicy:
    """Return a document's rules as they stand at a time; it asks no approvals. Raises ValueError where it does."""
    if policy.approvals:
        raise ValueError("this policy asks approvals, which the peers do not find")
    make = _Maker(now)
    in_force = [
        flag for flag in flags.flags if not (flag.from_ and flag.from_ > now) and not (flag.to and flag.to <= now)
    ]
    return FlatPolicy(
        lanes=make.named(policy.lanes),
        by_deadline=frozenset(lane.id for lane in policy.lanes if lane.order_by == "removal_at"),
        credits=make.named(policy.credits),
        earlier_by={credit.id: credit.earlier_by for credit in policy.credits},
        withhold=make.named([policy.withhold] if policy.withhold else []),
        categories=make.named(policy.categories),
        factors=make.named(policy.factors),
        flags=make.named(in_force),
    )


class Concluder:
    """Draws the answer from which rules held, in the order of ``rules()``: the same work for each peer."""

    def __init__(self, policy: FlatPolicy, now: datetime) -> None:
        self._policy = policy
        self._now = now
        sections = (policy.lanes, policy.credits, policy.withhold, policy.categories, policy.factors, policy.flags)
        ends = [0, *accumulate(map(len, sections))]
        self._sections = [
            (slice(*span), tuple(rule.id for rule in section))
            for span, section in zip(pairwise(ends), sections, strict=True)
        ]

    def conclude(self, case: RankInput, held: list[bool]) -> Answer:
        """Return the answer."""
        lanes, credits_found, withheld, categories, factors, flags = [
            tuple(compress(ids, held[span])) for span, ids in self._sections
        ]
        lane, sort_at = lanes[0], case.filed_at
        if lane in self._policy.by_deadline:
            deadline = case.facts.removal_at
            sort_at = deadline if deadline and deadline > self._now else sort_at
        elif credits_found:
            sort_at -= max([self._policy.earlier_by[credit] for credit in credits_found])
        return Answer(lane, sort_at, () if withheld else categories, factors, flags)


class _Maker:
    """Makes expressions as they stand at one time."""

    def __init__(self, now: datetime) -> None:
        self.now = now
        self.today = now.astimezone(EASTERN).date()

    def named(self, rules: Iterable[Rule]) -> tuple[Named, ...]:
        return tuple(Named(rule.id, self.expression(rule.when)) for rule in rules)

    def expression(self, condition: Any, *, negate: bool = False) -> Expression:  # noqa: ANN401  # a validated condition
        if condition == "always":
            return Some(()) if negate else All(())
        ((key, test),) = condition.items()
        if key == "not":
            return self.expression(test, negate=not negate)
        if key in {"any", "all"}:
            parts = tuple(self.expression(part, negate=negate) for part in test)
            return All(parts) if (key == "all") is not negate else Some(parts)
        if negate:
            raise ValueError("the peers' translation knows no negated tests")
        return _TESTS.get(key, _TESTS["boolean"])(self, key, test)

    def boolean(self, fact: str, test: Any) -> Expression:  # noqa: ANN401  # a validated test
        return Test(fact, "==", test["is"])

    def one_of(self, fact: str, test: Any) -> Expression:  # noqa: ANN401
        return Test(fact, "in", tuple(test["in"])) if "in" in test else Test(fact, "==", test["is"])

    def count(self, fact: str, test: Any) -> Expression:  # noqa: ANN401
        return Test(fact, ">=", test["at_least"])

    def date(self, fact: str, test: Any) -> Expression:  # noqa: ANN401
        ((operator, bound),) = test.items()
        if operator == "years_ago":
            return Test(fact, "<=", self._years_ago(bound))
        day = bound.toordinal()
        if operator == "before":
            return Test(fact, "<=", day - 1)
        return Test(fact, ">=", day + 1 if operator == "after" else day)

    def check_in(self, fact: str, test: Any) -> Expression:  # noqa: ANN401
        today = self.today.toordinal()
        return All((Test(fact, ">=", today), Test(fact, "<=", today + test["within"].days)))

    def removal(self, fact: str, test: Any) -> Expression:  # noqa: ANN401
        if "known" in test:
            return Test(fact, ">=", 0)
        return Test(fact, "<=", int((self.now + test["within"]).timestamp()))

    def age(self, _fact: str, test: Any) -> Expression:  # noqa: ANN401
        ((operator, years),) = test.items()
        return Test("birth_year", ">=" if operator == "under" else "<=", self.today.year - years)

    def relief(self, _fact: str, _test: Any) -> Expression:  # noqa: ANN401
        return Test("any_relief_pending", "==", True)  # noqa: FBT003  # a constant

    def convictions(self, _fact: str, test: Any) -> Expression:  # noqa: ANN401
        if "set_aside" in test:
            return Test("set_aside", "==", True)  # noqa: FBT003
        if "newest_standing_years_ago" in test:
            return Test("newest_standing", "<=", self._years_ago(test["newest_standing_years_ago"]))
        kinds = test["standing"].get("kinds", get_args(ConvictionKind))
        return Test(standing_name(kinds), ">=", test["standing"].get("at_least", 1))

    def _years_ago(self, years: int) -> int:
        return self.today.replace(year=self.today.year - years).toordinal()


_TESTS: dict[str, Callable[[_Maker, str, Any], Expression]] = {
    "boolean": _Maker.boolean,
    **dict.fromkeys(("custody", "removal_order", "entry", "military_service"), _Maker.one_of),
    **dict.fromkeys(("minor_children", "us_citizen_children", "gang_participation_age"), _Maker.count),
    **dict.fromkeys(("entered_on", "last_entry", "detained_on"), _Maker.date),
    "check_in_on": _Maker.check_in,
    "removal_at": _Maker.removal,
    "age": _Maker.age,
    "relief_pending": _Maker.relief,
    "convictions": _Maker.convictions,
}


def standing_name(kinds: Iterable[str]) -> str:
    """Return the name under which the standing convictions of some kinds are counted."""
    return "__".join(["standing", *sorted(kinds)])


def facts_of(expression: Expression) -> frozenset[str]:
    """Return the names of the flat facts that an expression reads."""
    if isinstance(expression, Test):
        return frozenset({expression.fact})
    return frozenset().union(*[facts_of(part) for part in expression.parts])


class Flattener:
    """Gives the facts that the rules read as numbers, texts and booleans; None is unknown."""

    def __init__(self, wanted: Iterable[str]) -> None:
        names = sorted(wanted)
        standing = [name for name in names if name.startswith("standing__")]
        known = {name: _READERS[name] for name in names if name in _READERS}
        self._kinds = {name: frozenset(name.split("__")[1:]) for name in standing}
        self._days = [name for name in names if name in _DAYS]
        self._read = list(known.items())
        self._plain = [name for name in names if name not in {*standing, *known, *self._days}]

    def flatten(self, facts: Facts) -> FlatFacts:
        """Return one case's facts."""
        values = vars(facts)
        found = {name: values[name] for name in self._plain}
        for name in self._days:
            day = values[name]
            found[name] = None if day is None else day.toordinal()
        for name, read in self._read:
            found[name] = read(facts)
        rows = facts.convictions
        for name, kinds in self._kinds.items():
            found[name] = None if rows is None else sum([row.vacated is not True and row.kind in kinds for row in rows])
        return found


_DAYS = frozenset({"check_in_on", "detained_on", "entered_on", "last_entry_on"})
_READERS: Mapping[str, Callable[[Facts], Any]] = {
    "removal_at": lambda facts: None if facts.removal_at is None else int(facts.removal_at.timestamp()),
    "last_entry": lambda facts: _day(facts.last_entry_on or facts.entered_on),
    "any_relief_pending": lambda facts: None if facts.relief_pending is None else bool(facts.relief_pending),
    "set_aside": lambda facts: (
        None if facts.convictions is None else any(row.vacated or row.expunged for row in facts.convictions)
    ),
    "newest_standing": lambda facts: None if facts.convictions is None else _newest(facts.convictions),
}


def _day(day: date | None) -> int | None:
    return None if day is None else day.toordinal()


def _newest(rows: tuple[Conviction, ...]) -> int | None:
    days = [row.convicted_on for row in rows if row.stands]
    known = [day.toordinal() for day in days if day]
    return None if len(known) < len(days) else max(known, default=_FAR)

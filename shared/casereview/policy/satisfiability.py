"""Decide whether a rule can hold while other rules do not, by a bounded search over the tests of its facts.

The tests of one fact are not independent: a removal within 24 hours is also within 72 hours. Each fact is therefore
replaced by the outcomes that its tests can have together, computed from values at and around every bound in the
document. The search assigns outcomes to one fact after another until the result is certain. Outcomes of different
facts are treated as independent, so a rule that can hold is never reported as impossible.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, Final, get_args

from casereview.policy.conditions import FIRST_ENTRY_AS_LAST, Combination, Node, Row, StaticTest, Test, TimedTest
from casereview.schema.facts import ConvictionKind, Custody, Entry, KnownConvictionKind, RemovalOrder, Service

QUESTION_LIMIT: Final = 20_000
"""The maximum number of partial assignments tried for one question; beyond it, the question is undecided."""
DOCUMENT_LIMIT: Final = 100_000
"""The maximum number of partial assignments for all questions of one document; takes some seconds."""

TestKey = tuple[str, str, bool | None]
"""The identity of a test: what it reads, its name, and whether it holds since or until its instant."""
Outcome = Mapping[TestKey, bool]

_SOME_DAY: Final = date(2020, 6, 15)
_SOME_TIME: Final = datetime(2020, 6, 15, 12, tzinfo=UTC)
_ENUMERATED: Final[Mapping[str, tuple[str, ...]]] = {
    "custody": get_args(Custody),
    "entry": get_args(Entry),
    "military_service": get_args(Service),
    "removal_order": get_args(RemovalOrder),
}
_DAYS: Final = frozenset({"check_in_on", "detained_on", "entered_on", "last_entry_on", FIRST_ENTRY_AS_LAST})
_COUNTS: Final = frozenset({"gang_participation_age", "minor_children", "us_citizen_children"})
_MAX_ROWS: Final = 3


class SearchBudget:
    """The number of partial assignments that can still be tried for a document."""

    def __init__(self, left: int = DOCUMENT_LIMIT) -> None:
        """Create a budget, by default the one for a whole document."""
        self.left = left


def can_hold(rule: Node, others: Sequence[Node] = (), budget: SearchBudget | None = None) -> bool:
    """Return whether facts and a time exist for which a condition holds and all others do not.

    Args:
        rule: the condition that must hold.
        others: the conditions that must not hold.
        budget: what may be tried; it is reduced by what was tried.

    Returns:
        False if no such facts exist; True if they do, or if the search exceeded its limit.
    """
    budget = budget or SearchBudget()
    search = _Search(rule, others, min(QUESTION_LIMIT, budget.left))
    try:
        return search.found()
    except _LimitExceededError:
        return True
    finally:
        budget.left -= search.tried


class _LimitExceededError(Exception):
    """The search exceeded its limit."""


class _Search:
    """A depth-first search over the outcomes of the facts that the conditions read."""

    def __init__(self, rule: Node, others: Sequence[Node], bound: int) -> None:
        self.bound = bound
        self.rule = rule
        self.others = others
        tests: dict[str, dict[TestKey, Test]] = {}
        for test in _tests((rule, *others)):
            tests.setdefault(test.reads, {})[key_of(test)] = test
        self.facts = [outcomes(fact, list(found.values())) for fact, found in tests.items()]
        self.tried = 0

    def found(self) -> bool:
        """Return whether an assignment of outcomes exists for which the rule holds and the others do not."""
        return self._from(0, {})

    def _from(self, index: int, known: dict[TestKey, bool]) -> bool:
        self.tried += 1
        if self.tried > self.bound:
            raise _LimitExceededError
        held = [holds(self.rule, known), *(_fails(other, known) for other in self.others)]
        if False in held:
            return False
        if None not in held:
            return True
        return any(self._from(index + 1, {**known, **outcome}) for outcome in self.facts[index])


def _tests(nodes: Iterable[Node]) -> Iterator[Test]:
    for node in nodes:
        if isinstance(node, Combination):
            yield from _tests(node.parts)
        else:
            yield node


def key_of(test: Test) -> TestKey:
    """Return the identity of a test."""
    return test.reads, test.name, test.since if isinstance(test, TimedTest) else None


def _fails(node: Node, known: Outcome) -> bool | None:
    """Return the opposite of ``holds``."""
    held = holds(node, known)
    return None if held is None else not held


def holds(node: Node, known: Outcome) -> bool | None:
    """Return whether a condition holds given the known tests; None if it depends on unknown ones."""
    if not isinstance(node, Combination):
        return known.get(key_of(node))
    parts = [holds(part, known) for part in node.parts]
    decisive = not node.every
    if decisive in parts:
        return decisive
    return None if None in parts else node.every


def outcomes(fact: str, tests: Sequence[Test]) -> list[dict[TestKey, bool]]:
    """Return the outcomes that the tests of one fact can have together; first that of an unknown fact: none holds."""
    names = [key_of(test) for test in tests]
    found = {tuple(False for _ in tests): None}
    values = _values(fact, tests)
    if values is None:
        found |= dict.fromkeys(product((False, True), repeat=min(len(tests), 16)))
    for value in values or ():
        found |= dict.fromkeys(_over_time(tests, value))
    return [dict(zip(names, outcome, strict=False)) for outcome in found]


def _over_time(tests: Sequence[Test], value: object) -> Iterator[tuple[bool, ...]]:
    """Yield the outcomes of a value before and after each instant at which a timed test changes."""
    instants = [test.at(value) if isinstance(test, TimedTest) else None for test in tests]
    for now in (None, *sorted(at for at in set(instants) if at is not None)):
        yield tuple(_outcome(test, value, at, now) for test, at in zip(tests, instants, strict=True))


def _outcome(test: Test, value: object, at: datetime | None, now: datetime | None) -> bool:
    if isinstance(test, StaticTest):
        return test.holds(value)
    if at is None:
        return False
    return (now is not None and at <= now) is test.since


def _values(fact: str, tests: Sequence[Test]) -> Iterable[Any] | None:
    """Return values of a fact that produce every possible outcome; None if there would be too many."""
    if fact in _ENUMERATED:
        return _ENUMERATED[fact]
    if fact in _DAYS:
        return _around_days(tests)
    if fact in _COUNTS:
        return range(122)
    if fact == "convictions":
        return _rows(tests)
    special: dict[str, list[Any]] = {
        "": [True],
        "birth_year": [1980],
        "removal_at": [_SOME_TIME],
        "relief_pending": [(), ("other",)],
    }
    return special.get(fact, [True, False])


def _around_days(tests: Iterable[Test]) -> list[date]:
    """Return the days before, at and after each day that a test names."""
    bounds = [date.fromisoformat(test.name.split()[1]) for test in tests if isinstance(test, StaticTest)]
    near = {_moved(bound, by) for bound in bounds for by in (-1, 0, 1)}
    return sorted({_SOME_DAY, *near})


def _moved(day: date, by: int) -> date:
    try:
        return day + timedelta(days=by)
    except OverflowError:
        return day


def _rows(tests: Iterable[Test]) -> list[tuple[Row, ...]] | None:
    """Return convictions in all combinations of kinds and numbers up to three, with and without days and vacated rows.

    Returns:
        None if a test needs more convictions than ``_MAX_ROWS``.
    """
    least = [int(test.name.split("]")[1].split()[0]) for test in tests if test.name.startswith("standing")]
    if max(least, default=1) > _MAX_ROWS:
        return None
    kinds: tuple[ConvictionKind, ...] = get_args(ConvictionKind)
    most = max(least, default=1)
    known = [range(most + 1)] * len(get_args(KnownConvictionKind))
    numbers = product(*known, (0, most))  # a smaller number of unknown kinds makes no other condition hold
    standing = [[(kind, many) for kind, many in zip(kinds, counts, strict=True) if many] for counts in numbers]
    found: list[tuple[Row, ...]] = []
    for each, day, set_aside in product(standing, (_SOME_DAY, None), (False, True)):
        rows: list[Row] = [(kind, day, True, None, None) for kind, many in each for _ in range(many)]
        vacated: Row = ("misdemeanor", day, False, True, None)
        found.append((*rows, *([vacated] if set_aside else [])))
    return found

"""Whether a rule can ever hold where others do not: decided over the atomic tests, within a bound.

The tests of one fact are not independent: within 24 hours is within 72, detained is not not detained. So each fact is
replaced by the outcomes that its tests can have together, found from values at and around every bound in the document,
and the facts are gone through one by one until the answer is sure. Outcomes of different facts are taken as
independent, so a rule is called impossible only where it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import product
from typing import Any, Final, get_args

from casereview.policy.conditions import FIRST_AS_LAST, Combination, Node, Row, Static, Test, Turn
from casereview.schema.facts import ConvictionKind, Custody, Entry, RemovalOrder, Service

BOUND: Final = 20_000
"""Partial assignments that are tried before one question is left open."""
WHOLE: Final = 100_000
"""Those tried for all questions of a document together: some seconds."""

Name = tuple[str, str, bool | None]
"""A test, as the engine tells tests apart."""
Outcome = Mapping[Name, bool]

_SOME_DAY: Final = date(2020, 6, 15)
_SOME_TIME: Final = datetime(2020, 6, 15, 12, tzinfo=UTC)
_ENUMERATED: Final[Mapping[str, tuple[str, ...]]] = {
    "custody": get_args(Custody),
    "entry": get_args(Entry),
    "military_service": get_args(Service),
    "removal_order": get_args(RemovalOrder),
}
_DAYS: Final = frozenset({"check_in_on", "detained_on", "entered_on", "last_entry_on", FIRST_AS_LAST})
_COUNTS: Final = frozenset({"gang_participation_age", "minor_children", "us_citizen_children"})
_MOST_ROWS: Final = 3


class Effort:
    """How much may still be tried for a document."""

    def __init__(self, left: int = WHOLE) -> None:
        """Begin with the effort for a whole document."""
        self.left = left


def ever_holds(rule: Node, others: Sequence[Node] = (), effort: Effort | None = None) -> bool:
    """Tell whether facts and a time exist for which a condition holds and none of the others; True where undecided."""
    effort = effort or Effort()
    search = _Search(rule, others, min(BOUND, effort.left))
    try:
        return search.found()
    except _BoundError:
        return True
    finally:
        effort.left -= search.tried


class _BoundError(Exception):
    """More cases than one question is worth."""


class _Search:
    def __init__(self, rule: Node, others: Sequence[Node], bound: int) -> None:
        self.bound = bound
        self.rule = rule
        self.others = others
        tests: dict[str, dict[Name, Test]] = {}
        for test in _tests((rule, *others)):
            tests.setdefault(test.reads, {})[name_of(test)] = test
        self.facts = [outcomes(fact, list(found.values())) for fact, found in tests.items()]
        self.tried = 0

    def found(self) -> bool:
        """Tell whether some outcome of every fact fulfils the question."""
        return self._from(0, {})

    def _from(self, index: int, known: dict[Name, bool]) -> bool:
        self.tried += 1
        if self.tried > self.bound:
            raise _BoundError
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


def name_of(test: Test) -> Name:
    """Return what tells a test from others: tests of one name are the same."""
    return test.reads, test.name, test.since if isinstance(test, Turn) else None


def _fails(node: Node, known: Outcome) -> bool | None:
    """Tell the opposite of ``holds``."""
    held = holds(node, known)
    return None if held is None else not held


def holds(node: Node, known: Outcome) -> bool | None:
    """Tell whether a condition holds by the tests known so far; None where it depends on others."""
    if not isinstance(node, Combination):
        return known.get(name_of(node))
    parts = [holds(part, known) for part in node.parts]
    decisive = not node.every
    if decisive in parts:
        return decisive
    return None if None in parts else node.every


def outcomes(fact: str, tests: Sequence[Test]) -> list[dict[Name, bool]]:
    """Return the ways in which the tests of one fact can come out together; first, where it is unknown, none holds."""
    names = [name_of(test) for test in tests]
    found = {tuple(False for _ in tests): None}
    values = _values(fact, tests)
    if values is None:
        found |= dict.fromkeys(product((False, True), repeat=min(len(tests), 16)))
    for value in values or ():
        found |= dict.fromkeys(_over_time(tests, value))
    return [dict(zip(names, outcome, strict=False)) for outcome in found]


def _over_time(tests: Sequence[Test], value: object) -> Iterator[tuple[bool, ...]]:
    """Give the outcomes of a value before and after each instant at which time turns one."""
    turns = [test.at(value) if isinstance(test, Turn) else None for test in tests]
    for now in (None, *sorted(at for at in set(turns) if at is not None)):
        yield tuple(_outcome(test, value, at, now) for test, at in zip(tests, turns, strict=True))


def _outcome(test: Test, value: object, at: datetime | None, now: datetime | None) -> bool:
    if isinstance(test, Static):
        return test.holds(value)
    if at is None:
        return False
    return (now is not None and at <= now) is test.since


def _values(fact: str, tests: Sequence[Test]) -> Iterable[Any] | None:
    """Return values that show every outcome there is; None where that would be too many."""
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
    bounds = [date.fromisoformat(test.name.split()[1]) for test in tests if isinstance(test, Static)]
    near = {_moved(bound, by) for bound in bounds for by in (-1, 0, 1)}
    return sorted({_SOME_DAY, *near})


def _moved(day: date, by: int) -> date:
    try:
        return day + timedelta(days=by)
    except OverflowError:
        return day


def _rows(tests: Iterable[Test]) -> list[tuple[Row, ...]] | None:
    """Return convictions of each kind in each number up to three, standing or not, dated or not."""
    least = [int(test.name.split("]")[1].split()[0]) for test in tests if test.name.startswith("standing")]
    if max(least, default=1) > _MOST_ROWS:
        return None
    kinds: tuple[ConvictionKind, ...] = get_args(ConvictionKind)
    numbers = product(range(max(least, default=1) + 1), repeat=len(kinds))
    standing = [[(kind, many) for kind, many in zip(kinds, counts, strict=True) if many] for counts in numbers]
    found: list[tuple[Row, ...]] = []
    for each, day, set_aside in product(standing, (_SOME_DAY, None), (False, True)):
        rows: list[Row] = [(kind, day, True, None, None) for kind, many in each for _ in range(many)]
        vacated: Row = ("misdemeanor", day, False, True, None)
        found.append((*rows, *([vacated] if set_aside else [])))
    return found

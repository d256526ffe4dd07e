"""Readers of facts: each known value yields the bits of the tests that it satisfies, and its flips.

Facts whose tests do not depend on time are read in groups, dated facts one by one. Readings are cached, within bounds
that the values of facts rarely reach.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from casereview.policy.calendar import NEVER, PAST
from casereview.policy.conditions import FIRST_ENTRY_AS_LAST, Row, StaticTest, TimedTest
from casereview.schema.facts import Conviction, ConvictionKind

Values: TypeAlias = Mapping[str, Any]
"""The open facts by name, as ``vars(facts)`` gives them."""
Getter: TypeAlias = Callable[[Values], Any]

_CACHE_SIZE: Final = 16_384
_MAX_COMBINATIONS: Final = 4_096
"""The maximum number of combinations of values of the facts that are read by one look-up."""
_BOOLEAN: Final = 3
_VALUE_COUNTS: Final = {
    **dict.fromkeys(("convictions", "detained_on", "entered_on", "last_entry_on"), _MAX_COMBINATIONS),
    **dict.fromkeys(("gang_participation_age", "minor_children", "us_citizen_children", "relief_pending"), 8),
    **dict.fromkeys(("entry", "military_service"), 5),
}
"""The usual number of values, unknown included, of facts that are not booleans."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class BoundedCache(dict[Key, Value], Generic[Key, Value]):
    """Caches the results of a pure function, up to a maximum number of keys."""

    def __init__(self, compute: Callable[[Key], Value]) -> None:
        super().__init__()
        self._compute = compute

    def __missing__(self, key: Key) -> Value:
        """Compute the value, and cache it unless the cache is full."""
        value = self._compute(key)
        if len(self) < _CACHE_SIZE:
            self[key] = value
        return value


Flip: TypeAlias = tuple[datetime, int, int]
"""An instant, the bits that are set from it on, and the bits that are set until it."""


class Reading(NamedTuple):
    """The bits of a known value from ``since`` up to, but not including, ``until``."""

    since: datetime
    until: datetime
    bits: int
    ahead: tuple[Flip, ...]
    """The flips from ``until`` on."""


class TimedReader:
    """Reads a fact whose tests depend on time, and caches the reading of each value until its next flip."""

    __slots__ = ("_compute", "_size", "cached")

    def __init__(self, compute: Callable[[Any], tuple[int, list[Flip]]], *, cache: bool) -> None:
        self._compute = compute
        self._size = _CACHE_SIZE if cache else 0
        self.cached: dict[Any, Reading] = {}

    def read(self, value: object, now: datetime) -> Reading:
        """Read a known value, and cache the reading unless the cache is full of other values."""
        bits, flips = self._compute(value)
        since, ahead = PAST, []
        for flip in flips:
            if flip[0] <= now:
                bits |= flip[1]
                since = max(since, flip[0])
            else:
                bits |= flip[2]
                ahead.append(flip)
        reading = Reading(since, min(ahead)[0] if ahead else NEVER, bits, tuple(ahead))
        if len(self.cached) < self._size or value in self.cached:
            self.cached[value] = reading
        return reading


def union(masks: Iterable[int]) -> int:
    """Return the bits that are set in any of the masks."""
    bits = 0
    for mask in masks:
        bits |= mask
    return bits


_CONVICTIONS: Final = "convictions"
_NEWEST: Final = "convictions, the newest that stands"
"""Read separately from the kinds of convictions, because there are many days and few kinds."""
_WITHOUT_DAY: Final[Callable[[Conviction], tuple[ConvictionKind, bool | None, bool | None]]] = attrgetter(
    "kind", "vacated", "expunged"
)


def _newest_row(convictions: tuple[Conviction, ...]) -> tuple[Row, ...]:
    """Return one row with the newest day of the standing convictions, or None as the day if one of them has no day.

    Returns:
        An empty tuple if no conviction stands.
    """
    days = [conviction.convicted_on for conviction in convictions if conviction.stands]
    known = [day for day in days if day is not None]
    if not days:
        return ()
    return (("misdemeanor", max(known) if len(known) == len(days) else None, True, None, None),)


def _rows(dayless: Iterable[tuple[ConvictionKind, bool | None, bool | None]]) -> tuple[Row, ...]:
    return tuple([(kind, None, vacated is not True, vacated, expunged) for kind, vacated, expunged in dayless])


def reader_key(test: StaticTest | TimedTest) -> str:
    """Return the name of what a test reads; a timed test of convictions reads the newest one only."""
    return _NEWEST if test.reads == _CONVICTIONS and isinstance(test, TimedTest) else test.reads


GETTERS: Final[dict[str, Getter]] = {
    "": lambda _values: True,
    _CONVICTIONS: lambda values: (
        None if values[_CONVICTIONS] is None else tuple(map(_WITHOUT_DAY, values[_CONVICTIONS]))
    ),
    _NEWEST: lambda values: None if values[_CONVICTIONS] is None else _newest_row(values[_CONVICTIONS]),
    FIRST_ENTRY_AS_LAST: lambda values: values["entered_on"] if values["last_entry_on"] is None else None,
}


def is_timed(reads: str, tests: Mapping[int, StaticTest | TimedTest]) -> bool:
    """Return whether one of these tests depends on time, or on more than one fact."""
    return reads in {"", FIRST_ENTRY_AS_LAST} or any(isinstance(test, TimedTest) for test in tests.values())


def _bits_of(tests: Mapping[int, StaticTest | TimedTest]) -> Callable[[Any], int]:
    static = [(bit, test) for bit, test in tests.items() if isinstance(test, StaticTest)]

    def bits(value: object) -> int:
        return 0 if value is None else union(bit for bit, test in static if test.holds(value))

    return bits


def group_facts(names: list[str]) -> Iterator[list[str]]:
    """Group facts into as few groups as possible, each with at most ``_MAX_COMBINATIONS`` combinations of values."""
    group: list[str] = []
    combinations = 1
    for name in sorted(names, key=lambda name: (_VALUE_COUNTS.get(name, _BOOLEAN), name)):
        combinations *= _VALUE_COUNTS.get(name, _BOOLEAN)
        if group and combinations > _MAX_COMBINATIONS:
            yield group
            group, combinations = [], _VALUE_COUNTS.get(name, _BOOLEAN)
        group.append(name)
    if group:
        yield group


def group_reader(
    names: list[str], tests: Mapping[str, Mapping[int, StaticTest | TimedTest]]
) -> tuple[Getter, BoundedCache[Any, int]]:
    """Return the getter of a group of facts, and the cache that maps their values to bits."""
    readers = [_bits_of(tests[name]) for name in names]
    if names == [_CONVICTIONS]:
        read = readers[0]
        return GETTERS[_CONVICTIONS], BoundedCache(lambda dayless: 0 if dayless is None else read(_rows(dayless)))
    if len(names) == 1:
        return itemgetter(*names), BoundedCache(readers[0])
    return itemgetter(*names), BoundedCache(
        lambda values: union(read(value) for read, value in zip(readers, values, strict=True))
    )


def timed_reader(reads: str, tests: Mapping[int, StaticTest | TimedTest]) -> TimedReader:
    """Return the reader of a fact whose tests depend on time."""
    bits = _bits_of(tests)
    timed = _timed_tests(tests)

    def compute(value: object) -> tuple[int, list[Flip]]:
        found = [(at(value), since, until) for at, since, until in timed]
        return bits(value), [(at, since, until) for at, since, until in found if at is not None]

    return TimedReader(compute, cache=reads != "removal_at")


def _timed_tests(
    tests: Mapping[int, StaticTest | TimedTest],
) -> list[tuple[Callable[[Any], datetime | None], int, int]]:
    """Return the instant of each timed test; tests of one name, also negated, share an instant and one entry."""
    by_name: dict[str, tuple[Callable[[Any], datetime | None], int, int]] = {}
    for bit, test in tests.items():
        if isinstance(test, TimedTest):
            at, since, until = by_name.get(test.name, (test.at, 0, 0))
            by_name[test.name] = (at, since | bit, until) if test.since else (at, since, until | bit)
    return list(by_name.values())

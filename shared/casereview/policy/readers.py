"""How a case's facts are read: each known value gives the bits of the tests that it satisfies, and its flips.

Plain facts are read a few together, dated ones each by itself; what was read is kept, within bounds that the values of
facts seldom reach.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from casereview.policy.calendar import NEVER, PAST
from casereview.policy.conditions import FIRST_AS_LAST, Row, Static, Turn
from casereview.schema.facts import Conviction, ConvictionKind

Values: TypeAlias = Mapping[str, Any]
"""The open facts by name, as ``vars(facts)`` gives them."""
Getter: TypeAlias = Callable[[Values], Any]

_KEPT: Final = 16_384
_AT_A_TIME: Final = 4_096
"""Facts are read by one look-up while their values together have no more combinations than this."""
_BOOLEAN: Final = 3
_VALUES: Final = {
    **dict.fromkeys(("convictions", "detained_on", "entered_on", "last_entry_on"), _AT_A_TIME),
    **dict.fromkeys(("gang_participation_age", "minor_children", "us_citizen_children", "relief_pending"), 8),
    **dict.fromkeys(("entry", "military_service"), 5),
}
"""How many values are usual, unknown included, where there are more than those of a boolean."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class Remembered(dict[Key, Value], Generic[Key, Value]):
    """A pure function's answers, the first few thousand of them kept."""

    def __init__(self, answer: Callable[[Key], Value]) -> None:
        super().__init__()
        self._answer = answer

    def __missing__(self, key: Key) -> Value:
        """Ask, and keep the answer while there is room."""
        value = self._answer(key)
        if len(self) < _KEPT:
            self[key] = value
        return value


Flip: TypeAlias = tuple[datetime, int, int]
"""An instant with the bits set from it on, and those set until it."""


class Reading(NamedTuple):
    """What a known value says from an instant on, up to but not including another."""

    since: datetime
    until: datetime
    bits: int
    ahead: tuple[Flip, ...]
    """The flips from ``until`` on."""


class Timed:
    """A fact that time touches: what each value says, kept for as long as the time stays between two flips."""

    __slots__ = ("_answer", "_room", "kept")

    def __init__(self, answer: Callable[[Any], tuple[int, list[Flip]]], *, keep: bool) -> None:
        self._answer = answer
        self._room = _KEPT if keep else 0
        self.kept: dict[Any, Reading] = {}

    def read(self, value: object, now: datetime) -> Reading:
        """Read a known value, and keep what it says in place of what it said before, or while there is room."""
        bits, flips = self._answer(value)
        since, ahead = PAST, []
        for flip in flips:
            if flip[0] <= now:
                bits |= flip[1]
                since = max(since, flip[0])
            else:
                bits |= flip[2]
                ahead.append(flip)
        reading = Reading(since, min(ahead)[0] if ahead else NEVER, bits, tuple(ahead))
        if len(self.kept) < self._room or value in self.kept:
            self.kept[value] = reading
        return reading


def union(masks: Iterable[int]) -> int:
    """Every bit of any of the masks."""
    bits = 0
    for mask in masks:
        bits |= mask
    return bits


_CONVICTIONS: Final = "convictions"
_NEWEST: Final = "convictions, the newest that stands"
"""Read apart from their kinds: there are many days, and few kinds."""
_DAYLESS: Final[Callable[[Conviction], tuple[ConvictionKind, bool | None, bool | None]]] = attrgetter(
    "kind", "vacated", "expunged"
)


def _newest_row(convictions: tuple[Conviction, ...]) -> tuple[Row, ...]:
    """The convictions that stand as one row with the newest day, or none where one has no day."""
    days = [conviction.convicted_on for conviction in convictions if conviction.stands]
    known = [day for day in days if day is not None]
    if not days:
        return ()
    return (("misdemeanor", max(known) if len(known) == len(days) else None, True, None, None),)


def _rows(dayless: Iterable[tuple[ConvictionKind, bool | None, bool | None]]) -> tuple[Row, ...]:
    return tuple([(kind, None, vacated is not True, vacated, expunged) for kind, vacated, expunged in dayless])


def read_as(test: Static | Turn) -> str:
    """Return what a test reads: of convictions, the newest apart from their kinds."""
    return _NEWEST if test.reads == _CONVICTIONS and isinstance(test, Turn) else test.reads


GETTERS: Final[dict[str, Getter]] = {
    "": lambda _values: True,
    _CONVICTIONS: lambda values: None if values[_CONVICTIONS] is None else tuple(map(_DAYLESS, values[_CONVICTIONS])),
    _NEWEST: lambda values: None if values[_CONVICTIONS] is None else _newest_row(values[_CONVICTIONS]),
    FIRST_AS_LAST: lambda values: values["entered_on"] if values["last_entry_on"] is None else None,
}


def is_timed(reads: str, tests: Mapping[int, Static | Turn]) -> bool:
    """Tell whether time touches what these tests read, or they read more than one fact."""
    return reads in {"", FIRST_AS_LAST} or any(isinstance(test, Turn) for test in tests.values())


def _bits_of(tests: Mapping[int, Static | Turn]) -> Callable[[Any], int]:
    static = [(bit, test) for bit, test in tests.items() if isinstance(test, Static)]

    def bits(value: object) -> int:
        return 0 if value is None else union(bit for bit, test in static if test.holds(value))

    return bits


def few_at_a_time(names: list[str]) -> Iterator[list[str]]:
    """Group facts so that each group's combinations of values stay few; the fewer groups, the fewer look-ups."""
    group: list[str] = []
    combinations = 1
    for name in sorted(names, key=lambda name: (_VALUES.get(name, _BOOLEAN), name)):
        combinations *= _VALUES.get(name, _BOOLEAN)
        if group and combinations > _AT_A_TIME:
            yield group
            group, combinations = [], _VALUES.get(name, _BOOLEAN)
        group.append(name)
    if group:
        yield group


def group(names: list[str], tests: Mapping[str, Mapping[int, Static | Turn]]) -> tuple[Getter, Remembered[Any, int]]:
    """One look-up for a few facts together."""
    readers = [_bits_of(tests[name]) for name in names]
    if names == [_CONVICTIONS]:
        read = readers[0]
        return GETTERS[_CONVICTIONS], Remembered(lambda dayless: 0 if dayless is None else read(_rows(dayless)))
    if len(names) == 1:
        return itemgetter(*names), Remembered(readers[0])
    return itemgetter(*names), Remembered(
        lambda values: union(read(value) for read, value in zip(readers, values, strict=True))
    )


def timed_by(reads: str, tests: Mapping[int, Static | Turn]) -> Timed:
    """Return the reader of a fact that time touches."""
    bits = _bits_of(tests)
    turns = _turns(tests)

    def answer(value: object) -> tuple[int, list[Flip]]:
        found = [(at(value), since, until) for at, since, until in turns]
        return bits(value), [(at, since, until) for at, since, until in found if at is not None]

    return Timed(answer, keep=reads != "removal_at")


def _turns(tests: Mapping[int, Static | Turn]) -> list[tuple[Callable[[Any], datetime | None], int, int]]:
    """Opposite tests of one name turn at the same instant."""
    named: dict[str, tuple[Callable[[Any], datetime | None], int, int]] = {}
    for bit, test in tests.items():
        if isinstance(test, Turn):
            at, since, until = named.get(test.name, (test.at, 0, 0))
            named[test.name] = (at, since | bit, until) if test.since else (at, since, until | bit)
    return list(named.values())

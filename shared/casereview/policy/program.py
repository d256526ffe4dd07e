"""Facts as bits: every test of a document is one bit of a number, and every rule a mask over them.

A case is read once: each known fact sets the bits of the tests that it satisfies, and gives the instants
at which time will turn others. Whether a rule holds is then ``bits & mask``, now or at any later time,
which makes ``changes_at`` exact and cheap. Rules of more than "any of these tests" get bits of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from casereview.policy.conditions import FIRST_AS_LAST, Combination, Node, Static, Turn, as_rows
from casereview.policy.moments import NEVER, PAST

Values: TypeAlias = Mapping[str, Any]
"""The open facts by name, as ``vars(facts)`` gives them."""
Getter: TypeAlias = Callable[[Values], Any]

ALWAYS: Final = 1
"""The bit that is always set."""

_KEPT: Final = 16_384
_AT_A_TIME: Final = 4_096
"""Facts are read by one look-up while their values together have no more combinations than this."""
_BOOLEAN: Final = 3
_VALUES: Final = {
    **dict.fromkeys(("detained_on", "entered_on", "last_entry_on"), _AT_A_TIME),
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

    def read(self, value: Any, now: datetime) -> Reading:  # noqa: ANN401  # the value of any fact
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


class Step(NamedTuple):
    """Sets ``bit`` where every bit of ``need`` is set, or any."""

    need: int
    every: bool
    bit: int


@dataclass(frozen=True, slots=True)
class Program:
    """All tests of one document."""

    plain: tuple[tuple[Getter, Remembered[Any, int]], ...]
    """Facts that time does not touch, a few at a time, with the bits of their values."""
    timed: tuple[tuple[Getter, Timed], ...]
    """Facts that time touches, some of them read from more than one, or from none."""
    bits_of: Mapping[str, int]
    """The bits that each fact may set."""

    def read(self, values: Values, now: datetime) -> tuple[int, list[Flip]]:
        """The bits that the facts set at an aware time, and the flips ahead in no order."""
        bits = ALWAYS
        for get, table in self.plain:
            bits |= table[get(values)]
        ahead: list[Flip] = []
        for get, timed in self.timed:
            value = get(values)
            if value is not None:
                reading = timed.kept.get(value)
                if reading is None or not reading.since <= now < reading.until:
                    reading = timed.read(value, now)
                bits |= reading.bits
                ahead += reading.ahead
        return bits, ahead

    def verified(self, facts: Iterable[str]) -> int:
        """The bits that rest on these facts, or on none."""
        return ALWAYS | self.bits_of.get("", 0) | union(self.bits_of.get(fact, 0) for fact in facts)


class Assembler:
    """Gives each test and each combination its bit. Feed it every rule, then take the program."""

    def __init__(self) -> None:
        self._next = ALWAYS
        self._bits: dict[Hashable, int] = {}
        self._tests: dict[int, Static | Turn] = {}
        self._steps: list[Step] = []

    def mask(self, node: Node) -> int:
        """Bits of which any one says that the condition holds."""
        if not isinstance(node, Combination):
            return self._test(node)
        masks = [self.mask(part) for part in node.parts]
        if not node.every:
            return union(masks)
        return self._combined(union(self._single(mask) for mask in masks), every=True) if masks else ALWAYS

    def tests(self, nodes: Iterable[Node]) -> int:
        """The bits of every test in these conditions."""
        return ALWAYS | union(
            self.tests(node.parts) if isinstance(node, Combination) else self._test(node) for node in nodes
        )

    def complete(self, bits: int) -> int:
        """The bits of the tests, with those of the combinations."""
        for need, every, bit in self._steps:
            if (bits & need == need) if every else (bits & need):
                bits |= bit
        return bits

    def satisfied_by(self, node: Node, bits: int) -> frozenset[str]:
        """The facts that satisfied a condition, in completed bits where it holds; nothing where it does not."""
        if not self.mask(node) & bits:
            return frozenset()
        if isinstance(node, Combination):
            return frozenset().union(*[self.satisfied_by(part, bits) for part in node.parts])
        return frozenset({node.fact} - {""})

    def program(self) -> Program:
        """Everything fed so far."""
        by_reads: dict[str, dict[int, Static | Turn]] = {}
        for bit, test in self._tests.items():
            by_reads.setdefault(test.reads, {})[bit] = test
        timed = [name for name in by_reads if _is_timed(name, by_reads[name])]
        plain = [name for name in by_reads if name not in timed]
        return Program(
            plain=tuple(_group(names, by_reads) for names in _few_at_a_time(plain)),
            timed=tuple((_GETTERS.get(name, itemgetter(name)), _timed(name, by_reads[name])) for name in timed),
            bits_of=self._facts(),
        )

    def _facts(self) -> dict[str, int]:
        facts: dict[str, int] = {}
        for bit, test in self._tests.items():
            facts[test.fact] = facts.get(test.fact, 0) | bit
        return facts

    def _test(self, test: Static | Turn) -> int:
        since = test.since if isinstance(test, Turn) else None
        bit = self._bit((test.reads, test.name, since))
        self._tests.setdefault(bit, test)
        return bit

    def _single(self, mask: int) -> int:
        """One bit that stands for any of several."""
        return mask if mask.bit_count() == 1 else self._combined(mask, every=False)

    def _combined(self, need: int, *, every: bool) -> int:
        if need.bit_count() == 1:
            return need
        known = (need, every) in self._bits
        bit = self._bit((need, every))
        if not known:
            self._steps.append(Step(need, every, bit))
        return bit

    def _bit(self, key: Hashable) -> int:
        if key not in self._bits:
            self._next <<= 1
            self._bits[key] = self._next
        return self._bits[key]


_GETTERS: Final[dict[str, Getter]] = {
    "": lambda _values: True,
    "convictions": lambda values: None if values["convictions"] is None else as_rows(values["convictions"]),
    FIRST_AS_LAST: lambda values: values["entered_on"] if values["last_entry_on"] is None else None,
}


def union(masks: Iterable[int]) -> int:
    """Every bit of any of the masks."""
    bits = 0
    for mask in masks:
        bits |= mask
    return bits


def _is_timed(reads: str, tests: Mapping[int, Static | Turn]) -> bool:
    return reads in _GETTERS or any(isinstance(test, Turn) for test in tests.values())


def _bits_of(tests: Mapping[int, Static | Turn]) -> Callable[[Any], int]:
    static = [(bit, test) for bit, test in tests.items() if isinstance(test, Static)]

    def bits(value: object) -> int:
        return 0 if value is None else union(bit for bit, test in static if test.holds(value))

    return bits


def _few_at_a_time(names: list[str]) -> Iterator[list[str]]:
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


def _group(names: list[str], tests: Mapping[str, Mapping[int, Static | Turn]]) -> tuple[Getter, Remembered[Any, int]]:
    """One look-up for a few facts together."""
    readers = [_bits_of(tests[name]) for name in names]
    if len(names) == 1:
        return itemgetter(*names), Remembered(readers[0])
    return itemgetter(*names), Remembered(
        lambda values: union(read(value) for read, value in zip(readers, values, strict=True))
    )


def _timed(reads: str, tests: Mapping[int, Static | Turn]) -> Timed:
    bits = _bits_of(tests)
    turns = _turns(tests)

    def answer(value: Any) -> tuple[int, list[Flip]]:  # noqa: ANN401  # the value of any fact
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

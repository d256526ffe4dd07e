"""Facts as bits: every test of a document is one bit of a number, and every rule a mask over them.

A case is read once: each known fact sets the bits of the tests that it satisfies, and gives the instants
at which time will turn others. Whether a rule holds is then ``bits & mask``, now or at any later time,
which makes ``changes_at`` exact and cheap. Rules of more than "any of these tests" get bits of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar

from casereview.policy.conditions import FIRST_AS_LAST, Combination, Node, Static, Turn

Values: TypeAlias = Mapping[str, Any]
"""The open facts by name, as ``vars(facts)`` gives them."""

ALWAYS: Final = 1
"""The bit that is always set."""

_KEPT: Final = 8192
_UNHASHED: Final = frozenset({"convictions", "removal_at"})
"""Facts whose values hardly ever recur, or cost more to look up than to read."""

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


class Flip(NamedTuple):
    """An instant with the bits set from it on, and those set until it."""

    at: datetime
    since: int
    until: int


class Reading(NamedTuple):
    """What a known value says: bits that stay, and flips to come or past."""

    bits: int
    flips: tuple[Flip, ...]


class Step(NamedTuple):
    """Sets ``bit`` where every bit of ``need`` is set, or any."""

    need: int
    every: bool
    bit: int


@dataclass(frozen=True, slots=True)
class Program:
    """All tests of one document."""

    plain: tuple[tuple[str, Remembered[Any, int]], ...]
    """Facts that time does not touch."""
    timed: tuple[tuple[str, Callable[[Any], Reading]], ...]
    derived: tuple[tuple[Callable[[Values], Any], Callable[[Any], Reading]], ...]
    """What is read from more than one fact, or from none."""
    steps: tuple[Step, ...]
    bits_of: Mapping[str, int]
    """The bits that each fact may set."""

    def read(self, values: Values) -> tuple[int, list[Flip]]:
        """The bits of the facts that stay whatever the time, and every flip."""
        bits = ALWAYS
        for fact, table in self.plain:
            bits |= table[values[fact]]
        flips: list[Flip] = []
        for fact, reading in self.timed:
            value = values[fact]
            if value is not None:
                more, found = reading(value)
                bits |= more
                flips += found
        for get, reading in self.derived:
            value = get(values)
            if value is not None:
                more, found = reading(value)
                bits |= more
                flips += found
        return bits, flips

    def complete(self, bits: int) -> int:
        """The bits of the tests, with those of the combinations."""
        for need, every, bit in self.steps:
            if (bits & need == need) if every else (bits & need):
                bits |= bit
        return bits

    def certain(self, bits: int, verified: Iterable[str]) -> int:
        """Of the bits of the tests, those of verified facts and of the calendar, completed."""
        known = ALWAYS | self.bits_of.get("", 0)
        for fact in verified:
            known |= self.bits_of.get(fact, 0)
        return self.complete(bits & known)


def timed_bits(flips: Iterable[Flip], now: datetime) -> int:
    """The bits that the time sets."""
    bits = 0
    for at, since, until in flips:
        bits |= since if at <= now else until
    return bits


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
        """The bits of every test and combination in these conditions."""
        return union(self.mask(node) | self.tests(getattr(node, "parts", ())) for node in nodes)

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
        timed = {fact for fact, tests in by_reads.items() if fact in _UNHASHED or _has_turns(tests)}
        derived = {"", FIRST_AS_LAST}
        return Program(
            plain=tuple((f, Remembered(_bits_of(t))) for f, t in by_reads.items() if f not in timed | derived),
            timed=tuple((f, _reader(f, t)) for f, t in by_reads.items() if f in timed - derived),
            derived=tuple((_GETTERS[f], _reader(f, t)) for f, t in by_reads.items() if f in derived),
            steps=tuple(self._steps),
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


_GETTERS: Final[dict[str, Callable[[Values], Any]]] = {
    "": lambda _values: True,
    FIRST_AS_LAST: lambda values: values["entered_on"] if values["last_entry_on"] is None else None,
}


def union(masks: Iterable[int]) -> int:
    """Every bit of any of the masks."""
    bits = 0
    for mask in masks:
        bits |= mask
    return bits


def _has_turns(tests: Mapping[int, Static | Turn]) -> bool:
    return any(isinstance(test, Turn) for test in tests.values())


def _bits_of(tests: Mapping[int, Static | Turn]) -> Callable[[Any], int]:
    static = [(bit, test) for bit, test in tests.items() if isinstance(test, Static)]

    def bits(value: object) -> int:
        return 0 if value is None else union(bit for bit, test in static if test.holds(value))

    return bits


def _reader(reads: str, tests: Mapping[int, Static | Turn]) -> Callable[[Any], Reading]:
    bits = _bits_of(tests)
    turns = _turns(tests)

    def reading(value: object) -> Reading:
        found = [(at(value), since, until) for at, since, until in turns]
        return Reading(bits(value), tuple([Flip(at, since, until) for at, since, until in found if at is not None]))

    return reading if reads in _UNHASHED else Remembered(reading).__getitem__


def _turns(tests: Mapping[int, Static | Turn]) -> list[tuple[Callable[[Any], datetime | None], int, int]]:
    """Opposite tests of one name turn at the same instant."""
    named: dict[str, tuple[Callable[[Any], datetime | None], int, int]] = {}
    for bit, test in tests.items():
        if isinstance(test, Turn):
            at, since, until = named.get(test.name, (test.at, 0, 0))
            named[test.name] = (at, since | bit, until) if test.since else (at, since, until | bit)
    return list(named.values())

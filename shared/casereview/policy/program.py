"""Facts as bits: every test of a document is one bit of a number, and every rule a mask over them.

A case is read once: each known fact sets the bits of the tests that it satisfies, and gives the instants
at which time will turn others. Whether a rule holds is then ``bits & mask``, now or at any later time,
which makes ``changes_at`` exact and cheap. Rules of more than "any of these tests" get bits of their own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from casereview.policy.conditions import Combination, Node, Static, Turn
from casereview.policy.readers import (
    GETTERS,
    Flip,
    Getter,
    Remembered,
    Timed,
    Values,
    few_at_a_time,
    group,
    is_timed,
    read_as,
    timed_by,
    union,
)

ALWAYS: Final = 1
"""The bit that is always set."""


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
            by_reads.setdefault(read_as(test), {})[bit] = test
        timed = [name for name in by_reads if is_timed(name, by_reads[name])]
        plain = [name for name in by_reads if name not in timed]
        return Program(
            plain=tuple(group(names, by_reads) for names in few_at_a_time(plain)),
            timed=tuple((GETTERS.get(name, itemgetter(name)), timed_by(name, by_reads[name])) for name in timed),
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

"""Represent facts as bits: every test of a document is one bit of an integer, and every rule is a mask.

A case is read once: each known fact sets the bits of the tests that it satisfies, and yields the instants at which
time flips other bits. A rule holds if ``bits & mask`` is not zero, now or at any later time, which makes ``changes_at``
exact and cheap. A rule that is more than "any of these tests" gets a bit of its own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from casereview.policy.conditions import Combination, Node, StaticTest, TimedTest
from casereview.policy.readers import (
    GETTERS,
    BoundedCache,
    Flip,
    Getter,
    TimedReader,
    Values,
    group_facts,
    group_reader,
    is_timed,
    reader_key,
    timed_reader,
    union,
)

ALWAYS: Final = 1
"""The bit that is always set, for conditions without tests."""


class CombinationStep(NamedTuple):
    """Sets ``bit`` if every bit of ``need`` is set, or, without ``every``, if any is."""

    need: int
    every: bool
    bit: int


@dataclass(frozen=True, slots=True)
class Program:
    """Reads the facts of a case as bits: all tests of one document."""

    plain: tuple[tuple[Getter, BoundedCache[Any, int]], ...]
    """Groups of facts whose tests do not depend on time, with the bits of their values."""
    timed: tuple[tuple[Getter, TimedReader], ...]
    """Facts whose tests depend on time; some are derived from several facts, or from no fact."""
    bits_of: Mapping[str, int]
    """The bits that each fact can set."""

    def read(self, values: Values, now: datetime) -> tuple[int, list[Flip]]:
        """Read the facts of a case.

        Args:
            values: the open facts by name.
            now: the time; must be aware.

        Returns:
            The bits that the facts set, and the flips after ``now``, unordered.
        """
        bits = ALWAYS
        for get, table in self.plain:
            bits |= table[get(values)]
        ahead: list[Flip] = []
        for get, timed in self.timed:
            value = get(values)
            if value is not None:
                reading = timed.cached.get(value)
                if reading is None or not reading.since <= now < reading.until:
                    reading = timed.read(value, now)
                bits |= reading.bits
                ahead += reading.ahead
        return bits, ahead

    def bits_depending_on(self, facts: Iterable[str]) -> int:
        """Return the bits that depend on these facts only, or on no fact."""
        return ALWAYS | self.bits_of.get("", 0) | union(self.bits_of.get(fact, 0) for fact in facts)


class Assembler:
    """Assigns a bit to each test and each combination. Add every rule with ``mask``, then call ``program``."""

    def __init__(self) -> None:
        self._next = ALWAYS
        self._bits: dict[Hashable, int] = {}
        self._tests: dict[int, StaticTest | TimedTest] = {}
        self._steps: list[CombinationStep] = []

    def mask(self, node: Node) -> int:
        """Add a condition and return its mask: the condition holds if any of these bits is set."""
        if not isinstance(node, Combination):
            return self._test(node)
        masks = [self.mask(part) for part in node.parts]
        if not node.every:
            return union(masks)
        return self._combined(union(self._single(mask) for mask in masks), every=True) if masks else ALWAYS

    def tests(self, nodes: Iterable[Node]) -> int:
        """Return the bits of every test in these conditions."""
        return ALWAYS | union(
            self.tests(node.parts) if isinstance(node, Combination) else self._test(node) for node in nodes
        )

    def complete(self, bits: int) -> int:
        """Add the bits of the combinations to the bits of the tests."""
        for need, every, bit in self._steps:
            if (bits & need == need) if every else (bits & need):
                bits |= bit
        return bits

    def satisfied_by(self, node: Node, bits: int) -> frozenset[str]:
        """Return the facts that satisfied a condition, given completed bits; an empty set if it does not hold."""
        if not self.mask(node) & bits:
            return frozenset()
        if isinstance(node, Combination):
            return frozenset().union(*[self.satisfied_by(part, bits) for part in node.parts])
        return frozenset({node.fact} - {""})

    def program(self) -> Program:
        """Return the program of all conditions added so far."""
        by_reads: dict[str, dict[int, StaticTest | TimedTest]] = {}
        for bit, test in self._tests.items():
            by_reads.setdefault(reader_key(test), {})[bit] = test
        timed = [name for name in by_reads if is_timed(name, by_reads[name])]
        plain = [name for name in by_reads if name not in timed]
        return Program(
            plain=tuple(group_reader(names, by_reads) for names in group_facts(plain)),
            timed=tuple((GETTERS.get(name, itemgetter(name)), timed_reader(name, by_reads[name])) for name in timed),
            bits_of=self._facts(),
        )

    def _facts(self) -> dict[str, int]:
        facts: dict[str, int] = {}
        for bit, test in self._tests.items():
            facts[test.fact] = facts.get(test.fact, 0) | bit
        return facts

    def _test(self, test: StaticTest | TimedTest) -> int:
        since = test.since if isinstance(test, TimedTest) else None
        bit = self._bit((test.reads, test.name, since))
        self._tests.setdefault(bit, test)
        return bit

    def _single(self, mask: int) -> int:
        """Return a single bit that is set if any bit of the mask is set."""
        return mask if mask.bit_count() == 1 else self._combined(mask, every=False)

    def _combined(self, need: int, *, every: bool) -> int:
        if need.bit_count() == 1:
            return need
        known = (need, every) in self._bits
        bit = self._bit((need, every))
        if not known:
            self._steps.append(CombinationStep(need, every, bit))
        return bit

    def _bit(self, key: Hashable) -> int:
        if key not in self._bits:
            self._next <<= 1
            self._bits[key] = self._next
        return self._bits[key]

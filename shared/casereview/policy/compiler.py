"""Compile a policy document: its tests become a program, its rules become masks, and results are cached by bits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, NamedTuple, TypeVar

from casereview.policy.conditions import Combination, Node, TimedTest, holds_from, holds_until, tree
from casereview.policy.document import Credit, Flag, Flags, Lane, Numbers, Overlay, Policy, Rule, digest
from casereview.policy.program import Assembler, Program
from casereview.policy.ranking import CategoryFound, FactorFound, Reason
from casereview.policy.readers import BoundedCache

AnyRule = TypeVar("AnyRule", bound=Rule)
Result = TypeVar("Result")

_MAX_TESTS: Final = 12
"""The number of tests that one cache may depend on: at most 4,096 combinations, all of which fit in the cache."""


class MaskedRule(NamedTuple, Generic[AnyRule]):
    """A rule and its mask: the rule holds if any bit of the mask is set."""

    rule: AnyRule
    mask: int
    node: Node


@dataclass(frozen=True, slots=True)
class Placement:
    """The lane and the credit of a case, with the rules and facts that led to them."""

    lane: Lane
    index: int
    prefix: str
    """The beginning of the rank: the index of the lane, and 0 if a deadline ahead orders the case, else 1."""
    by_deadline: bool
    """Whether the lane orders cases by a deadline, and the deadline of this case is ahead."""
    credit: timedelta
    reasons: tuple[Reason, ...]
    matched: tuple[str, ...]


class Assertions(NamedTuple):
    """The categories and approvals asserted about the case, for a human."""

    categories: tuple[CategoryFound, ...]
    approvals: tuple[str, ...]


class CachedResults(Generic[Result]):
    """The results of a section, which depend only on the bits of its tests: ``by_bits[tests & bits]``."""

    __slots__ = ("bits", "by_bits")

    def __init__(self, bits: int, compute: Callable[[int], Result]) -> None:
        self.bits = bits
        self.by_bits: BoundedCache[int, Result] = BoundedCache(compute)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPolicy:
    """A policy that ``engine.rank`` can run. Create it with ``compile_policy`` and reuse it."""

    id: str | None
    """None for the default lanes, which apply while no policy is in force."""
    digest: str
    document: Policy
    program: Program
    placements: CachedResults[Placement]
    assertions: CachedResults[Assertions]
    factors: Sequence[CachedResults[tuple[FactorFound, ...]]]
    """In the document's order, in groups of rules small enough that all combinations of their tests can be cached."""
    flags: Sequence[CachedResults[tuple[str, ...]]]
    rules: tuple[tuple[str, MaskedRule[Rule]], ...]
    """Every rule with its section, in the document's order; used to explain a ranking."""
    assembler: Assembler

    @property
    def numbers(self) -> Numbers:
        """Return the policy's numbers."""
        return self.document.numbers

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """Return the lanes in order; a ranking's ``lane_index`` counts them from 0."""
        return self.document.lanes


def compile_policy(policy: Policy, flags: Flags, *, in_force: bool = True) -> CompiledPolicy:
    """Compile a validated document.

    Args:
        policy: the document.
        flags: the house rules that raise flags.
        in_force: False for the default lanes, which belong to no policy: the rankings then name no policy.

    Returns:
        The compiled policy.
    """
    build = _Compiler(policy, flags)
    return CompiledPolicy(
        id=policy.id if in_force else None,
        digest=digest(policy),
        document=policy,
        placements=build.placements(),
        assertions=build.assertions(),
        factors=build.results(build.factors, lambda rule: FactorFound(rule.id, rule.polarity)),
        flags=build.results(build.flags, lambda rule: rule.id),
        rules=tuple(build.rules()),
        assembler=build.assembler,
        program=build.assembler.program(),
    )


class _Compiler:
    """Compiles one document: assigns masks to its rules and builds the cached results of each section."""

    def __init__(self, policy: Policy, flags: Flags) -> None:
        self.assembler = Assembler()
        self.lanes = self._masked(policy.lanes)
        self.credits = self._masked(policy.credits)
        self.withhold = self._masked([policy.withhold] if policy.withhold else [])
        self.categories = self._masked(policy.categories)
        self.approvals = self._masked(policy.approvals)
        self.factors = self._masked(policy.factors)
        self.flags = self._masked([*flags.flags, *_overlay_flags(policy.overlays)])
        self.removal_ahead = self.assembler.mask(tree({"not": {"removal_at": {"within": timedelta(0)}}}))

    def _masked(self, rules: Iterable[AnyRule]) -> list[MaskedRule[AnyRule]]:
        nodes = [(rule, _rule_tree(rule)) for rule in rules]
        return [MaskedRule(rule, self.assembler.mask(node), node) for rule, node in nodes]

    def rules(self) -> Iterator[tuple[str, MaskedRule[Rule]]]:
        for name in ("lanes", "credits", "withhold", "categories", "approvals", "factors", "flags"):
            for masked in getattr(self, name):
                yield name, masked

    def placements(self) -> CachedResults[Placement]:
        tests = self._tests(self.lanes) | self._tests(self.credits) | self.removal_ahead
        return CachedResults(tests, lambda bits: self._placement(self.assembler.complete(bits)))

    def assertions(self) -> CachedResults[Assertions]:
        tests = self._tests(self.withhold) | self._tests(self.categories) | self._tests(self.approvals)
        return CachedResults(tests, lambda bits: self._assert(self.assembler.complete(bits)))

    def results(
        self, rules: list[MaskedRule[AnyRule]], value: Callable[[AnyRule], Result]
    ) -> tuple[CachedResults[tuple[Result, ...]], ...]:
        return tuple(self._group_results(group, value) for group in self._groups(rules))

    def _group_results(
        self, rules: list[MaskedRule[AnyRule]], value: Callable[[AnyRule], Result]
    ) -> CachedResults[tuple[Result, ...]]:
        values = [(masked.mask, value(masked.rule)) for masked in rules]

        def compute(bits: int) -> tuple[Result, ...]:
            bits = self.assembler.complete(bits)
            return tuple([found for mask, found in values if bits & mask])

        return CachedResults(self._tests(rules), compute)

    def _groups(self, rules: list[MaskedRule[AnyRule]]) -> Iterator[list[MaskedRule[AnyRule]]]:
        group: list[MaskedRule[AnyRule]] = []
        for rule in rules:
            if group and self._tests([*group, rule]).bit_count() > _MAX_TESTS:
                yield group
                group = []
            group.append(rule)
        if group:
            yield group

    def _tests(self, rules: list[MaskedRule[AnyRule]]) -> int:
        return self.assembler.tests(held.node for held in rules)

    def _placement(self, bits: int) -> Placement:
        index, (lane, _mask, node) = next((i, held) for i, held in enumerate(self.lanes) if bits & held.mask)
        timed = lane.order_by == "removal_at"
        by_deadline = timed and bool(bits & self.removal_ahead)
        applied = [] if timed else _largest_credits([held for held in self.credits if bits & held.mask])
        nodes = [node, *[credit.node for credit in applied]]
        return Placement(
            lane=lane,
            index=index,
            prefix=f"{index:02d}.{0 if by_deadline else 1}.",
            by_deadline=by_deadline,
            credit=applied[0].rule.earlier_by if applied else timedelta(0),
            reasons=tuple(Reason(rule.id, rule.text) for rule in (lane, *[credit.rule for credit in applied])),
            matched=tuple(sorted({fact for node in nodes for fact in self.assembler.satisfied_by(node, bits)})),
        )

    def _assert(self, bits: int) -> Assertions:
        if any(bits & held.mask for held in self.withhold):
            return Assertions((), ())
        categories = [held.rule for held in self.categories if bits & held.mask]
        presumed = any(category.mode == "presumption" for category in categories)
        asked = [held.rule for held in self.approvals if bits & held.mask]
        return Assertions(
            tuple(CategoryFound(category.id, category.mode) for category in categories),
            tuple(approval.id for approval in asked if not (presumed and approval.only_if_nothing_presumed)),
        )


def _overlay_flags(overlays: Iterable[Overlay]) -> Iterator[Flag]:
    """Return the overlays that have a condition, as flags."""
    for overlay in overlays:
        if overlay.when is not None:
            span = {"from": overlay.from_, "to": overlay.to}
            yield Flag.model_validate(
                {"id": overlay.id, "when": overlay.when, "text": overlay.text, "source": overlay.source, **span}
            )


def _largest_credits(found: list[MaskedRule[Credit]]) -> list[MaskedRule[Credit]]:
    """Return the largest credit, and those equal to it."""
    largest = max((held.rule.earlier_by for held in found), default=None)
    return [held for held in found if held.rule.earlier_by == largest]


def _rule_tree(rule: Rule) -> Node:
    node = tree(rule.when)
    if not isinstance(rule, Flag):
        return node
    ends: list[TimedTest] = [holds_from(rule.from_)] if rule.from_ else []
    ends += [holds_until(rule.to)] if rule.to else []
    return Combination(every=True, parts=(*ends, node)) if ends else node

"""A document ready to run: its tests as a program, its rules as masks, and answers kept by the bits they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Generic, NamedTuple, TypeVar

from casereview.policy.conditions import Combination, Node, Turn, always_after, always_before, tree
from casereview.policy.document import Credit, Flag, Flags, Lane, Numbers, Overlay, Policy, Rule, digest
from casereview.policy.program import Assembler, Program
from casereview.policy.ranking import CategoryFound, FactorFound, Reason
from casereview.policy.readers import Remembered

AnyRule = TypeVar("AnyRule", bound=Rule)
Answer = TypeVar("Answer")


_TESTS_AT_A_TIME: Final = 12
"""So many tests have at most 4,096 combinations, fewer where some exclude each other: all of them are kept."""


class Masked(NamedTuple, Generic[AnyRule]):
    """A rule, and the bits of which any one says that it holds."""

    rule: AnyRule
    mask: int
    node: Node


@dataclass(frozen=True, slots=True)
class Place:
    """The lane and the credit, and what they rest on."""

    lane: Lane
    index: int
    prefix: str
    """The beginning of the rank."""
    by_deadline: bool
    """The lane goes by a deadline, and it lies ahead."""
    credit: timedelta
    reasons: tuple[Reason, ...]
    matched: tuple[str, ...]


class Assertions(NamedTuple):
    """What is asserted about the case, for a human."""

    categories: tuple[CategoryFound, ...]
    approvals: tuple[str, ...]


class Answers(Generic[Answer]):
    """A section's answers, which depend on the bits of some tests alone: ``kept[tests & bits]``."""

    __slots__ = ("bits", "kept")

    def __init__(self, bits: int, answer: Callable[[int], Answer]) -> None:
        self.bits = bits
        self.kept: Remembered[int, Answer] = Remembered(answer)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPolicy:
    """What ``engine.rank`` runs. Make it by ``compile_policy`` and keep it."""

    id: str | None
    """None for the default lanes: no policy is in force."""
    digest: str
    document: Policy
    program: Program
    places: Answers[Place]
    assertions: Answers[Assertions]
    factors: Sequence[Answers[tuple[FactorFound, ...]]]
    """In the document's order, a few rules each, so that all combinations of their tests can be kept."""
    flags: Sequence[Answers[tuple[str, ...]]]
    rules: tuple[tuple[str, Masked[Rule]], ...]
    """Every rule with its section, in the document's order, to explain a ranking in full."""
    assembler: Assembler

    @property
    def numbers(self) -> Numbers:
        """The policy's numbers."""
        return self.document.numbers

    @property
    def lanes(self) -> tuple[Lane, ...]:
        """The lanes in their order; a ranking's ``lane_index`` counts them from 0."""
        return self.document.lanes


def compile_policy(policy: Policy, flags: Flags, *, in_force: bool = True) -> CompiledPolicy:
    """Compile a validated document with the flags; ``in_force=False`` for the default lanes of no policy."""
    build = _Build(policy, flags)
    return CompiledPolicy(
        id=policy.id if in_force else None,
        digest=digest(policy),
        document=policy,
        places=build.places(),
        assertions=build.assertions(),
        factors=build.found(build.factors, lambda rule: FactorFound(rule.id, rule.polarity)),
        flags=build.found(build.flags, lambda rule: rule.id),
        rules=tuple(build.rules()),
        assembler=build.assembler,
        program=build.assembler.program(),
    )


class _Build:
    """The rules of one document with their masks, while it is compiled."""

    def __init__(self, policy: Policy, flags: Flags) -> None:
        self.assembler = Assembler()
        self.lanes = self._masked(policy.lanes)
        self.credits = self._masked(policy.credits)
        self.withhold = self._masked([policy.withhold] if policy.withhold else [])
        self.categories = self._masked(policy.categories)
        self.approvals = self._masked(policy.approvals)
        self.factors = self._masked(policy.factors)
        self.flags = self._masked([*flags.flags, *_touching(policy.overlays)])
        self.ahead = self.assembler.mask(tree({"not": {"removal_at": {"within": timedelta(0)}}}))

    def _masked(self, rules: Iterable[AnyRule]) -> list[Masked[AnyRule]]:
        nodes = [(rule, _node(rule)) for rule in rules]
        return [Masked(rule, self.assembler.mask(node), node) for rule, node in nodes]

    def rules(self) -> Iterator[tuple[str, Masked[Rule]]]:
        for name in ("lanes", "credits", "withhold", "categories", "approvals", "factors", "flags"):
            for masked in getattr(self, name):
                yield name, masked

    def places(self) -> Answers[Place]:
        tests = self._tests(self.lanes) | self._tests(self.credits) | self.ahead
        return Answers(tests, lambda bits: self._place(self.assembler.complete(bits)))

    def assertions(self) -> Answers[Assertions]:
        tests = self._tests(self.withhold) | self._tests(self.categories) | self._tests(self.approvals)
        return Answers(tests, lambda bits: self._assert(self.assembler.complete(bits)))

    def found(
        self, rules: list[Masked[AnyRule]], value: Callable[[AnyRule], Answer]
    ) -> tuple[Answers[tuple[Answer, ...]], ...]:
        return tuple(self._found(few, value) for few in self._few_at_a_time(rules))

    def _found(self, rules: list[Masked[AnyRule]], value: Callable[[AnyRule], Answer]) -> Answers[tuple[Answer, ...]]:
        held = [(masked.mask, value(masked.rule)) for masked in rules]

        def answer(bits: int) -> tuple[Answer, ...]:
            bits = self.assembler.complete(bits)
            return tuple([found for mask, found in held if bits & mask])

        return Answers(self._tests(rules), answer)

    def _few_at_a_time(self, rules: list[Masked[AnyRule]]) -> Iterator[list[Masked[AnyRule]]]:
        few: list[Masked[AnyRule]] = []
        for rule in rules:
            if few and self._tests([*few, rule]).bit_count() > _TESTS_AT_A_TIME:
                yield few
                few = []
            few.append(rule)
        if few:
            yield few

    def _tests(self, rules: list[Masked[AnyRule]]) -> int:
        return self.assembler.tests(held.node for held in rules)

    def _place(self, bits: int) -> Place:
        index, (lane, _mask, node) = next((i, held) for i, held in enumerate(self.lanes) if bits & held.mask)
        timed = lane.order_by == "removal_at"
        by_deadline = timed and bool(bits & self.ahead)
        applied = [] if timed else _largest([held for held in self.credits if bits & held.mask])
        nodes = [node, *[credit.node for credit in applied]]
        return Place(
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


def _touching(overlays: Iterable[Overlay]) -> Iterator[Flag]:
    """The overlays that touch cases, as flags."""
    for overlay in overlays:
        if overlay.when is not None:
            span = {"from": overlay.from_, "to": overlay.to}
            yield Flag.model_validate(
                {"id": overlay.id, "when": overlay.when, "text": overlay.text, "source": overlay.source, **span}
            )


def _largest(found: list[Masked[Credit]]) -> list[Masked[Credit]]:
    """The credits that count: the largest, and those equal to it."""
    largest = max((held.rule.earlier_by for held in found), default=None)
    return [held for held in found if held.rule.earlier_by == largest]


def _node(rule: Rule) -> Node:
    node = tree(rule.when)
    if not isinstance(rule, Flag):
        return node
    ends: list[Turn] = [always_after(rule.from_)] if rule.from_ else []
    ends += [always_before(rule.to)] if rule.to else []
    return Combination(every=True, parts=(*ends, node)) if ends else node

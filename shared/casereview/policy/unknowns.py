"""Which facts a condition tests, and on which factors of a policy nothing is known."""

from __future__ import annotations

from collections.abc import Iterator

from casereview.policy.conditions import Combination, Node, tree
from casereview.policy.document import Factor, Policy
from casereview.policy.predicates import Condition
from casereview.schema.facts import Facts


def facts_of(condition: Condition) -> frozenset[str]:
    """Return the names of the facts that a validated condition tests."""
    return frozenset(_facts_of(tree(condition)))


def _facts_of(node: Node) -> Iterator[str]:
    if isinstance(node, Combination):
        for part in node.parts:
            yield from _facts_of(part)
    elif node.fact:
        yield node.fact


def unknown_factors(policy: Policy, facts: Facts) -> tuple[Factor, ...]:
    """Return the factors of a policy of which no fact that they test is known."""
    return tuple(factor for factor in policy.factors if _is_unknown(facts_of(factor.when), facts))


def _is_unknown(names: frozenset[str], facts: Facts) -> bool:
    return bool(names) and all(getattr(facts, name) is None for name in names)

"""Checks of a policy document before it is published: its schema, and that every rule can have an effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from casereview.policy.conditions import Node, tree
from casereview.policy.document import Amendment, Policy, Rule
from casereview.policy.errors import UnlocatedFault
from casereview.policy.loader import DocumentError, DocumentFault, Path, faults_from, load_with_lines, locate
from casereview.policy.packaged import flags
from casereview.policy.satisfiability import SearchBudget, can_hold

MAX_CHARACTERS: Final = 100_000
"""The maximum length of a document."""
_SECTIONS: Final = ("lanes", "credits", "categories", "approvals", "factors")


def check(text: str) -> Policy | Amendment:
    """Parse and check a policy document or an amendment.

    Args:
        text: the YAML of the document, at most ``MAX_CHARACTERS`` long.

    Returns:
        The validated document, or the amendment if it has the key ``amends``.

    Raises:
        DocumentError: with every fault found.
    """
    if len(text) > MAX_CHARACTERS:
        raise DocumentError(
            [DocumentFault("document", 1, f"must not be longer than {MAX_CHARACTERS} characters", "too_long")]
        )
    data, lines = load_with_lines(text)
    model = Amendment if isinstance(data, dict) and "amends" in data else Policy
    try:
        document = model.model_validate(data)
    except ValidationError as error:
        raise DocumentError(faults_from(error, data, lines)) from error
    if isinstance(document, Policy) and (found := list(_ineffective_rules(document))):
        raise DocumentError(locate(found, data, lines))
    return document


def _ineffective_rules(policy: Policy) -> Iterator[UnlocatedFault]:
    """Find lanes that no case can reach, rules that no case can satisfy, and overlays named like a house flag."""
    budget = SearchBudget()
    yield from _shadowed_lanes(policy, budget)
    for section in _SECTIONS[1:]:
        for index, rule in enumerate(getattr(policy, section)):
            yield from _never_holding((section, index, "when"), rule, budget)
    if policy.withhold:
        yield from _never_holding(("withhold", "when"), policy.withhold, budget)
    house = {flag.id for flag in flags().flags}
    for index, overlay in enumerate(policy.overlays):
        if overlay.id in house:
            message = f"overlays: the id {overlay.id} is already used by a house flag"
            yield UnlocatedFault(("overlays", index, "id"), "id_twice", message)


def _never_holding(path: Path, rule: Rule, budget: SearchBudget) -> Iterator[UnlocatedFault]:
    if not can_hold(tree(rule.when), (), budget):
        yield UnlocatedFault(path, "never_holds", f"no case can satisfy {rule.id}")


def _shadowed_lanes(policy: Policy, budget: SearchBudget) -> Iterator[UnlocatedFault]:
    above: list[Node] = []
    for index, lane in enumerate(policy.lanes):
        node, path = tree(lane.when), ("lanes", index, "when")
        impossible = list(_never_holding(path, lane, budget))
        yield from impossible
        if not impossible and not can_hold(node, above, budget):
            yield UnlocatedFault(path, "lane_shadowed", _shadowing_message(policy, node, above, budget))
        above.append(node)


def _shadowing_message(policy: Policy, node: Node, above: list[Node], budget: SearchBudget) -> str:
    """Return the message that names the lane above that takes every case, if a single lane does."""
    alone = (lane.id for lane, other in zip(policy.lanes, above, strict=False) if not can_hold(node, [other], budget))
    first = next(alone, None)
    by = f"lane {first} above it takes" if first else "the lanes above it take"
    return f"no case can reach lane {policy.lanes[len(above)].id}: {by} every case"

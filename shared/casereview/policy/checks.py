"""What a document must satisfy before it is published: its schema, and that every rule can have an effect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pydantic import ValidationError

from casereview.policy.conditions import Node, tree
from casereview.policy.document import Amendment, Policy, Rule
from casereview.policy.errors import Found
from casereview.policy.loader import DocumentError, DocumentFault, Path, faults_of, load_with_lines, located
from casereview.policy.packaged import flags
from casereview.policy.satisfiability import Effort, ever_holds

LONGEST: Final = 100_000
"""Characters of a document."""
_SECTIONS: Final = ("lanes", "credits", "categories", "approvals", "factors")


def check(text: str) -> Policy | Amendment:
    """Read a document or an amendment and check all of it. Raises DocumentError with every fault found."""
    if len(text) > LONGEST:
        raise DocumentError([DocumentFault("document", 1, f"it is longer than {LONGEST} characters", "too_long")])
    data, lines = load_with_lines(text)
    model = Amendment if isinstance(data, dict) and "amends" in data else Policy
    try:
        document = model.model_validate(data)
    except ValidationError as error:
        raise DocumentError(faults_of(error, data, lines)) from error
    if isinstance(document, Policy) and (found := list(_without_effect(document))):
        raise DocumentError(located(found, data, lines))
    return document


def _without_effect(policy: Policy) -> Iterator[Found]:
    """Find lanes that an earlier one takes every case from, and rules that no case satisfies."""
    effort = Effort()
    yield from _shadowed(policy, effort)
    for section in _SECTIONS[1:]:
        for index, rule in enumerate(getattr(policy, section)):
            yield from _impossible((section, index, "when"), rule, effort)
    if policy.withhold:
        yield from _impossible(("withhold", "when"), policy.withhold, effort)
    house = {flag.id for flag in flags().flags}
    for index, overlay in enumerate(policy.overlays):
        if overlay.id in house:
            message = f"overlays: the id {overlay.id} is that of a house flag"
            yield Found(("overlays", index, "id"), "id_twice", message)


def _impossible(path: Path, rule: Rule, effort: Effort) -> Iterator[Found]:
    if not ever_holds(tree(rule.when), (), effort):
        yield Found(path, "never_holds", f"{rule.id} can never hold: no case satisfies it")


def _shadowed(policy: Policy, effort: Effort) -> Iterator[Found]:
    above: list[Node] = []
    for index, lane in enumerate(policy.lanes):
        node, path = tree(lane.when), ("lanes", index, "when")
        impossible = list(_impossible(path, lane, effort))
        yield from impossible
        if not impossible and not ever_holds(node, above, effort):
            yield Found(path, "lane_shadowed", _by_whom(policy, node, above, effort))
        above.append(node)


def _by_whom(policy: Policy, node: Node, above: list[Node], effort: Effort) -> str:
    """Say which lane above takes every case, where it is one alone."""
    alone = (lane.id for lane, other in zip(policy.lanes, above, strict=False) if not ever_holds(node, [other], effort))
    first = next(alone, None)
    by = f"lane {first} above it takes" if first else "the lanes above it take"
    return f"no case ever comes to lane {policy.lanes[len(above)].id}: {by} them all"

"""Satisfiability of conditions: what generated facts satisfy is never called impossible, and wider lanes are found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
import yaml
from hypothesis import assume, given
from hypothesis import strategies as st

from casereview.policy import packaged
from casereview.policy.checks import check
from casereview.policy.compiler import compile_policy
from casereview.policy.conditions import tree
from casereview.policy.document import Amendment, Policy
from casereview.policy.engine import explain, rank
from casereview.policy.loader import DocumentError
from casereview.policy.predicates import BooleanTest, FactTests
from casereview.policy.ranking import RankInput
from casereview.policy.satisfiability import can_hold
from casereview.schema.facts import Facts
from tests.support.policy.strategies import cases, conditions, facts, nows, policies


def evaluate(rules: list[Any], known: Facts, now: datetime) -> list[bool]:
    """Return whether each condition holds according to the engine."""
    factors = [
        {"id": f"rule_{n}", "polarity": "mitigating", "when": when, "text": "t", "source": "s"}
        for n, when in enumerate(rules)
    ]
    policy = Policy.model_validate({**document("always"), "factors": factors})
    compiled = compile_policy(policy, packaged.flags())
    held = {found.rule for found in explain(RankInput(known, "CASE", now), compiled, now)}
    return [f"rule_{n}" in held for n in range(len(rules))]


@given(st.lists(conditions, min_size=1, max_size=4), facts, nows)
def test_a_condition_that_a_case_satisfies_is_never_called_impossible(
    rules: list[Any], known: Facts, now: datetime
) -> None:
    rule, *others = [tree(condition) for condition in rules]
    held, *others_held = evaluate(rules, known, now)
    if held:
        assert can_hold(rule)
    if held and not any(others_held):
        assert can_hold(rule, others)


@given(conditions, conditions)
def test_a_condition_below_a_wider_one_is_unreachable(one: Any, other: Any) -> None:  # noqa: ANN401
    wider = tree({"any": [one, other]})
    assert not can_hold(tree(one), [wider])
    assert not can_hold(tree({"all": [one, other]}), [tree(one)])


@pytest.mark.parametrize(
    ("narrow", "wide"),
    [
        ({"removal_at": {"within": "24h"}}, {"removal_at": {"known": True}}),
        ({"check_in_on": {"within": "7d"}}, {"check_in_on": {"within": "14d"}}),
        ({"age": {"under": 16}}, {"age": {"under": 18}}),
        ({"not": {"custody": {"is": "detained"}}}, {"custody": {"is": "not_detained"}}),
        ({"convictions": {"standing": {"at_least": 2}}}, {"convictions": {"standing": {}}}),
        ({"last_entry": {"after": "2021-01-01"}}, {"last_entry": {"on_or_after": "2020-01-01"}}),
    ],
)
def test_a_wider_test_makes_a_narrower_one_unreachable_and_not_vice_versa(narrow: Any, wide: Any) -> None:  # noqa: ANN401
    small, large = (tree(Policy.model_validate(document(when)).lanes[0].when) for when in (narrow, wide))
    assert not can_hold(small, [large])
    assert can_hold(large, [small]) is (narrow != {"not": {"custody": {"is": "detained"}}})


def document(when: object) -> dict[str, Any]:
    rule = {"order_by": "filed_at", "text": "t", "source": "house rule"}
    lanes = [{"id": "first", "when": when, **rule}, {"id": "last", "when": "always", **rule}]
    return {"id": "small", "title": "Small", "lanes": lanes}


def test_an_undecided_question_counts_as_satisfiable() -> None:
    """The search is limited: a document must not be able to occupy the service."""
    facts_asked = [name for name, shape in FactTests.__annotations__.items() if shape is BooleanTest]
    known: list[Any] = [{"any": [{fact: {"is": True}}, {fact: {"is": False}}]} for fact in facts_asked]
    known += [{"custody": {"in": ["detained", "not_detained"]}}, {"not": {"military_service": {"in": []}}}]
    known += [{"any": [{"removal_order": {"is": order}} for order in ("final", "none")]}]
    known += [{"any": [{"entry": {"is": entry}} for entry in ("unlawful", "admitted", "paroled")]}]
    families: Any = [{"minor_children": {"at_least": 3}}]
    assert can_hold(tree({"all": [*known, *families]}), [tree({"minor_children": {"at_least": 1}})])
    assert not can_hold(tree({"all": [*known[:3], *families]}), [tree({"minor_children": {"at_least": 1}})])


def test_tests_of_more_than_three_convictions_are_treated_as_independent() -> None:
    many, few = (tree({"convictions": {"standing": {"at_least": least}}}) for least in (9, 8))
    assert can_hold(many, [few])
    assert not can_hold(many, [tree("always")])


@given(policies, st.lists(cases, min_size=1, max_size=5), nows)
def test_every_accepted_policy_ranks_every_case(policy: Policy, docket: list[RankInput], now: datetime) -> None:
    text = yaml.safe_dump(policy.model_dump(mode="json", by_alias=True, exclude_unset=True))
    try:
        found = check(text)
    except DocumentError as error:
        checks = {fault.check for fault in error.faults}
        assume(checks - {"lane_shadowed", "never_holds"})  # generated policies can have these two faults and no others
        raise
    assert not isinstance(found, Amendment)
    assert found == policy
    compiled = compile_policy(found, packaged.flags())
    lanes = [lane.id for lane in found.lanes]
    for case in docket:
        assert rank(case, compiled, now, None).lane in lanes

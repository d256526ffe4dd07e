"""Where facts would place a case: the same as its ranking, by the facts that count for it alone."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.evidence.placement import Effect, Placement, effect_of
from casereview.policy.compiler import compile_policy
from casereview.policy.engine import rank
from casereview.policy.packaged import compiled, flags, packaged
from casereview.policy.ranking import Place, RankInput
from casereview.schema.facts import Facts
from tests.support.case_histories import DATED, NOW, POLICIES, PROTECTED, UNDATED, claims

ANYTHING = claims(DATED, UNDATED, PROTECTED)
CREDITS = {"serious_illness", "pregnant", "sole_caregiver", "birth_year"}
LANES = {"claims_us_citizenship", "removal_at", "removal_soon", "custody", "removal_order", "check_in_on"}


def placement(policy: str) -> Placement:
    return Placement(compiled(policy), "CASE", NOW)


@given(ANYTHING, st.integers(-500, 2000), st.sampled_from(POLICIES))
def test_a_place_is_that_of_the_ranking_until_it_changes(facts: Facts, hours: int, policy: str) -> None:
    at, places = NOW + timedelta(hours=hours), placement(policy)
    ranking = rank(RankInput(facts, "CASE", NOW), compiled(policy), at, None)
    place, changes_at = places.outlook(facts.__dict__, at)
    assert place == places.of(facts.__dict__, at) == (ranking.lane_index, ranking.rank)
    if changes_at is None:
        assert places.of(facts.__dict__, at + timedelta(days=20_000)) == place
    else:
        assert changes_at > at
        assert places.of(facts.__dict__, changes_at - timedelta(milliseconds=1)) == place
        after = rank(RankInput(facts, "CASE", NOW), compiled(policy), changes_at, None)
        assert (after.rank, after.reasons, after.matched) != (ranking.rank, ranking.reasons, ranking.matched)


@given(ANYTHING, ANYTHING, st.integers(-500, 2000), st.sampled_from(POLICIES))
def test_other_facts_than_the_relevant_ones_change_no_place(
    facts: Facts, others: Facts, hours: int, policy: str
) -> None:
    at, places = NOW + timedelta(hours=hours), placement(policy)
    changed = {name: getattr(others, name) for name in others.model_fields_set - places.relevant}
    assert places.of({**facts.__dict__, **changed}, at) == places.of(facts.__dict__, at)
    changed |= {name: getattr(others, name) for name in others.model_fields_set - places.lane_facts}
    assert places.of({**facts.__dict__, **changed}, at).lane_index == places.of(facts.__dict__, at).lane_index


@pytest.mark.parametrize("policy", POLICIES)
def test_the_relevant_facts_are_those_of_lanes_and_credits(policy: str) -> None:
    assert placement(policy).lane_facts == LANES
    assert placement(policy).relevant == LANES | CREDITS


def test_a_policy_of_its_own_has_relevant_facts_of_its_own() -> None:
    document = packaged(POLICIES[1])
    first = document.lanes[0].model_copy(update={"when": {"minor_children": {"at_least": 3}}})
    policy = compile_policy(document.model_copy(update={"lanes": (first, *document.lanes[1:])}), flags())
    assert Placement(policy, "CASE", NOW).lane_facts == (LANES - {"claims_us_citizenship"}) | {"minor_children"}


@pytest.mark.parametrize(
    ("after", "effect"),
    [
        (Place(1, "01.1"), Effect.EARLIER),
        (Place(2, "02.0"), Effect.EARLIER),
        (Place(2, "02.1"), Effect.UNCHANGED),
        (Place(2, "02.2"), Effect.LATER_IN_LANE),
        (Place(3, "03.0"), Effect.LOWERS_LANE),
    ],
)
def test_the_effect_of_a_change_of_place(after: Place, effect: Effect) -> None:
    assert effect_of(Place(2, "02.1"), after) == effect

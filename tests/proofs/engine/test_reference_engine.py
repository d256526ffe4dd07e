"""Properties of every ranking, checked on generated cases under the packaged and generated policies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from casereview.policy import packaged
from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.policy.document import Flags, Policy
from casereview.policy.engine import explain, rank
from casereview.policy.ranking import Ranking, RankInput
from casereview.schema.facts import Facts
from tests.support.policy import reference_engine
from tests.support.policy.strategies import TESTS, cases, nows, policies

MILLISECOND = timedelta(milliseconds=1)
DATED = Flags.model_validate(
    {
        "title": "Dated",
        "flags": [
            {
                "id": "dated",
                "when": {"custody": {"is": "detained"}},
                "from": "2022-01-01T00:00:00Z",
                "to": "2023-01-01T00:00:00Z",
                "text": "t",
                "source": "house rule",
            }
        ],
    }
)
policy_ids = st.sampled_from([*packaged.PACKAGED, packaged.DEFAULT])


def without_changes_at(ranking: Ranking) -> Ranking:
    return ranking._replace(changes_at=None)


def as_reference(ranking: Ranking) -> dict[str, Any]:
    return {
        "lane": ranking.lane,
        "sort_at": ranking.sort_at,
        "reasons": [reason.rule for reason in ranking.reasons],
        "categories": [category.id for category in ranking.categories],
        "approvals": list(ranking.approvals),
        "factors": [factor.id for factor in ranking.factors],
        "flags": list(ranking.flags),
    }


def only_factors(*conditions: object) -> Policy:
    last = {"id": "last", "when": "always", "order_by": "filed_at", "text": "t", "source": "house rule"}
    factors = [
        {"id": f"factor_{i}", "when": when, "polarity": "mitigating", "text": "t", "source": "house rule"}
        for i, when in enumerate(conditions)
    ]
    return Policy.model_validate({"id": "factors", "title": "Factors", "lanes": [last], "factors": factors})


def check_changes_at(case: RankInput, policy: CompiledPolicy, now: datetime, moments: Sequence[datetime]) -> None:
    """Check that the ranking stays equal until ``changes_at`` and differs at it."""
    found = rank(case, policy, now, None)
    for at in moments:
        if now <= at and (found.changes_at is None or at < found.changes_at):
            assert without_changes_at(rank(case, policy, at, None)) == without_changes_at(found)
    if found.changes_at is not None:
        assert found.changes_at > now
        assert without_changes_at(rank(case, policy, found.changes_at, None)) != without_changes_at(found)
        assert without_changes_at(rank(case, policy, found.changes_at - MILLISECOND, None)) == without_changes_at(found)


@given(cases, policies, nows)
def test_generated_policies_rank_as_the_reference_engine_does(case: RankInput, policy: Policy, now: datetime) -> None:
    compiled = compile_policy(policy, DATED)
    for at in (now, *reference_engine.turning_points(case.facts)[::25]):
        assert as_reference(rank(case, compiled, at, None)) == reference_engine.expected_ranking(
            case, policy, DATED, at
        )


@pytest.mark.parametrize("fact", TESTS)
@given(data=st.data(), case=cases, now=nows)
def test_every_test_of_a_fact_holds_as_in_the_reference_engine(
    fact: str, data: st.DataObject, case: RankInput, now: datetime
) -> None:
    test = {fact: data.draw(TESTS[fact])}
    policy = only_factors(test, {"not": test})
    for at in (now, *reference_engine.turning_points(case.facts)[::20]):
        found = rank(case, compile_policy(policy, DATED), at, None)
        assert [factor.id for factor in found.factors] == reference_engine.ids_that_hold(policy.factors, case.facts, at)


def test_tests_that_change_at_the_same_instant_are_evaluated_together() -> None:
    """On 1 January 2022 one of two alternatives begins to hold as the other ends: the ranking does not change."""
    grown, settled = {"age": {"at_least": 18}}, {"entered_on": {"years_ago": 10}}
    policy = only_factors({"any": [grown, {"not": settled}]}, {"any": [settled, {"not": grown}]})
    facts = Facts(birth_year=2004, entered_on=date(2012, 1, 1))
    now = datetime(2021, 6, 1, tzinfo=UTC)
    found = rank(RankInput(facts, "C1", now), compile_policy(policy, DATED), now, None)
    assert [factor.id for factor in found.factors] == ["factor_0", "factor_1"]
    assert found.changes_at is None


@given(cases, policy_ids, nows)
def test_the_packaged_policies_rank_as_the_reference_engine_does(case: RankInput, name: str, now: datetime) -> None:
    for at in (now, *reference_engine.turning_points(case.facts)[::10]):
        expected = reference_engine.expected_ranking(case, packaged.packaged(name), packaged.flags(), at)
        assert as_reference(rank(case, packaged.compiled(name), at, None)) == expected


@given(cases, policy_ids, nows)
def test_a_ranking_changes_at_changes_at_and_not_before(case: RankInput, name: str, now: datetime) -> None:
    points = reference_engine.turning_points(case.facts)
    moments = [at + step for at in points for step in (-MILLISECOND, timedelta(0), MILLISECOND)]
    check_changes_at(case, packaged.compiled(name), now, moments)


@given(cases, policies, nows)
def test_a_ranking_under_a_generated_policy_changes_at_changes_at_and_not_before(
    case: RankInput, policy: Policy, now: datetime
) -> None:
    check_changes_at(case, compile_policy(policy, DATED), now, reference_engine.turning_points(case.facts))


@given(cases, policy_ids, nows, st.timedeltas(MILLISECOND, timedelta(days=4000)))
def test_changes_at_is_at_most_the_end_of_the_policy(
    case: RankInput, name: str, now: datetime, rest: timedelta
) -> None:
    alone = rank(case, packaged.compiled(name), now, None)
    until = now + rest
    bounded = rank(case, packaged.compiled(name), now, until)
    assert bounded.changes_at == (until if alone.changes_at is None else min(until, alone.changes_at))
    assert without_changes_at(bounded) == without_changes_at(alone)


@given(st.lists(cases, max_size=12, unique_by=lambda case: case.case_id), policy_ids, nows, st.randoms())
def test_the_order_is_total_and_independent_of_the_order_of_ranking(
    docket: list[RankInput], name: str, now: datetime, random: Random
) -> None:
    def order(some: Sequence[RankInput]) -> list[str]:
        ranks = [rank(case, packaged.compiled(name), now, None).rank for case in some]
        assert len(set(ranks)) == len(ranks)
        return sorted(ranks)

    shuffled = random.sample(docket, len(docket))
    assert order(docket) == order(shuffled) == order(docket)


@given(cases, cases, policy_ids, nows)
def test_cases_sort_by_lane_and_within_a_lane_a_credit_moves_a_case_by_at_most_the_largest_credit(
    one: RankInput, other: RankInput, name: str, now: datetime
) -> None:
    policy = packaged.compiled(name)
    assume(one.case_id != other.case_id)
    first, second = (rank(case, policy, now, None) for case in (one, other))
    if first.lane_index < second.lane_index:
        assert first.rank < second.rank
    largest = policy.numbers.largest_credit
    by_filing = policy.lanes[first.lane_index].order_by == "filed_at"
    if first.lane == second.lane and by_filing and one.filed_at + largest < other.filed_at:
        assert first.rank < second.rank


@given(cases, cases, policy_ids, nows, st.timedeltas(MILLISECOND, timedelta(days=90)))
def test_future_deadlines_sort_before_past_or_unknown_ones(
    one: RankInput, other: RankInput, name: str, now: datetime, ahead: timedelta
) -> None:
    def imminent(case: RankInput, removal_at: datetime | None) -> Ranking:
        known = {"claims_us_citizenship": None, "removal_soon": True, "removal_at": removal_at}
        return rank(replace(case, facts=case.facts.model_copy(update=known)), packaged.compiled(name), now, None)

    assume(one.case_id != other.case_id)
    future = imminent(one, now + ahead)
    assert future.sort_at == now + ahead
    for other_ranking in (imminent(other, now), imminent(other, None)):
        assert future.lane == other_ranking.lane == "imminent_removal"
        assert future.rank < other_ranking.rank
        assert other_ranking.sort_at == other.filed_at


@given(cases, cases, policy_ids, nows)
def test_ranks_do_not_change_before_changes_at(one: RankInput, other: RankInput, name: str, now: datetime) -> None:
    policy = packaged.compiled(name)
    first, second = (rank(case, policy, now, None) for case in (one, other))
    horizon = min(found.changes_at or now + timedelta(days=365) for found in (first, second))
    later = horizon - MILLISECOND
    assert [rank(case, policy, later, None).rank for case in (one, other)] == [first.rank, second.rank]


@given(cases, policy_ids, nows)
def test_the_explanation_contains_every_reason_with_the_matching_facts(
    case: RankInput, name: str, now: datetime
) -> None:
    policy = packaged.compiled(name)
    found = rank(case, policy, now, None)
    explained = {(entry.section, entry.rule): entry.facts for entry in explain(case, policy, now)}
    placed = [explained["lanes", found.lane]]
    placed += [explained["credits", reason.rule] for reason in found.reasons[1:]]
    assert sorted({fact for facts in placed for fact in facts}) == list(found.matched)
    assert {rule for section, rule in explained if section == "factors"} == {factor.id for factor in found.factors}
    assert all(getattr(case.facts, fact) is not None for facts in explained.values() for fact in facts)

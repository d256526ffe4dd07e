"""The place that the words of one request get by themselves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.own_words import ranking_of_own_words, reaches_top_lane
from casereview.policy.packaged import compiled
from casereview.schema.event_records import Event
from casereview.schema.facts import Facts
from casereview.schema.vocabulary import Role
from tests.support.case_histories import (
    DATED,
    NOW,
    POLICIES,
    PROTECTED,
    UNDATED,
    beside_strangers,
    claims,
    established,
    file_of,
    filed,
    recognised,
    updated,
)

POLICY = compiled(POLICIES[1])


@given(
    beside_strangers(claims(DATED, UNDATED, PROTECTED)),
    st.integers(0, 90 * 24),
    st.sampled_from(POLICIES),
)
def test_the_words_of_a_request_get_the_same_place_whatever_else_is_said_or_found(
    both: tuple[list[Event], list[Event]], hours: int, policy: str
) -> None:
    together = both[1]
    at, rules = together[-1].at + timedelta(hours=hours), compiled(policy)
    said = [event for event in together if event.receipt == "R1" and event.verification is None]
    [alone] = file_of(said, policy).claims
    beside = next(one for one in file_of(together, policy).claims if one.receipt == "R1")
    assert ranking_of_own_words(beside, rules, at) == ranking_of_own_words(alone, rules, at)


@pytest.mark.parametrize("role", ["self", "family"])
def test_a_claim_that_its_requester_took_back_still_counts(role: Role) -> None:
    events = [filed(1, "R1", role, Facts(removal_soon=True)), updated(2, "R1", Facts(removal_soon=False))]
    [one] = file_of(events).claims
    assert ranking_of_own_words(one, POLICY, NOW).lane == "imminent_removal"
    assert reaches_top_lane(one, POLICY, NOW)


@pytest.mark.parametrize("role", ["self", "family"])
def test_any_claim_of_citizenship_reaches_the_top_lane(role: Role) -> None:
    [one] = file_of([filed(1, "R1", role, Facts(claims_us_citizenship=True))]).claims
    assert ranking_of_own_words(one, POLICY, NOW).lane == "citizenship_claim"


def test_what_officers_found_about_the_holder_or_the_facts_changes_nothing() -> None:
    events = [filed(1, "R1", "self", Facts(custody="detained")), filed(2, "R2", "family", Facts(removal_soon=True))]
    found = [established(3, Facts(custody="not_detained")), recognised(4, "R2", refuted=True)]
    for one in file_of([*events, *found]).claims:
        lane = ranking_of_own_words(one, POLICY, NOW).lane
        assert lane == ("detained" if one.receipt == "R1" else "imminent_removal")
        assert reaches_top_lane(one, POLICY, NOW) == (one.receipt == "R2")

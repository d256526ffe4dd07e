"""Claims of third parties: they may raise a case at once, and never count against the person."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from casereview.cases.assessment import InForce, assess
from casereview.policy.compiler import compile_policy
from casereview.policy.packaged import flags, packaged
from casereview.schema.facts import Conviction, Facts
from tests.support.case_histories import (
    NOW,
    POLICIES,
    assessed,
    established,
    file_of,
    filed,
    recognised,
    split_off,
    updated,
    withdrawn,
)

SOON = NOW + timedelta(hours=30)
DETAINED = Facts(custody="detained")
INTERIM = "2021-02-18-interim"


def test_a_third_partys_claim_raises_a_case_at_once_and_flags_it_for_verification() -> None:
    events = [filed(1, "R1", "attorney", DETAINED), filed(2, "R2", "family", Facts(removal_at=SOON))]
    found = assessed(events)
    assert found.ranking.lane == "imminent_removal"
    assert "verify" in found.ranking.flags


@pytest.mark.parametrize("verified", [False, True])
def test_a_third_partys_claim_ends_when_a_verified_holder_contradicts_it(verified: bool) -> None:  # noqa: FBT001
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", Facts(mental_condition=True))]
    assert assessed(events).settled.facts.mental_condition is True
    contradicted = [*events, updated(3, "R1", Facts(mental_condition=False))]
    found = assessed([*contradicted, recognised(4, "R1")] if verified else contradicted)
    assert found.settled.facts.mental_condition is not verified
    assert "claim_waiting" in found.ranking.flags


def test_a_credit_claimed_by_a_third_party_counts_for_the_place_alone_if_a_verified_holder_denies_it() -> None:
    events = [
        filed(1, "R1", "self", DETAINED.evolve(pregnant=False)),
        recognised(2, "R1"),
        filed(3, "R2", "family", Facts(pregnant=True)),
    ]
    found = assessed(events)
    assert found.ranking.sort_at == NOW - timedelta(days=30)
    assert found.settled.facts.pregnant is False
    assert "pregnancy" not in found.ranking.flags
    assert "claim_waiting" in found.ranking.flags


def test_a_third_partys_claim_that_raises_nothing_does_not_replace_anothers() -> None:
    events = [filed(1, "R1", "self", Facts(minor_children=2)), filed(2, "R2", "family", Facts(minor_children=0))]
    found = assessed(events)
    assert found.settled.facts.minor_children == 2
    assert "claim_waiting" in found.ranking.flags


def test_a_third_party_who_does_not_know_a_fact_contradicts_no_other() -> None:
    events = [filed(1, "R1", "self", Facts(minor_children=2)), filed(2, "R2", "family", Facts(minor_children=None))]
    found = assessed(events)
    assert found.settled.facts.minor_children == 2
    assert "claim_waiting" not in found.ranking.flags


def test_a_third_party_can_take_back_their_own_claim() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", Facts(serious_illness=True))]
    taken_back = [*events, updated(3, "R2", Facts(serious_illness=False))]
    assert assessed(taken_back).settled.facts.serious_illness is False


@pytest.mark.parametrize("joins", [False, True])
def test_a_third_party_taking_back_what_raised_the_lane_is_held_for_an_officer(joins: bool) -> None:  # noqa: FBT001
    mother = "R2" if joins else "R1"
    events = [filed(1, "R1", "attorney" if joins else "family", Facts() if joins else Facts(removal_at=SOON))]
    events += [filed(2, "R2", "family", Facts(removal_at=SOON))] if joins else []
    assert "claim_waiting" not in assessed(events).ranking.flags
    moved = [*events, updated(3, mother, Facts(removal_at=NOW + timedelta(days=40)))]
    found = assessed(moved)
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("imminent_removal", SOON)
    assert "claim_waiting" in found.ranking.flags
    settled = assessed([*moved, established(4, Facts(removal_at=NOW + timedelta(days=40)))])
    assert settled.ranking.lane != "imminent_removal"
    assert "claim_waiting" not in settled.ranking.flags


@pytest.mark.parametrize("again", [SOON, NOW + timedelta(hours=40)], ids=["the same", "another that is near"])
def test_a_third_partys_pending_claim_ends_when_they_repeat_the_value_that_counts(again: datetime) -> None:
    events = [
        filed(1, "R1", "family", Facts(removal_at=SOON)),
        updated(2, "R1", Facts(removal_at=NOW + timedelta(days=40))),
        updated(3, "R1", Facts(removal_at=again)),
    ]
    found = assessed(events)
    assert found.settled.facts.removal_at == again
    assert "claim_waiting" not in found.ranking.flags


def test_a_third_party_repeating_a_value_leaves_anothers_pending_claim() -> None:
    events = [
        filed(1, "R1", "family", Facts(removal_at=SOON)),
        filed(2, "R2", "attorney", Facts(), authority="g28"),
        recognised(3, "R2"),
        updated(4, "R2", Facts(removal_at=NOW + timedelta(days=40))),
        updated(5, "R1", Facts(removal_at=SOON)),
    ]
    assert "claim_waiting" in assessed(events).ranking.flags


def test_a_third_partys_claim_against_anothers_is_held_for_an_officer() -> None:
    events = [
        filed(1, "R1", "family", Facts(custody="detained", removal_at=SOON)),
        filed(2, "R2", "advocate", Facts(custody="not_detained", removal_at=NOW + timedelta(days=40))),
    ]
    found = assessed(events)
    assert (found.settled.facts.custody, found.settled.facts.removal_at) == ("detained", SOON)
    assert "claim_waiting" in found.ranking.flags


@pytest.mark.parametrize("role", ["self", "family"])
def test_a_third_party_cannot_take_back_a_value_that_another_request_also_claims(role: str) -> None:
    same = Facts(serious_illness=True)
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", same)]
    second = updated(3, "R1", same) if role == "self" else filed(3, "R3", "advocate", same)
    taken_back = [*events, second, updated(4, "R2", Facts(serious_illness=False))]
    assert assessed(taken_back).settled.facts.serious_illness is True


def test_the_persons_claim_stays_theirs_when_a_third_party_repeats_it() -> None:
    same = Facts(serious_illness=True)
    events = [
        filed(1, "R1", "self", same),
        filed(2, "R2", "family", same),
        updated(3, "R2", Facts(serious_illness=False)),
    ]
    assert assessed(events).settled.facts.serious_illness is True


def test_a_third_party_who_raised_a_case_over_anothers_claim_can_take_back_no_more_than_that() -> None:
    events = [
        filed(1, "R1", "self", Facts(removal_at=NOW + timedelta(hours=60))),
        filed(2, "R2", "self", Facts(removal_at=NOW + timedelta(hours=1))),
        updated(3, "R2", Facts(removal_at=NOW + timedelta(hours=71))),
    ]
    assert assessed(events).settled.facts.removal_at == NOW + timedelta(hours=60)


def test_another_third_party_can_affirm_what_a_third_party_denied() -> None:
    events = [
        filed(1, "R1", "family", Facts(removal_soon=True)),
        filed(2, "R2", "self", Facts(pregnant=False)),
        filed(3, "R3", "attorney", Facts(pregnant=True)),
    ]
    found = assessed(events)
    assert found.settled.facts.pregnant is True
    assert "pregnancy" in found.ranking.flags


def test_another_third_party_can_affirm_what_two_third_parties_denied() -> None:
    events = [
        filed(1, "R1", "family", Facts(removal_soon=True, pregnant=False)),
        filed(2, "R2", "self", Facts(pregnant=False)),
        filed(3, "R3", "attorney", Facts(pregnant=True)),
    ]
    assert assessed(events).settled.facts.pregnant is True


def test_a_third_partys_not_detained_does_not_block_anothers_detained() -> None:
    events = [
        filed(1, "R1", "family", Facts(removal_soon=True)),
        filed(2, "R2", "self", Facts(custody="not_detained")),
        filed(3, "R3", "attorney", Facts(custody="detained")),
        established(4, Facts(removal_soon=True), refuted=True),
    ]
    assert assessed(events).ranking.lane == "detained"


@pytest.mark.parametrize(
    "adverse",
    [
        Facts(convictions=(Conviction(kind="aggravated_felony"),)),
        Facts(gang_participation_age=17),
        Facts(national_security_concern=True),
        Facts(entry="unlawful"),
        Facts(entered_on=date(2021, 1, 1)),
        Facts(last_entry_on=date(2021, 1, 1)),
    ],
)
def test_adverse_claims_of_a_third_party_who_joins_never_count(adverse: Facts) -> None:
    opened = filed(1, "R1", "self", DETAINED)
    alone = assessed([opened], policy=INTERIM).ranking
    joined = assessed([opened, filed(2, "R2", "family", adverse)], policy=INTERIM).ranking
    assert joined.categories == alone.categories == ()
    assert joined.factors == alone.factors
    assert "claim_waiting" in joined.flags


def test_adverse_claims_of_an_unverified_opener_stop_counting_when_another_request_joins() -> None:
    felony = Facts(custody="detained", convictions=(Conviction(kind="aggravated_felony"),))
    opened = filed(1, "R1", "family", felony)
    assert assessed([opened], policy=INTERIM).ranking.categories != ()
    joined = [opened, filed(2, "R2", "self", Facts())]
    found = assessed(joined, policy=INTERIM)
    assert found.ranking.categories == ()
    assert {"claim_waiting", "custody_statute"} & set(found.ranking.flags) == {"claim_waiting"}
    verified = assessed([*joined, recognised(3, "R1")], policy=INTERIM)
    assert verified.ranking.categories != ()
    assert assessed([*joined, withdrawn(3, "R2")], policy=INTERIM).ranking.categories == ()
    split = [*joined, split_off(3, "R2")]
    assert assessed(split, policy=INTERIM).ranking.categories != ()


def test_what_a_stranger_said_for_a_time_does_not_let_an_unverified_request_lower_the_lane() -> None:
    """A check-in holds the lane for some days: only meanwhile would the end of the final order lower nothing."""
    person = [
        filed(1, "R1", "self", Facts()),
        updated(3, "R1", Facts(removal_order="final")),
        updated(4, "R1", Facts(removal_order="none")),
    ]
    stranger = filed(2, "S", "self", Facts(check_in_on=(NOW + timedelta(days=5)).date()))
    later = NOW + timedelta(days=9)
    assert assessed(person, later).ranking.lane == "final_order"
    found = assessed([person[0], stranger, *person[1:]], later)
    assert found.ranking.lane == "final_order"
    assert "claim_waiting" in found.ranking.flags


def test_a_lane_of_a_policy_that_rests_on_an_adverse_fact_is_not_lost_when_another_request_joins() -> None:
    """No packaged policy has one; such a fact then counts for the place of the case alone."""
    document = packaged(POLICIES[1])
    first = document.lanes[0].model_copy(update={"when": {"convictions": {"set_aside": True}}})
    policy = compile_policy(document.model_copy(update={"lanes": (first, *document.lanes[1:])}), flags())
    vacated = Facts(convictions=(Conviction(kind="felony", vacated=True),))
    file = file_of([filed(1, "R1", "self", vacated), filed(2, "R2", "family", DETAINED)])
    found = assess(file, InForce(policy, None), NOW)
    assert found.ranking.lane_index == 0
    assert found.settled.facts.convictions is None
    assert found.ranking.factors == ()

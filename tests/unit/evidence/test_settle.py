"""Weigh the words of the requests of a case against each other, and against what officers found."""

from __future__ import annotations

from datetime import timedelta

import pytest

from casereview.evidence.standing import has_standing
from casereview.schema.event_records import Event
from casereview.schema.facts import Conviction, Facts
from casereview.schema.vocabulary import Role
from tests.support.case_histories import (
    NOW,
    assessed,
    established,
    event,
    file_of,
    filed,
    recognised,
    updated,
    withdrawn,
)

DETAINED = Facts(custody="detained")
HOUR = timedelta(hours=1)


def with_standing(events: list[Event], *, restricted: bool = False) -> set[str]:
    return {one.receipt for one in file_of(events).claims if has_standing(one, restricted=restricted)}


@pytest.mark.parametrize("role", ["self", "attorney", "family"])
def test_opening_a_case_gives_no_standing_and_verification_does(role: Role) -> None:
    events = [filed(1, "R1", role, DETAINED), filed(2, "R2", "self", DETAINED)]
    assert with_standing(events) == set()
    assert with_standing([*events, recognised(3, "R2")]) == {"R2"}


def test_in_a_restricted_case_only_a_second_confirmation_gives_standing() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", DETAINED)]
    assert with_standing([*events, recognised(3, "R1")], restricted=True) == set()
    assert with_standing([*events, recognised(3, "R1", second=True)], restricted=True) == {"R1"}


def test_a_refuted_identity_takes_standing_away() -> None:
    events = [filed(1, "R1", "self", DETAINED), recognised(2, "R1", second=True), recognised(3, "R1", refuted=True)]
    assert with_standing(events) == with_standing(events, restricted=True) == set()


def test_verified_facts_give_no_standing() -> None:
    found = established(2, DETAINED).model_copy(update={"receipt": "R1"})
    assert with_standing([filed(1, "R1", "family", DETAINED), found]) == set()


@pytest.mark.parametrize("first", [True, False])
def test_a_verified_holders_word_wins_over_an_unverified_one_whoever_spoke_first(first: bool) -> None:  # noqa: FBT001
    said = [filed(1, "R1", "self", Facts(minor_children=1)), filed(2, "R2", "self", Facts(minor_children=3))]
    holder = "R1" if first else "R2"
    assert assessed(said).settled.facts.minor_children == 1
    found = assessed([*said, recognised(3, holder)])
    assert found.settled.facts.minor_children == (1 if first else 3)
    assert "claim_waiting" in found.ranking.flags


def test_an_unverified_word_lifts_a_case_over_a_verified_holders_but_does_not_replace_it() -> None:
    said = [
        filed(1, "R1", "self", Facts(custody="not_detained", minor_children=2)),
        recognised(2, "R1"),
        filed(3, "R2", "family", DETAINED),
    ]
    found = assessed(said)
    assert found.ranking.lane == "detained"
    assert found.settled.facts.custody == "not_detained"
    assert "parental_interest" not in found.ranking.flags
    assert "claim_waiting" in found.ranking.flags


def test_an_unverified_birth_year_lifts_a_case_and_replaces_none() -> None:
    said = [filed(1, "R1", "self", Facts(birth_year=2010)), filed(2, "R2", "family", Facts(birth_year=1940))]
    for events in (said, [said[0], recognised(3, "R1"), said[1]]):
        found = assessed(events)
        assert found.ranking.sort_at < NOW
        assert found.settled.facts.birth_year == 2010
        assert [factor.id for factor in found.ranking.factors] == ["tender_age"]
        assert {"identity_mismatch", "claim_waiting"} <= set(found.ranking.flags)


def test_words_that_raise_a_case_together_do_so_in_any_order() -> None:
    """A credit does not count in the lane of imminent removals, but in that of claims of citizenship."""
    said = [
        filed(1, "R1", "family", Facts(birth_year=1980)),
        filed(2, "R2", "family", Facts(birth_year=1940, claims_us_citizenship=True)),
    ]
    found = assessed([*said, filed(3, "S", "self", Facts(removal_soon=True))])
    assert found.ranking.lane == "citizenship_claim"
    assert found.ranking.rank == assessed(said).ranking.rank
    assert found.ranking.sort_at < NOW


def test_a_credit_that_another_birth_year_will_give_is_given_when_it_is_due() -> None:
    """A person who turns 75 in 2023; a stranger joined before, and said a later year."""
    said = [
        filed(1, "R1", "self", Facts()),
        filed(2, "S", "self", Facts(birth_year=1949)),
        updated(3, "R1", Facts(birth_year=1948)),
    ]
    found = assessed(said)
    assert found.ranking.sort_at == NOW
    assert found.wake_at is not None
    assert found.wake_at.year == 2023
    assert assessed(said, found.wake_at).ranking.sort_at < NOW


def test_a_refuted_holders_word_is_one_of_an_unverified_request() -> None:
    said = [
        filed(1, "R1", "self", Facts(minor_children=1, convictions=(Conviction(kind="felony"),))),
        recognised(2, "R1", refuted=True),
    ]
    found = assessed(said)
    assert found.settled.facts.minor_children == 1
    assert found.settled.facts.convictions is None
    assert "identity_unverified" in found.ranking.flags


def test_what_a_withdrawn_unverified_request_said_no_longer_counts() -> None:
    said = [filed(1, "R1", "self", DETAINED), filed(2, "S", "other", Facts(removal_soon=True, pregnant=False))]
    assert assessed(said).ranking.lane == "imminent_removal"
    found = assessed([*said, withdrawn(3, "S")])
    assert found.settled == assessed(said[:1]).settled
    assert assessed([*said, withdrawn(3, "S"), event(4, kind="withdrawal_undone", receipt="S")]).top


def test_a_verification_overrides_earlier_and_later_claims() -> None:
    events = [
        filed(1, "R1", "self", Facts(custody="detained")),
        established(2, Facts(custody="not_detained")),
        updated(3, "R1", Facts(custody="detained")),
    ]
    settled = assessed(events).settled
    assert settled.facts.custody == "not_detained"
    assert settled.verified == {"custody"}


def test_the_newest_verification_counts() -> None:
    events = [filed(1, "R1", "self", DETAINED), established(2, DETAINED), established(3, Facts(custody="not_detained"))]
    assert assessed(events).settled.facts.custody == "not_detained"


def test_a_refuted_fact_becomes_unknown() -> None:
    events = [
        filed(1, "R1", "self", Facts(custody="detained", claims_us_citizenship=True)),
        established(2, Facts(claims_us_citizenship=True), refuted=True),
    ]
    found = assessed(events)
    assert found.settled.facts.claims_us_citizenship is None
    assert found.ranking.lane == "detained"


@pytest.mark.parametrize("refuted", [False, True])
def test_a_claim_against_a_verified_fact_is_flagged_until_an_officer_verifies_it_again(refuted: bool) -> None:  # noqa: FBT001
    events = [
        filed(1, "R1", "self", DETAINED),
        established(2, Facts(custody="detained" if refuted else "not_detained"), refuted=refuted),
        updated(3, "R1", DETAINED, NOW + HOUR),  # released, and arrested again
    ]
    assert "claim_waiting" in assessed(events).ranking.flags
    assert "claim_waiting" not in assessed([*events, established(4, DETAINED, NOW + 2 * HOUR)]).ranking.flags


def test_the_newest_claim_of_a_request_counts() -> None:
    events = [
        filed(1, "R1", "self", Facts(minor_children=1, serious_illness=True)),
        updated(2, "R1", Facts(minor_children=2, serious_illness=None)),
    ]
    facts = assessed(events).settled.facts
    assert (facts.minor_children, facts.serious_illness) == (2, None)


def test_an_adverse_claim_can_be_corrected_by_its_own_requester_only() -> None:
    burglary, vacated = Conviction(kind="aggravated_felony"), Conviction(kind="aggravated_felony", vacated=True)
    filing = filed(1, "R1", "attorney", Facts(convictions=(burglary,)))
    own = assessed([filing, updated(2, "R1", Facts(convictions=(vacated,)))])
    assert own.settled.facts.convictions == (vacated,)
    joined = filed(2, "S1", "family", Facts(convictions=(vacated,)))
    found = assessed([filing, joined])
    assert found.settled.facts.convictions is None
    assert "claim_waiting" in found.ranking.flags
    verified = assessed([filing, joined, recognised(3, "R1")])
    assert verified.settled.facts.convictions == (burglary,)


def test_a_claim_that_would_lower_the_lane_is_held_for_an_officer() -> None:
    events = [filed(1, "R1", "self", DETAINED), updated(2, "R1", Facts(custody="not_detained"))]
    found = assessed(events)
    assert found.ranking.lane == "detained"
    assert "claim_waiting" in found.ranking.flags


@pytest.mark.parametrize("end", [updated(3, "R1", DETAINED), established(3, Facts(custody="not_detained"))])
def test_a_pending_claim_ends_when_it_is_withdrawn_or_verified(end: Event) -> None:
    events = [filed(1, "R1", "self", DETAINED), updated(2, "R1", Facts(custody="not_detained")), end]
    assert "claim_waiting" not in assessed(events).ranking.flags


def test_the_effect_of_a_claim_is_computed_from_the_verified_facts() -> None:
    events = [
        filed(1, "R1", "self", Facts(custody="detained", removal_order="final")),
        established(2, Facts(custody="not_detained")),
        updated(3, "R1", Facts(removal_order="none")),
    ]
    found = assessed(events)
    assert found.ranking.lane == "final_order"
    assert "claim_waiting" in found.ranking.flags


def test_what_a_verified_holder_says_at_one_time_is_weighed_together() -> None:
    """A person is let out of custody to be removed: the first word alone would lower the lane."""
    released = Facts(custody="not_detained", removal_soon=True)
    events = [filed(1, "R1", "self", DETAINED), recognised(2, "R1"), updated(3, "R1", released, NOW + HOUR)]
    found = assessed(events, NOW + HOUR)
    assert (found.settled.facts.custody, found.ranking.lane) == ("not_detained", "imminent_removal")
    assert "claim_waiting" not in found.ranking.flags
    refuted = assessed([*events, established(4, Facts(removal_soon=True), NOW + HOUR, refuted=True)], NOW + HOUR)
    assert (refuted.settled.facts.custody, refuted.ranking.lane) == ("detained", "detained")
    assert "claim_waiting" in refuted.ranking.flags


def test_a_claim_that_moves_the_case_down_within_its_lane_counts_at_once() -> None:
    events = [filed(1, "R1", "self", Facts(pregnant=True)), updated(2, "R1", Facts(pregnant=False))]
    found = assessed(events)
    assert found.settled.facts.pregnant is False
    assert "claim_waiting" not in found.ranking.flags


def test_events_of_a_request_that_was_split_off_do_not_count() -> None:
    events = [
        filed(1, "R1", "self", DETAINED),
        filed(2, "R2", "family", Facts(removal_soon=True, protected=True)),
        updated(3, "R2", Facts(serious_illness=True)),
        established(4, Facts(pregnant=True)),
        established(5, Facts(disability=True)).evolve(receipt="R2"),
    ]
    found = assessed([*events, event(6, kind="split", actor="officer", receipt="R2")])
    assert found.ranking.lane == "detained"
    assert found.settled.facts == Facts(custody="detained", pregnant=True)


def test_events_of_a_split_off_request_count_again_after_a_link_brings_it_back() -> None:
    events = [
        filed(1, "R1", "self", DETAINED),
        filed(2, "R2", "family", Facts(removal_soon=True)),
        event(3, kind="split", actor="officer", receipt="R2"),
        filed(4, "R2", "family", Facts(serious_illness=True)),
    ]
    assert assessed(events).settled.facts == Facts(custody="detained", serious_illness=True)


def test_the_interpreter_flag_stays_and_the_form_flag_ends_when_the_requester_is_verified() -> None:
    events = [filed(1, "R1", "family", DETAINED, marks=("authority_needed", "interpreter"))]
    assert assessed(events).settled.marks == {"authority_needed", "authority_unverified", "interpreter"}
    assert assessed([*events, recognised(2, "R1")]).settled.marks == {"interpreter"}


def test_events_without_claims_change_no_facts() -> None:
    events = [filed(1, "R1", "self", DETAINED), event(2, kind="withdrawn", receipt="R1"), event(3, kind="ranked")]
    assert assessed(events).settled == assessed(events[:1]).settled

from __future__ import annotations

import pytest

from casereview.evidence.standing import receipts_with_standing
from casereview.schema.facts import Conviction, Facts
from casereview.schema.records import Event
from tests.support.case_histories import assessed, established, event, filed, recognised, updated

DETAINED = Facts(custody="detained")


def test_opening_a_case_as_self_gives_standing_and_joining_as_self_does_not() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "self", DETAINED)]
    assert receipts_with_standing(events, restricted=False) == {"R1"}


def test_opening_a_case_for_another_person_gives_no_standing() -> None:
    assert receipts_with_standing([filed(1, "R1", "attorney", DETAINED)], restricted=False) == frozenset()


def test_on_a_restricted_case_only_verified_requesters_have_standing() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", DETAINED)]
    assert receipts_with_standing(events, restricted=True) == frozenset()
    assert receipts_with_standing([*events, recognised(3, "R1")], restricted=True) == {"R1"}


def test_a_refuted_identity_takes_standing_away() -> None:
    events = [filed(1, "R1", "self", DETAINED), recognised(2, "R1", refuted=True)]
    assert receipts_with_standing(events, restricted=False) == frozenset()


def test_verified_facts_give_no_standing() -> None:
    event = established(2, DETAINED).model_copy(update={"receipt": "R2"})
    assert receipts_with_standing([filed(1, "R1", "family", DETAINED), event], restricted=False) == frozenset()


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
        updated(3, "R1", DETAINED),  # released, and arrested again
    ]
    assert "claim_waiting" in assessed(events).ranking.flags
    assert "claim_waiting" not in assessed([*events, established(4, DETAINED)]).ranking.flags


def test_the_newest_claim_of_a_request_with_standing_counts() -> None:
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
    assert assessed([filing, joined]).settled.facts.convictions == (burglary,)


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
    ]
    found = assessed([*events, event(5, kind="split", actor="officer", receipt="R2")])
    assert found.ranking.lane == "detained"
    assert found.settled.receipts_with_standing == {"R1"}
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
    assert {"authority_needed", "interpreter"} <= assessed(events).settled.marks
    assert assessed([*events, recognised(2, "R1")]).settled.marks == {"interpreter"}


def test_events_without_claims_change_no_facts() -> None:
    events = [filed(1, "R1", "self", DETAINED), event(2, kind="withdrawn", receipt="R1"), event(3, kind="ranked")]
    assert assessed(events).settled == assessed(events[:1]).settled

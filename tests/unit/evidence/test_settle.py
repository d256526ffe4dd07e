from __future__ import annotations

import pytest

from casereview.evidence.standing import receipts_with_standing
from casereview.schema.facts import Conviction, Facts
from casereview.schema.records import Event
from tests.support.case_histories import assessed, established, event, filed, recognised, updated

DETAINED = Facts(custody="detained")


def test_who_opens_a_case_as_self_has_standing_and_who_joins_as_self_has_none() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "self", DETAINED)]
    assert receipts_with_standing(events, restricted=False) == {"R1"}


def test_who_opens_a_case_for_another_has_no_standing() -> None:
    assert receipts_with_standing([filed(1, "R1", "attorney", DETAINED)], restricted=False) == frozenset()


def test_on_a_restricted_case_nobody_has_standing_before_an_officer_recognised_them() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", DETAINED)]
    assert receipts_with_standing(events, restricted=True) == frozenset()
    assert receipts_with_standing([*events, recognised(3, "R1")], restricted=True) == {"R1"}


def test_an_officer_can_take_standing_away() -> None:
    events = [filed(1, "R1", "self", DETAINED), recognised(2, "R1", refuted=True)]
    assert receipts_with_standing(events, restricted=False) == frozenset()


def test_verified_facts_give_nobody_standing() -> None:
    event = established(2, DETAINED).model_copy(update={"receipt": "R2"})
    assert receipts_with_standing([filed(1, "R1", "family", DETAINED), event], restricted=False) == frozenset()


def test_a_verification_wins_over_every_claim_before_and_after_it() -> None:
    events = [
        filed(1, "R1", "self", Facts(custody="detained")),
        established(2, Facts(custody="not_detained")),
        updated(3, "R1", Facts(custody="detained")),
    ]
    settled = assessed(events).settled
    assert settled.facts.custody == "not_detained"
    assert settled.verified == {"custody"}


def test_the_newest_verification_wins() -> None:
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
def test_a_claim_against_what_an_officer_established_is_marked_until_an_officer_settles_it(refuted: bool) -> None:  # noqa: FBT001
    events = [
        filed(1, "R1", "self", DETAINED),
        established(2, Facts(custody="detained" if refuted else "not_detained"), refuted=refuted),
        updated(3, "R1", DETAINED),  # released, and arrested again
    ]
    assert "claim_waiting" in assessed(events).ranking.flags
    assert "claim_waiting" not in assessed([*events, established(4, DETAINED)]).ranking.flags


def test_the_newest_claim_of_someone_with_standing_counts() -> None:
    events = [
        filed(1, "R1", "self", Facts(minor_children=1, serious_illness=True)),
        updated(2, "R1", Facts(minor_children=2, serious_illness=None)),
    ]
    facts = assessed(events).settled.facts
    assert (facts.minor_children, facts.serious_illness) == (2, None)


def test_whoever_said_what_counts_against_the_person_may_correct_it_and_no_other_third_party() -> None:
    burglary, vacated = Conviction(kind="aggravated_felony"), Conviction(kind="aggravated_felony", vacated=True)
    filing = filed(1, "R1", "attorney", Facts(convictions=(burglary,)))
    own = assessed([filing, updated(2, "R1", Facts(convictions=(vacated,)))])
    assert own.settled.facts.convictions == (vacated,)
    joined = filed(2, "S1", "family", Facts(convictions=(vacated,)))
    assert assessed([filing, joined]).settled.facts.convictions == (burglary,)


def test_a_claim_that_lowers_the_lane_waits_for_an_officer() -> None:
    events = [filed(1, "R1", "self", DETAINED), updated(2, "R1", Facts(custody="not_detained"))]
    found = assessed(events)
    assert found.ranking.lane == "detained"
    assert "claim_waiting" in found.ranking.flags


@pytest.mark.parametrize("end", [updated(3, "R1", DETAINED), established(3, Facts(custody="not_detained"))])
def test_a_claim_waits_no_longer_when_it_is_withdrawn_or_settled(end: Event) -> None:
    events = [filed(1, "R1", "self", DETAINED), updated(2, "R1", Facts(custody="not_detained")), end]
    assert "claim_waiting" not in assessed(events).ranking.flags


def test_whether_a_claim_lowers_the_lane_is_judged_by_what_officers_established() -> None:
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


def test_what_a_request_that_was_split_off_said_never_was_of_this_case() -> None:
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


def test_what_it_says_after_it_came_back_by_a_link_counts_again() -> None:
    events = [
        filed(1, "R1", "self", DETAINED),
        filed(2, "R2", "family", Facts(removal_soon=True)),
        event(3, kind="split", actor="officer", receipt="R2"),
        filed(4, "R2", "family", Facts(serious_illness=True)),
    ]
    assert assessed(events).settled.facts == Facts(custody="detained", serious_illness=True)


def test_an_interpreter_is_marked_until_the_end_and_a_form_until_its_holder_is_recognised() -> None:
    events = [filed(1, "R1", "family", DETAINED, marks=("authority_needed", "interpreter"))]
    assert {"authority_needed", "interpreter"} <= assessed(events).settled.marks
    assert assessed([*events, recognised(2, "R1")]).settled.marks == {"interpreter"}


def test_events_that_state_no_facts_change_none() -> None:
    events = [filed(1, "R1", "self", DETAINED), event(2, kind="withdrawn", receipt="R1"), event(3, kind="ranked")]
    assert assessed(events).settled == assessed(events[:1]).settled

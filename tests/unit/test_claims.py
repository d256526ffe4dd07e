from __future__ import annotations

from datetime import date, timedelta

import pytest

from casereview.claims import standing
from casereview.facts import Conviction, Facts
from casereview.records import Event
from tests.unit.histories import NOW, assessed, established, filed, recognised, updated

SOON = NOW + timedelta(hours=30)
DETAINED = Facts(custody="detained")


def test_who_opens_a_case_as_self_has_standing_and_who_joins_as_self_has_none() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "self", DETAINED)]
    assert standing(events, restricted=False) == {"R1"}


def test_who_opens_a_case_for_another_has_no_standing() -> None:
    assert standing([filed(1, "R1", "attorney", DETAINED)], restricted=False) == frozenset()


def test_on_a_restricted_case_nobody_has_standing_before_an_officer_recognised_them() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", DETAINED)]
    assert standing(events, restricted=True) == frozenset()
    assert standing([*events, recognised(3, "R1")], restricted=True) == {"R1"}


def test_an_officer_can_take_standing_away() -> None:
    events = [filed(1, "R1", "self", DETAINED), recognised(2, "R1", refuted=True)]
    assert standing(events, restricted=False) == frozenset()


def test_verified_facts_give_nobody_standing() -> None:
    event = established(2, DETAINED).model_copy(update={"receipt": "R2"})
    assert standing([filed(1, "R1", "family", DETAINED), event], restricted=False) == frozenset()


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


def test_a_verified_lawyer_may_correct_what_counts_against_the_person_and_an_unverified_one_waits() -> None:
    burglary, vacated = Conviction(kind="aggravated_felony"), Conviction(kind="aggravated_felony", vacated=True)
    events = [
        filed(1, "R1", "attorney", Facts(convictions=(burglary,))),
        updated(2, "R1", Facts(convictions=(vacated,))),
    ]
    assert assessed(events).settled.facts.convictions == (burglary,)
    assert assessed([*events, recognised(3, "R1")]).settled.facts.convictions == (vacated,)


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


def test_a_third_partys_claim_lifts_a_case_at_once_and_asks_for_verification() -> None:
    events = [filed(1, "R1", "attorney", DETAINED), filed(2, "R2", "family", Facts(removal_at=SOON))]
    found = assessed(events)
    assert found.ranking.lane == "imminent_removal"
    assert "verify" in found.ranking.flags


def test_a_third_partys_claim_counts_until_the_person_contradicts_it() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", Facts(serious_illness=True))]
    assert assessed(events).settled.facts.serious_illness is True
    contradicted = [*events, updated(3, "R1", Facts(serious_illness=False))]
    assert assessed(contradicted).settled.facts.serious_illness is False


def test_a_third_partys_claim_does_not_move_what_others_said_where_it_lifts_nothing() -> None:
    events = [filed(1, "R1", "self", Facts(minor_children=2)), filed(2, "R2", "family", Facts(minor_children=0))]
    assert assessed(events).settled.facts.minor_children == 2


def test_a_third_party_may_take_back_what_they_alone_said() -> None:
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", Facts(serious_illness=True))]
    taken_back = [*events, updated(3, "R2", Facts(serious_illness=False))]
    assert assessed(taken_back).settled.facts.serious_illness is False


@pytest.mark.parametrize("role", ["self", "family"])
def test_a_third_party_cannot_take_back_what_somebody_else_said_as_well(role: str) -> None:
    same = Facts(serious_illness=True)
    events = [filed(1, "R1", "self", DETAINED), filed(2, "R2", "family", same)]
    second = updated(3, "R1", same) if role == "self" else filed(3, "R3", "advocate", same)
    taken_back = [*events, second, updated(4, "R2", Facts(serious_illness=False))]
    assert assessed(taken_back).settled.facts.serious_illness is True


def test_agreement_of_a_third_party_leaves_the_persons_word_theirs() -> None:
    same = Facts(serious_illness=True)
    events = [
        filed(1, "R1", "self", same),
        filed(2, "R2", "family", same),
        updated(3, "R2", Facts(serious_illness=False)),
    ]
    assert assessed(events).settled.facts.serious_illness is True


def test_a_third_party_who_lifted_a_case_against_anothers_word_cannot_then_bring_it_below() -> None:
    events = [
        filed(1, "R1", "self", Facts(removal_at=NOW + timedelta(hours=60))),
        filed(2, "R2", "self", Facts(removal_at=NOW + timedelta(hours=1))),
        updated(3, "R2", Facts(removal_at=NOW + timedelta(hours=71))),
    ]
    assert assessed(events).settled.facts.removal_at == NOW + timedelta(hours=1)


def test_a_third_partys_denial_keeps_no_other_third_party_from_saying_yes() -> None:
    events = [
        filed(1, "R1", "family", Facts(removal_soon=True)),
        filed(2, "R2", "self", Facts(pregnant=False)),
        filed(3, "R3", "attorney", Facts(pregnant=True)),
    ]
    found = assessed(events)
    assert found.settled.facts.pregnant is True
    assert "pregnancy" in found.ranking.flags


def test_two_third_parties_who_deny_alike_are_still_third_parties() -> None:
    events = [
        filed(1, "R1", "family", Facts(removal_soon=True, pregnant=False)),
        filed(2, "R2", "self", Facts(pregnant=False)),
        filed(3, "R3", "attorney", Facts(pregnant=True)),
    ]
    assert assessed(events).settled.facts.pregnant is True


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
def test_what_a_third_party_says_against_the_person_never_counts(adverse: Facts) -> None:
    opened = filed(1, "R1", "self", DETAINED)
    alone = assessed([opened], policy="2021-02-18-interim").ranking
    joined = assessed([opened, filed(2, "R2", "family", adverse)], policy="2021-02-18-interim").ranking
    assert joined.categories == alone.categories == ()
    assert joined.factors == alone.factors

"""Facts of linked cases: later claims are newer, and a verification in one case never lowers the other's lane."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.evidence.fold import finding_of, folded_finding
from casereview.evidence.linked_cases import FoundValue, resolve_conflicts
from casereview.evidence.standing import is_restricted
from casereview.schema.event_records import Event
from casereview.schema.facts import Facts
from review.cases.moved_requests import merged_findings
from tests.support.case_histories import (
    DATED,
    NOW,
    POLICIES,
    UNDATED,
    assessed,
    claims,
    established,
    file_of,
    filed,
    histories,
    linked,
    recognised,
    updated,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEEK_AGO, YESTERDAY = NOW - 7 * DAY, NOW - DAY
SOON = Facts(custody="detained", removal_at=NOW + 24 * HOUR)
NOTHING_NEAR = Facts(custody="not_detained", removal_at=None, removal_soon=False)


def _verified_case(facts: Facts, at: datetime, claimed: Facts | None = None) -> list[Event]:
    """Return the history of a case of which an officer verified facts."""
    return [filed(1, "R1", "self", claimed or Facts(), at=at - 9 * DAY), established(2, facts, at)]


# ---- verifications


def test_an_older_verification_from_a_linked_case_does_not_override_a_newer_one() -> None:
    found = assessed(linked(_verified_case(SOON, YESTERDAY), _verified_case(NOTHING_NEAR, WEEK_AGO), NOW))
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("imminent_removal", SOON.removal_at)
    assert found.settled.facts.custody == "detained"


def test_a_newer_verification_from_a_linked_case_counts_if_it_lowers_no_lane() -> None:
    old, new = Facts(custody="not_detained", minor_children=1), Facts(custody="detained", minor_children=2)
    for target, source in ((old, new), (new, old)):
        cases = {id(old): _verified_case(old, WEEK_AGO), id(new): _verified_case(new, YESTERDAY)}
        found = assessed(linked(cases[id(target)], cases[id(source)], NOW))
        assert (found.settled.facts.custody, found.settled.facts.minor_children) == ("detained", 2)
        assert "claim_waiting" not in found.ranking.flags


@pytest.mark.parametrize("raising_is_target", [True, False])
def test_a_newer_verification_that_would_lower_the_lane_of_the_other_case_is_held_for_an_officer(
    raising_is_target: bool,  # noqa: FBT001
) -> None:
    raising, lowering = _verified_case(SOON, WEEK_AGO), _verified_case(NOTHING_NEAR, YESTERDAY)
    events = linked(raising, lowering, NOW) if raising_is_target else linked(lowering, raising, NOW)
    found = assessed(events)
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("imminent_removal", SOON.removal_at)
    assert "claim_waiting" in found.ranking.flags
    verified_again = assessed([*events, established(9, NOTHING_NEAR, NOW)])
    assert verified_again.ranking.lane == "other"
    assert "claim_waiting" not in verified_again.ranking.flags


def test_an_officers_correction_within_one_case_counts_at_once() -> None:
    events = [*_verified_case(SOON, WEEK_AGO), established(3, NOTHING_NEAR, YESTERDAY)]
    for history in (events, linked(events, _verified_case(Facts(minor_children=2), WEEK_AGO), NOW)):
        assert assessed(history).ranking.lane == "other"
        assert "claim_waiting" not in assessed(history).ranking.flags


def test_a_fact_that_had_no_effect_counts_once_an_officer_verifies_the_fact_that_outranked_it() -> None:
    old = Facts(claims_us_citizenship=True, custody="detained")
    new = Facts(claims_us_citizenship=True, custody="not_detained")
    events = linked(_verified_case(old, WEEK_AGO), _verified_case(new, YESTERDAY), NOW)
    assert assessed(events).ranking.lane == "citizenship_claim"
    verified_again = [*events, established(9, Facts(claims_us_citizenship=False), NOW)]
    assert assessed(verified_again).ranking.lane == "detained"


@pytest.mark.parametrize("later", [None, NOW + 60 * DAY])
def test_a_distant_removal_date_is_kept_beside_the_unknown_or_later_date_of_the_other_case(
    later: datetime | None,
) -> None:
    date = NOW + 30 * DAY
    target = _verified_case(Facts(custody="detained", removal_at=date), WEEK_AGO)
    events = linked(target, _verified_case(Facts(removal_at=later), YESTERDAY), NOW)
    found = assessed(events)
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("detained", date)
    assert "claim_waiting" in found.ranking.flags
    assert found.wake_at == date - 72 * HOUR
    assert assessed(events, found.wake_at).ranking.lane == "imminent_removal"
    passed = assessed(events, date + HOUR)
    assert passed.ranking.lane == "imminent_removal"
    assert "removal_date_passed" in passed.ranking.flags
    assert passed.settled.facts.removal_at == (later or date)


def test_facts_that_give_a_lane_together_are_resolved_together() -> None:
    findings = {
        "custody": [FoundValue("detained", YESTERDAY, None), FoundValue(None, NOW, "SOURCE")],
        "removal_order": [FoundValue("final", YESTERDAY, None), FoundValue("none", NOW, "SOURCE")],
        "minor_children": [FoundValue(1, YESTERDAY, None), FoundValue(2, NOW, "SOURCE")],
    }

    def lanes(values: Mapping[str, object]) -> tuple[int, int]:
        lane = 0 if (values["custody"], values["removal_order"]) == ("detained", "final") else 1
        return lane, lane

    assert resolve_conflicts(findings, lanes) == {"custody": "detained", "removal_order": "final", "minor_children": 2}


@given(
    histories(claims(DATED, UNDATED), 5, ["established"]),
    histories(claims(DATED, UNDATED), 5, ["established"]),
    st.integers(-100, 100),
    st.integers(0, 900),
    st.sampled_from(POLICIES),
)
def test_a_verification_in_one_linked_case_never_lowers_the_lane_verified_in_the_other(
    target: list[Event], source: list[Event], shift: int, hours: int, policy: str
) -> None:
    no_claims = {"claims": Facts()}
    source = [event.model_copy(update={"at": event.at + shift * HOUR}) for event in source]
    target, source = ([first.model_copy(update=no_claims), *rest] for first, *rest in (target, source))
    now = max(target[-1].at, source[-1].at)
    for at in (now, now + hours * HOUR):
        together = assessed(linked(target, source, now), at, policy).ranking.lane_index
        assert together <= min(assessed(case, at, policy).ranking.lane_index for case in (target, source))


# ---- claims


def test_an_older_claim_from_a_linked_case_does_not_override_a_newer_one() -> None:
    source = [
        filed(1, "R1", "attorney", Facts(minor_children=1, pregnant=True), authority="g28", at=WEEK_AGO),
        recognised(2, "R1", WEEK_AGO),
    ]
    opened = [
        filed(1, "R1", "self", Facts(minor_children=2, pregnant=False), at=YESTERDAY),
        recognised(2, "R1", YESTERDAY),
    ]
    later = [
        filed(1, "R1", "self", Facts(), at=NOW - 9 * DAY),
        recognised(2, "R1", YESTERDAY),
        updated(3, "R1", Facts(minor_children=2), YESTERDAY),
    ]
    for target in (opened, later):
        assert assessed(linked(target, source, NOW)).settled.facts.minor_children == 2
    assert assessed(linked(opened, source, NOW)).settled.facts.pregnant is False
    newer = [event.model_copy(update={"at": NOW}) for event in source]
    assert assessed(linked(opened, newer, NOW)).settled.facts.minor_children == 1


def test_a_newer_unverified_claim_does_not_replace_a_verified_holders_from_a_linked_case() -> None:
    source = [filed(1, "R1", "attorney", Facts(minor_children=1), at=WEEK_AGO), recognised(2, "R1", WEEK_AGO)]
    found = assessed(linked([filed(1, "R1", "self", Facts(minor_children=2), at=YESTERDAY)], source, NOW))
    assert found.settled.facts.minor_children == 1
    assert "claim_waiting" in found.ranking.flags


def test_a_claim_that_raises_the_lane_counts_from_either_case() -> None:
    detained, released = Facts(custody="detained"), Facts(custody="not_detained")
    for older, newer in ((detained, released), (released, detained)):
        source = [filed(1, "R1", "family", older, at=WEEK_AGO)]
        target = [filed(1, "R1", "self", newer, at=YESTERDAY)]
        assert assessed(linked(target, source, NOW)).ranking.lane == "detained"


def test_of_two_unverified_requests_the_one_that_spoke_first_counts_and_the_other_waits() -> None:
    source = [filed(1, "R1", "family", Facts(state="WA", entry="unlawful", removal_at=NOW + 9 * DAY), at=WEEK_AGO)]
    target = [filed(1, "R1", "attorney", Facts(state="GA", entry="admitted", removal_at=NOW + DAY), at=YESTERDAY)]
    found = assessed(linked(target, source, NOW))
    facts = found.settled.facts
    assert (facts.state, facts.entry, facts.removal_at) == ("WA", None, NOW + DAY)
    assert "claim_waiting" in found.ranking.flags


def test_an_opening_claim_against_an_older_verification_is_flagged() -> None:
    source = [*_verified_case(Facts(custody="not_detained"), WEEK_AGO)]
    target = [filed(1, "R1", "attorney", Facts(custody="detained"), at=YESTERDAY)]
    found = assessed(linked(target, source, NOW))
    assert found.settled.facts.custody == "not_detained"
    assert "claim_waiting" in found.ranking.flags


def test_findings_of_a_linked_case_are_superseded_by_what_is_found_after_the_link() -> None:
    """Versions of the other case are numbers of its own: they may be higher than those of this one."""
    source = file_of([filed(1, "R1", "self", Facts()), *(established(n, Facts(pregnant=True)) for n in range(2, 40))])
    source = source._replace(case=source.case.evolve(case_id="SOURCE"))
    target = file_of(_verified_case(Facts(pregnant=False), WEEK_AGO))
    merged = merged_findings(target, source, linked=3)
    assert {one.source_case for one in merged.found} == {None, "SOURCE"}
    again = finding_of(established(4, Facts(pregnant=False)))
    assert again is not None
    assert folded_finding(merged, again).found == (again,)


def test_what_was_found_about_protection_in_a_linked_case_lifts_no_restriction() -> None:
    lifted = file_of([filed(1, "R1", "self", Facts()), *(established(n, Facts(protected=False)) for n in range(2, 9))])
    target = file_of([filed(1, "R1", "self", Facts(protected=True))])
    assert is_restricted([*target.claims, *lifted.claims], merged_findings(target, lifted, linked=2))


@given(
    histories(claims(DATED, UNDATED), 5, ["joined", "updated"]),
    histories(claims(UNDATED), 5, ["joined", "updated"]),
    st.integers(-300, 0),
    st.sampled_from(POLICIES),
)
def test_older_claims_of_third_parties_from_a_linked_case_lower_no_lane(
    target: list[Event], source: list[Event], shift: int, policy: str
) -> None:
    source = [event.model_copy(update={"at": event.at + shift * HOUR}) for event in source]
    now = max(target[-1].at, source[-1].at)
    together = assessed(linked(target, source, now), now, policy).ranking
    assert together.lane_index <= assessed(target, now, policy).ranking.lane_index

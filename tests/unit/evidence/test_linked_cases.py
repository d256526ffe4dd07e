"""Two cases that a link makes one: what was said later is newer, and no half's officer lowers the other's lane."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.evidence.linked_cases import Finding, resolve_conflicts
from casereview.schema.facts import Facts
from casereview.schema.records import Event
from tests.support.case_histories import (
    DATED,
    NOW,
    POLICIES,
    UNDATED,
    assessed,
    claims,
    established,
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


def _half(facts: Facts, at: datetime, claimed: Facts | None = None) -> list[Event]:
    """Return a case that an officer verified facts of."""
    return [filed(1, "R1", "self", claimed or Facts(), at=at - 9 * DAY), established(2, facts, at)]


# ---- what officers established


def test_an_older_verification_that_a_link_brings_does_not_beat_a_newer_one() -> None:
    found = assessed(linked(_half(SOON, YESTERDAY), _half(NOTHING_NEAR, WEEK_AGO), NOW))
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("imminent_removal", SOON.removal_at)
    assert found.settled.facts.custody == "detained"


def test_a_newer_verification_that_a_link_brings_counts_where_it_lowers_no_lane() -> None:
    old, new = Facts(custody="not_detained", minor_children=1), Facts(custody="detained", minor_children=2)
    for target, source in ((old, new), (new, old)):
        halves = {id(old): _half(old, WEEK_AGO), id(new): _half(new, YESTERDAY)}
        found = assessed(linked(halves[id(target)], halves[id(source)], NOW))
        assert (found.settled.facts.custody, found.settled.facts.minor_children) == ("detained", 2)
        assert "claim_waiting" not in found.ranking.flags


@pytest.mark.parametrize("lifting_is_target", [True, False])
def test_a_newer_verification_that_would_lower_the_lane_of_the_other_half_waits_for_an_officer(
    lifting_is_target: bool,  # noqa: FBT001
) -> None:
    lifting, lowering = _half(SOON, WEEK_AGO), _half(NOTHING_NEAR, YESTERDAY)
    events = linked(lifting, lowering, NOW) if lifting_is_target else linked(lowering, lifting, NOW)
    found = assessed(events)
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("imminent_removal", SOON.removal_at)
    assert "claim_waiting" in found.ranking.flags
    looked = assessed([*events, established(9, NOTHING_NEAR, NOW)])
    assert looked.ranking.lane == "other"
    assert "claim_waiting" not in looked.ranking.flags


def test_an_officer_who_corrects_a_fact_in_one_case_is_held_back_by_nobody() -> None:
    events = [*_half(SOON, WEEK_AGO), established(3, NOTHING_NEAR, YESTERDAY)]
    for history in (events, linked(events, _half(Facts(minor_children=2), WEEK_AGO), NOW)):
        assert assessed(history).ranking.lane == "other"
        assert "claim_waiting" not in assessed(history).ranking.flags


def test_what_one_fact_hides_counts_when_an_officer_has_settled_that_fact() -> None:
    old = Facts(claims_us_citizenship=True, custody="detained")
    new = Facts(claims_us_citizenship=True, custody="not_detained")
    events = linked(_half(old, WEEK_AGO), _half(new, YESTERDAY), NOW)
    assert assessed(events).ranking.lane == "citizenship_claim"
    looked = [*events, established(9, Facts(claims_us_citizenship=False), NOW)]
    assert assessed(looked).ranking.lane == "detained"


@pytest.mark.parametrize("later", [None, NOW + 60 * DAY])
def test_a_date_far_off_is_not_lost_to_another_halfs_none_or_later_one(later: datetime | None) -> None:
    date = NOW + 30 * DAY
    target = _half(Facts(custody="detained", removal_at=date), WEEK_AGO)
    events = linked(target, _half(Facts(removal_at=later), YESTERDAY), NOW)
    found = assessed(events)
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("detained", date)
    assert "claim_waiting" in found.ranking.flags
    assert found.wake_at == date - 72 * HOUR
    assert assessed(events, found.wake_at).ranking.lane == "imminent_removal"
    passed = assessed(events, date + HOUR)
    assert passed.ranking.lane == "imminent_removal"
    assert "removal_date_passed" in passed.ranking.flags
    assert passed.settled.facts.removal_at == (later or date)


def test_facts_that_make_a_lane_together_are_resolved_together() -> None:
    words = {
        "custody": [Finding("detained", 2, None), Finding(None, 5, "SOURCE")],
        "removal_order": [Finding("final", 2, None), Finding("none", 5, "SOURCE")],
        "minor_children": [Finding(1, 2, None), Finding(2, 5, "SOURCE")],
    }

    def lanes(values: Mapping[str, object]) -> tuple[int, int]:
        lane = 0 if (values["custody"], values["removal_order"]) == ("detained", "final") else 1
        return lane, lane

    assert resolve_conflicts(words, lanes) == {"custody": "detained", "removal_order": "final", "minor_children": 2}


@given(
    histories(claims(DATED, UNDATED), 5, ["established"]),
    histories(claims(DATED, UNDATED), 5, ["established"]),
    st.integers(-100, 100),
    st.integers(0, 900),
    st.sampled_from(POLICIES),
)
def test_no_officers_word_of_one_half_lowers_what_officers_established_in_the_other(
    target: list[Event], source: list[Event], shift: int, hours: int, policy: str
) -> None:
    silent = {"claims": Facts()}
    source = [said.model_copy(update={"at": said.at + shift * HOUR}) for said in source]
    target, source = ([first.model_copy(update=silent), *rest] for first, *rest in (target, source))
    now = max(target[-1].at, source[-1].at)
    for at in (now, now + hours * HOUR):
        whole = assessed(linked(target, source, now), at, policy).ranking.lane_index
        assert whole <= min(assessed(half, at, policy).ranking.lane_index for half in (target, source))


# ---- what requesters said


def test_an_older_claim_that_a_link_brings_does_not_beat_a_newer_one() -> None:
    source = [
        filed(1, "R1", "attorney", Facts(minor_children=1, pregnant=True), authority="g28", at=WEEK_AGO),
        recognised(2, "R1", WEEK_AGO),
    ]
    opened = [filed(1, "R1", "self", Facts(minor_children=2, pregnant=False), at=YESTERDAY)]
    said = [filed(1, "R1", "self", Facts(), at=NOW - 9 * DAY), updated(2, "R1", Facts(minor_children=2), YESTERDAY)]
    for target in (opened, said):
        assert assessed(linked(target, source, NOW)).settled.facts.minor_children == 2
    assert assessed(linked(opened, source, NOW)).settled.facts.pregnant is False
    newer = [said.model_copy(update={"at": NOW}) for said in source]
    assert assessed(linked(opened, newer, NOW)).settled.facts.minor_children == 1


def test_an_older_claim_that_lifts_counts_and_the_newer_that_would_lower_the_lane_waits() -> None:
    source = [filed(1, "R1", "family", Facts(custody="detained"), at=WEEK_AGO)]
    target = [filed(1, "R1", "self", Facts(custody="not_detained"), at=YESTERDAY)]
    found = assessed(linked(target, source, NOW))
    assert found.ranking.lane == "detained"
    assert "claim_waiting" in found.ranking.flags


def test_who_opened_the_case_is_what_older_third_parties_are_measured_against() -> None:
    source = [filed(1, "R1", "family", Facts(state="WA", entry="unlawful", removal_at=NOW + 9 * DAY), at=WEEK_AGO)]
    target = [filed(1, "R1", "attorney", Facts(state="GA", entry="admitted", removal_at=NOW + DAY), at=YESTERDAY)]
    facts = assessed(linked(target, source, NOW)).settled.facts
    assert (facts.state, facts.entry, facts.removal_at) == ("GA", "admitted", NOW + DAY)


def test_an_opener_contradicts_what_was_established_before_and_is_marked() -> None:
    source = [*_half(Facts(custody="not_detained"), WEEK_AGO)]
    target = [filed(1, "R1", "attorney", Facts(custody="detained"), at=YESTERDAY)]
    found = assessed(linked(target, source, NOW))
    assert found.settled.facts.custody == "not_detained"
    assert "claim_waiting" in found.ranking.flags


@given(
    histories(claims(DATED, UNDATED), 5, ["joined", "updated"]),
    histories(claims(UNDATED), 5, ["joined", "updated"]),
    st.integers(-300, 0),
    st.sampled_from(POLICIES),
)
def test_older_words_of_third_parties_that_a_link_brings_lower_no_lane(
    target: list[Event], source: list[Event], shift: int, policy: str
) -> None:
    source = [said.model_copy(update={"at": said.at + shift * HOUR}) for said in source]
    now = max(target[-1].at, source[-1].at)
    whole = assessed(linked(target, source, now), now, policy).ranking
    assert whole.lane_index <= assessed(target, now, policy).ranking.lane_index

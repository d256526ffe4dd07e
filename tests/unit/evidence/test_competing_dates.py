"""Dates claimed by third parties: they can raise a case, and never replace the known date."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.evidence.competing_dates import next_to_pass
from casereview.schema.event_records import Event
from casereview.schema.facts import Facts
from casereview.schema.vocabulary import Role
from tests.support.case_histories import NOW, assessed, established, filed, recognised, updated

HOUR = timedelta(hours=1)
DETAINED = Facts(custody="detained")


def _dates(own: timedelta, third_partys: timedelta) -> list[Event]:
    return [
        filed(1, "A", "self", Facts(custody="detained", removal_at=NOW + own)),
        filed(2, "S", "self", Facts(removal_at=NOW + third_partys)),
    ]


def test_a_third_partys_nearer_date_counts_until_it_passes_then_the_known_date_counts_again() -> None:
    events = _dates(own=60 * HOUR, third_partys=HOUR)
    assert assessed(events).settled.facts.removal_at == NOW + HOUR
    later = assessed(events, NOW + 2 * HOUR)
    assert later.settled.facts.removal_at == NOW + 60 * HOUR
    alone = assessed(events[:1], NOW + 2 * HOUR)
    assert later.ranking.rank == alone.ranking.rank
    assert "removal_date_passed" in later.ranking.flags


def test_a_third_partys_passed_removal_date_keeps_the_case_imminent_until_an_officer_verifies_one() -> None:
    events = _dates(own=240 * HOUR, third_partys=HOUR)
    assert assessed(events, NOW + 2 * HOUR).ranking.lane == "imminent_removal"
    settled = [*events, established(3, Facts(removal_at=NOW + 240 * HOUR))]
    assert assessed(settled, NOW + 2 * HOUR).ranking.lane == "detained"


@given(own=st.integers(1, 400), third_partys=st.integers(-100, 400), at=st.integers(0, 500), check=st.integers(-5, 40))
def test_a_third_partys_date_never_moves_a_case_down(own: int, third_partys: int, at: int, check: int) -> None:
    first = filed(1, "A", "self", Facts(removal_at=NOW + own * HOUR, check_in_on=(NOW + timedelta(days=20)).date()))
    joined = filed(
        2, "S", "family", Facts(removal_at=NOW + third_partys * HOUR, check_in_on=(NOW + timedelta(days=check)).date())
    )
    now = NOW + at * HOUR
    alone, together = assessed([first], now).ranking, assessed([first, joined], now).ranking
    assert together.lane_index <= alone.lane_index
    if together.lane == alone.lane and now < NOW + own * HOUR:
        assert together.rank <= alone.rank


@pytest.mark.parametrize("verified", [False, True])
def test_a_newer_date_does_not_remove_a_nearer_one_of_another_request(verified: bool) -> None:  # noqa: FBT001
    events = [*_dates(own=240 * HOUR, third_partys=HOUR), updated(3, "A", Facts(removal_at=NOW + 300 * HOUR))]
    found = assessed([*events, recognised(4, "A")] if verified else events)
    assert found.settled.facts.removal_at == NOW + HOUR
    assert found.ranking.lane == "imminent_removal"
    assert "claim_waiting" in found.ranking.flags


@pytest.mark.parametrize("first", ["self", "family"])
def test_the_nearer_of_two_distant_dates_counts_whoever_said_it_first(first: Role) -> None:
    near, far = Facts(removal_at=NOW + 240 * HOUR), Facts(removal_at=NOW + 720 * HOUR)
    events = [
        filed(1, "A", "self", DETAINED.merged(near if first == "self" else far)),
        filed(2, "B", "family", far if first == "self" else near),
    ]
    found = assessed(events)
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("detained", NOW + 240 * HOUR)
    assert found.wake_at == NOW + (240 - 72) * HOUR
    assert "claim_waiting" in found.ranking.flags
    assert assessed(events, found.wake_at).ranking.lane == "imminent_removal"


def test_a_verified_holders_date_counts_until_a_nearer_one_raises_the_case() -> None:
    events = [
        filed(1, "A", "self", DETAINED.evolve(removal_at=NOW + 720 * HOUR)),
        recognised(2, "A"),
        filed(3, "B", "family", Facts(removal_at=NOW + 240 * HOUR)),
    ]
    found = assessed(events)
    assert (found.ranking.lane, found.settled.facts.removal_at) == ("detained", NOW + 720 * HOUR)
    assert found.wake_at == NOW + (240 - 72) * HOUR
    near = assessed(events, found.wake_at)
    assert (near.ranking.lane, near.settled.facts.removal_at) == ("imminent_removal", NOW + 240 * HOUR)


def test_a_further_date_removes_no_nearer_one_and_waits() -> None:
    """An impostor opened the case; the person joined it with a removal in five hours."""
    events = [
        filed(1, "HE", "self", Facts(custody="detained")),
        filed(2, "SHE", "self", Facts(removal_at=NOW + 5 * HOUR)),
        updated(3, "HE", Facts(removal_at=NOW + 71 * HOUR)),
    ]
    found = assessed(events)
    assert found.settled.facts.removal_at == NOW + 5 * HOUR
    assert "claim_waiting" in found.ranking.flags
    assert found.ranking.sort_at == NOW + 5 * HOUR


NEXT_DAY = datetime(2022, 1, 19, 5, tzinfo=UTC)
"""The end of the day of ``NOW``, Eastern time."""


@pytest.mark.parametrize(
    ("near", "far", "passes_at"),
    [
        (Facts(removal_at=NOW + 24 * HOUR), Facts(removal_at=NOW + 48 * HOUR), NOW + 24 * HOUR),
        (Facts(check_in_on=NOW.date()), Facts(check_in_on=NOW.date() + timedelta(1)), NEXT_DAY),
    ],
    ids=["removal_at", "check_in_on"],
)
def test_the_facts_are_settled_again_when_one_of_several_dates_passes(
    near: Facts, far: Facts, passes_at: datetime
) -> None:
    """The lane of a claim of citizenship does not depend on dates, but the facts and the flags do."""
    citizen = Facts(claims_us_citizenship=True)
    events = [filed(1, "A", "self", citizen.merged(far)), filed(2, "B", "family", near)]
    found = assessed(events)
    assert found.wake_at is not None
    assert found.wake_at <= passes_at
    assert "removal_date_passed" not in assessed(events, passes_at - HOUR).ranking.flags
    after = assessed(events, passes_at)
    assert after.settled.facts.removal_at == far.removal_at
    assert after.settled.facts.check_in_on == far.check_in_on
    assert ("removal_date_passed" in after.ranking.flags) == (near.removal_at is not None)


def test_a_time_passes_at_its_instant_and_a_day_at_its_end() -> None:
    assert next_to_pass([NOW + HOUR, NOW + 2 * HOUR, NOW - HOUR], NOW) == NOW + HOUR
    assert next_to_pass([NOW.date(), NOW.date() + timedelta(1)], NOW) == NEXT_DAY


def test_dates_that_have_all_passed_pass_no_more() -> None:
    assert next_to_pass([NOW, (NOW - 48 * HOUR).date(), None], NOW) is None


def test_facts_that_point_to_another_office_are_flagged() -> None:
    events = [
        filed(1, "A", "self", Facts(custody="not_detained", state="GA")),
        updated(2, "A", Facts(state="WA")),
    ]
    assert "office_differs" not in assessed(events[:1]).ranking.flags
    assert "office_differs" in assessed(events).ranking.flags


def test_a_case_is_ranked_again_when_the_lane_shown_to_requesters_changes() -> None:
    removal = NOW + timedelta(days=10)
    events = [
        filed(1, "A", "self", Facts(custody="detained", removal_at=removal)),
        established(2, Facts(removal_at=removal), refuted=True),
    ]
    found = assessed(events)
    assert found.ranking.lane == found.shown_lane == "detained"
    assert found.wake_at == removal - timedelta(hours=72)
    woken = assessed(events, found.wake_at)
    assert (woken.ranking.lane, woken.shown_lane) == ("detained", "imminent_removal")


def test_a_verified_birth_year_ends_the_identity_mismatch() -> None:
    events = [
        filed(1, "A", "self", Facts(birth_year=1980)),
        filed(2, "S", "family", Facts(birth_year=1981)),
    ]
    assert "identity_mismatch" in assessed(events).ranking.flags
    assert "identity_mismatch" not in assessed([*events, established(3, Facts(birth_year=1980))]).ranking.flags

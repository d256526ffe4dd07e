"""Dates claimed by third parties: they can raise a case, and never replace the known date."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from casereview.schema.facts import Facts
from casereview.schema.records import Event
from tests.support.case_histories import NOW, assessed, established, filed, updated

HOUR = timedelta(hours=1)


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


def test_the_persons_newer_date_replaces_a_third_partys_unless_it_would_lower_the_lane() -> None:
    near = [*_dates(own=60 * HOUR, third_partys=HOUR), updated(3, "A", Facts(removal_at=NOW + 50 * HOUR))]
    assert assessed(near).settled.facts.removal_at == NOW + 50 * HOUR
    far = [*_dates(own=240 * HOUR, third_partys=HOUR), updated(3, "A", Facts(removal_at=NOW + 300 * HOUR))]
    assert assessed(far).settled.facts.removal_at == NOW + HOUR
    assert "claim_waiting" in assessed(far).ranking.flags


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

"""People ahead: bands are true of the counted cases, fixed for a day, and hide one case more or less."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.people_ahead import (
    ENOUGH,
    FEWEST,
    PLACES,
    PeopleAhead,
    drawn_places,
    is_counted,
    near,
    people_ahead,
)
from casereview.schema.identifiers import new_case_id
from casereview.schema.records import Case
from casereview.schema.waits import Bands, Edge
from casereview.store.items import to_item
from tests.support.capacity_units import KILOBYTE, size

AT = datetime(2026, 11, 24, 8, 15, tzinfo=UTC)
DAY = timedelta(days=1)
LANE = "detained"


def seeded(seed: int) -> Random:
    return Random(seed)  # noqa: S311  # a test


def rank(number: int, lane: int = 2) -> str:
    return f"{lane:02d}.1.{number:015d}.{number:016d}"


RANKS = [rank(number) for number in range(0, 20_000, 10)]


def queued(place: str | None, **fields: Any) -> Case:  # noqa: ANN401  # any field
    """Return a case in the worklist of the office of the bands."""
    plain = {
        "case_id": "53NEDJV41GT24ZBP",
        "version": 2,
        "status": "in_line",
        "status_since": AT,
        "office": "ATL",
        "filed_at": AT,
        "lane": LANE,
        "shown_lane": LANE,
        "rank": place,
        "digest": "d",
    }
    return Case.model_validate(plain | fields)


def bands_of(ranks: list[str], random: Random, **fields: Any) -> Bands:  # noqa: ANN401  # any field
    """Return the bands of a worklist with these ranks of counted cases."""
    plain = {
        "office": "ATL",
        "at": AT,
        "day": AT.date(),
        "digest": "d",
        "edges": tuple(
            Edge(ahead=place, rank=ranks[place - 1] if place <= len(ranks) else None) for place in drawn_places(random)
        ),
        "lanes": {LANE: ENOUGH},
    }
    return Bands.model_validate(plain | fields)


def band(bands: Bands, case: Case) -> PeopleAhead:
    found = people_ahead(bands, case)
    assert found is not None
    return found


@given(st.integers(0, 700), st.integers(0, 800), st.randoms(use_true_random=False), st.uuids())
def test_a_band_is_true_of_the_counted_cases(counted: int, place: int, random: Random, case_id: Any) -> None:  # noqa: ANN401
    ranks = RANKS[:counted]
    found = band(bands_of(ranks, random), queued(rank(place * 10 + 5), case_id=str(case_id)))
    ahead = min(place + 1, counted)
    assert found.at_least <= ahead
    assert ahead <= (found.at_most if found.at_most is not None else counted)
    assert found.as_of == AT


@given(st.integers(1, 700), st.randoms(use_true_random=False))
def test_a_counted_case_is_not_ahead_of_itself(place: int, random: Random) -> None:
    found = band(bands_of(RANKS[:700], random), queued(RANKS[place - 1]))
    assert found.at_least <= place - 1
    assert found.at_most is None or found.at_most >= place - 1


@given(st.integers(1, 650), st.integers(0, 800), st.randoms(use_true_random=False))
def test_a_band_is_true_where_reading_stopped_early(counted: int, place: int, random: Random) -> None:
    """Any number of cases may follow the last entry that was read."""
    bands = bands_of(RANKS[:counted], random, read_to=rank(counted * 10 + 3))
    found = band(bands, queued(rank(place * 10 + 5)))
    ahead = place + 1
    assert found.at_least <= ahead
    assert found.at_most is None or found.at_most >= ahead


def test_a_band_has_the_edges_around_the_fixed_places() -> None:
    bands = bands_of(RANKS, seeded(1))
    for place, after in pairwise(PLACES):
        found = band(bands, queued(rank((place * 5 // 4 + 1) * 10 + 5)))
        assert found.at_least in near(place)
        assert found.at_most is not None
        assert found.at_most + 1 in near(after)
    assert band(bands, queued(rank(5))).at_least == 0
    assert band(bands, queued(rank(19_995))).at_most is None


@given(st.randoms(use_true_random=False))
def test_edges_are_up_to_a_quarter_away_in_ascending_order(random: Random) -> None:
    drawn = drawn_places(random)
    assert list(drawn) == sorted(set(drawn))
    assert all(any(abs(number - place) * 4 <= place for place in PLACES) for number in drawn)
    assert all(any(number in near(place) for number in drawn) for place in PLACES)


def test_edges_differ_by_case_and_by_day() -> None:
    bands = bands_of(RANKS, seeded(1))
    by_case = {band(bands, queued(rank(705), case_id=new_case_id())).at_least for _ in range(100)}
    assert len(by_case) > 5
    days = [bands_of(RANKS, seeded(1), day=(AT + DAY * number).date()) for number in range(100)]
    assert len({band(day, queued(rank(705))).at_least for day in days}) > 5


def test_a_band_changes_only_with_the_rank_lane_or_office_of_the_case() -> None:
    bands, case = bands_of(RANKS[:300], seeded(1)), queued(rank(1005))
    found = people_ahead(bands, case)
    assert found == people_ahead(bands, case.evolve(version=9, status="in_review", requests=4, flags=("verify",)))
    assert found != people_ahead(bands, case.evolve(rank=rank(5)))


@pytest.mark.parametrize("ahead", [8, 9, 10, 24, 49, 99, 249, 499])
def test_one_case_more_ahead_is_seen_on_few_days_only(ahead: int) -> None:
    """The worst is around place 10, where up to a quarter leaves five edges to choose from."""
    days, seen = 400, 0
    for day in range(days):
        case = queued(rank(ahead * 10 + 5), case_id=f"case{day % 20}")
        when = (AT + DAY * day).date()
        before = bands_of(RANKS[1 : ahead + 1], seeded(day), day=when)
        after = bands_of(RANKS[: ahead + 1], seeded(day), day=when)
        seen += people_ahead(before, case) != people_ahead(after, case)
    assert 0 < seen / days <= (0.25 if ahead < 15 else 0.12)


def test_one_case_more_in_a_small_lane_is_seen_on_few_days_only() -> None:
    days, seen, shown = 400, 0, 0
    for day in range(days):
        case, when = queued(rank(45)), (AT + DAY * day).date()
        few, more = (
            people_ahead(bands_of(RANKS[:40], seeded(day), day=when, lanes={LANE: number}), case)
            for number in (FEWEST - 1, FEWEST)
        )
        assert few is None
        seen += few != more
        shown += people_ahead(bands_of(RANKS[:40], seeded(day), day=when), case) is not None
    assert 0 < seen / days <= 0.25
    assert shown == days


@pytest.mark.parametrize(
    "fields",
    [
        {"rank": None},
        {"lane": None},
        {"status": "decided"},
        {"status": "received"},
        {"office": "PHO"},
        {"digest": "of another policy"},
        {"lane": "imminent_removal", "shown_lane": "imminent_removal"},
        {"lane": "other"},
    ],
    ids=str,
)
def test_a_case_that_cannot_be_compared_has_no_band(fields: dict[str, object]) -> None:
    bands = bands_of(RANKS, seeded(1), lanes={LANE: ENOUGH, "other": ENOUGH, "imminent_removal": FEWEST - 1})
    assert people_ahead(bands, queued(rank(5))) is not None
    assert people_ahead(bands, queued(rank(5)).evolve(**fields)) is None  # type: ignore[arg-type]


def test_bands_of_another_release_without_edges_tell_nothing_wrong() -> None:
    assert people_ahead(bands_of([], seeded(1), edges=()), queued(rank(5))) == PeopleAhead(0, None, AT)


@pytest.mark.parametrize("flag", ["identity_unverified", "authority_unverified"])
def test_restricted_cases_and_new_unverified_ones_are_not_counted(flag: str) -> None:
    week = timedelta(days=7)
    assert is_counted((), AT, AT, restricted=False)
    assert is_counted(("verify",), AT, AT, restricted=False)
    assert not is_counted((), AT, AT, restricted=True)
    assert not is_counted((flag, "verify"), AT, AT + week, restricted=False)
    assert is_counted((flag,), AT, AT + week + timedelta(milliseconds=1), restricted=False)
    assert not is_counted((flag,), AT, AT + 2 * week, restricted=True)


def test_the_bands_of_a_long_worklist_cost_one_read_unit() -> None:
    lanes = {f"a_lane_with_a_long_name_{number}": ENOUGH for number in range(10)}
    assert size(to_item(bands_of(RANKS, seeded(1), lanes=lanes, digest="0" * 64))) <= 4 * KILOBYTE

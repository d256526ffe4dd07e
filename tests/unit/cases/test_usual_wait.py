"""The usual wait: the median in whole weeks, rounded up, of enough cases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.usual_wait import FEWEST, days_between, iso_week, weeks_of

AT = datetime(2026, 11, 24, 15, tzinfo=UTC)


@given(st.lists(st.integers(0, 2000), min_size=FEWEST))
def test_at_least_half_of_the_cases_waited_no_longer(days: list[int]) -> None:
    weeks = weeks_of(days)
    assert weeks is not None
    assert sum(one <= weeks * 7 for one in days) * 2 >= len(days)
    assert weeks == 1 or sum(one > (weeks - 1) * 7 for one in days) * 2 >= len(days)


@pytest.mark.parametrize(
    ("days", "weeks"),
    [
        ([14] * 30, 2),
        ([15] * 30, 3),
        ([14] * 15 + [15] * 15, 3),
        ([0] * 30, 1),
        ([7] * 29 + [900], 1),
        ([7] * 29, None),
    ],
)
def test_the_median_is_rounded_up_to_weeks(days: list[int], weeks: int | None) -> None:
    assert weeks_of(days) == weeks


def test_a_day_that_has_begun_counts() -> None:
    assert days_between(AT, AT) == 0
    assert days_between(AT, AT + timedelta(milliseconds=1)) == 1
    assert days_between(AT, AT + timedelta(days=3)) == 3
    assert days_between(AT, AT + timedelta(days=3, hours=1)) == 4
    assert days_between(AT, AT - timedelta(days=3)) == 0


def test_a_week_begins_on_monday_in_eastern_time() -> None:
    assert iso_week(datetime(2026, 11, 30, 4, 59, tzinfo=UTC)) == "2026-W48"
    assert iso_week(datetime(2026, 11, 30, 5, tzinfo=UTC)) == "2026-W49"
    assert iso_week(datetime(2027, 1, 3, 5, tzinfo=UTC)) == "2026-W53"

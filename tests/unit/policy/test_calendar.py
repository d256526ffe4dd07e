"""Durations, days and anniversaries of policy documents."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from casereview.policy.calendar import (
    NEVER,
    PAST,
    Day,
    Duration,
    anniversary,
    days_after,
    start_of_year,
    write_duration,
)
from casereview.schema.base import EASTERN

DURATION: TypeAdapter[timedelta] = TypeAdapter(Duration)
DAY: TypeAdapter[date] = TypeAdapter(Day)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("72h", timedelta(hours=72)), ("14d", timedelta(days=14)), ("30m", timedelta(minutes=30)), ("0h", timedelta(0))],
)
def test_a_duration_is_a_number_and_a_unit(text: str, expected: timedelta) -> None:
    assert DURATION.validate_python(text) == expected


@pytest.mark.parametrize(
    "text", ["", "72", 72, "72 h", "-1h", "1.5h", "PT72H", "1w", "01h", "1h30m", "9999999d", None, True, []]
)
def test_an_invalid_duration_is_rejected(text: object) -> None:
    with pytest.raises(ValidationError):
        DURATION.validate_python(text)


@given(st.integers(0, 100_000).map(lambda minutes: timedelta(minutes=minutes)))
def test_a_serialized_duration_parses_to_the_same_value(duration: timedelta) -> None:
    assert DURATION.validate_python(write_duration(duration)) == duration


def test_equal_durations_are_serialized_identically() -> None:
    assert (
        DURATION.dump_python(timedelta(hours=72), mode="json")
        == DURATION.dump_python(timedelta(days=3), mode="json")
        == "3d"
    )


@pytest.mark.parametrize("value", [2020, "2020", 1.5, datetime(2020, 1, 1, tzinfo=UTC), "2020-02-30", None])
def test_an_invalid_day_is_rejected(value: object) -> None:
    with pytest.raises(ValidationError):
        DAY.validate_python(value)


@pytest.mark.parametrize(
    ("day", "years", "expected"),
    [
        (date(2012, 2, 29), 10, "2022-02-28T05:00:00+00:00"),
        (date(2012, 2, 29), 4, "2016-02-29T05:00:00+00:00"),
        (date(2012, 2, 29), 0, "2012-02-29T05:00:00+00:00"),
        (date(1896, 2, 29), 4, "1900-02-28T05:00:00+00:00"),
        (date(1996, 2, 29), 4, "2000-02-29T05:00:00+00:00"),
        (date(2012, 2, 28), 10, "2022-02-28T05:00:00+00:00"),
        (date(2011, 7, 4), 10, "2021-07-04T04:00:00+00:00"),
    ],
)
def test_anniversaries_begin_at_eastern_midnight_and_leap_days_have_theirs_on_28_february(
    day: date, years: int, expected: str
) -> None:
    assert anniversary(day, years).isoformat() == expected


@pytest.mark.parametrize(
    ("day", "days", "expected"),
    [
        (
            date(2021, 3, 28),
            -14,
            "2021-03-14T05:00:00+00:00",
        ),  # daylight saving time begins on that day, after midnight
        (date(2021, 3, 14), 1, "2021-03-15T04:00:00+00:00"),
        (date(2021, 11, 7), 1, "2021-11-08T05:00:00+00:00"),
    ],
)
def test_days_are_calendar_days_across_clock_changes(day: date, days: int, expected: str) -> None:
    assert days_after(day, days).isoformat() == expected


@given(st.dates(), st.integers(-40_000, 40_000))
def test_days_outside_the_calendar_become_past_or_never(day: date, span: int) -> None:
    assert PAST <= days_after(day, span) <= NEVER
    assert PAST <= anniversary(day, abs(span)) <= NEVER


@given(st.integers())
def test_years_outside_the_calendar_become_past_or_never(year: int) -> None:
    begins = start_of_year(year)
    assert begins in {PAST, NEVER} or begins.astimezone(EASTERN).timetuple()[:6] == (year, 1, 1, 0, 0, 0)

"""When the detention line is staffed: weekdays, Eastern time, not on federal holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from pages.hours import DETENTION_LINE, is_workday, opening


@pytest.mark.parametrize(
    ("at", "is_open", "until"),
    [
        # Monday noon, Eastern standard time
        (datetime(2026, 11, 30, 17, tzinfo=UTC), True, datetime(2026, 12, 1, 1, tzinfo=UTC)),
        # Monday before it opens, and after it closes
        (datetime(2026, 11, 30, 12, 59, 59, tzinfo=UTC), False, datetime(2026, 11, 30, 13, tzinfo=UTC)),
        (datetime(2026, 12, 1, 1, tzinfo=UTC), False, datetime(2026, 12, 1, 13, tzinfo=UTC)),
        # Friday night and Saturday
        (datetime(2026, 12, 5, 3, tzinfo=UTC), False, datetime(2026, 12, 7, 13, tzinfo=UTC)),
        (datetime(2026, 12, 5, 18, tzinfo=UTC), False, datetime(2026, 12, 7, 13, tzinfo=UTC)),
        # Thanksgiving
        (datetime(2026, 11, 26, 17, tzinfo=UTC), False, datetime(2026, 11, 27, 13, tzinfo=UTC)),
        # Before and after the clocks change: Friday closes at 00:00 UTC, Monday opens an hour later in UTC
        (datetime(2026, 10, 30, 18, tzinfo=UTC), True, datetime(2026, 10, 31, 0, tzinfo=UTC)),
        (datetime(2026, 11, 1, 18, tzinfo=UTC), False, datetime(2026, 11, 2, 13, tzinfo=UTC)),
        # Tuesday morning on Guam is Monday evening in the East
        (datetime(2026, 11, 30, 23, tzinfo=UTC), True, datetime(2026, 12, 1, 1, tzinfo=UTC)),
    ],
)
def test_the_line_is_open_in_its_hours_and_says_until_when(at: datetime, is_open: bool, until: datetime) -> None:  # noqa: FBT001
    assert opening(DETENTION_LINE, at) == (is_open, until)


@pytest.mark.parametrize(
    "holiday",
    [
        # the federal holidays of 2026 as the Office of Personnel Management lists them
        *[date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19)],
        *[date(2026, 7, 3), date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26)],
        date(2026, 12, 25),
        # New Year's Day of 2028 is a Saturday, Independence Day of 2027 a Sunday
        *[date(2027, 12, 31), date(2027, 7, 5)],
    ],
)
def test_a_federal_holiday_is_no_workday(holiday: date) -> None:
    assert not is_workday(holiday)


def test_a_year_has_eleven_holidays_on_weekdays() -> None:
    days = [date.fromordinal(day) for day in range(date(2026, 1, 1).toordinal(), date(2027, 1, 1).toordinal())]
    assert sum(not is_workday(day) for day in days if day.weekday() < 5) == 11

"""The times at which the limits of an address allow messages."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import accumulate

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify.limits import LIMITS, Limit, opens_at
from tests.support.case_histories import NOW

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
TWO_AN_HOUR = (Limit(2, HOUR),)


def ago(*minutes: float) -> list[datetime]:
    return [NOW - timedelta(minutes=number) for number in minutes]


@pytest.mark.parametrize(
    ("times", "needed", "minutes"),
    [
        ([], 1, 0),
        ([], 2, 0),
        (ago(30), 1, 0),
        (ago(30), 2, 30),
        (ago(40, 30), 1, 20),
        (ago(40, 30), 2, 30),
        (ago(40, 30), 3, 30),  # more than the limit ever allows: as many as it does
        (ago(60, 30), 1, 0),  # after exactly an hour
        (ago(59, 58, 57), 1, 2),
        (ago(200, 100, 10), 1, 0),
    ],
)
def test_a_message_is_allowed_when_enough_of_the_newest_are_old_enough(
    times: list[datetime], needed: int, minutes: float
) -> None:
    assert opens_at(times, TWO_AN_HOUR, NOW, needed) == NOW + timedelta(minutes=minutes)


def test_the_latest_of_several_limits_decides() -> None:
    times = [*ago(*range(1400, 1380, -1))]
    assert opens_at(times, LIMITS["unverified"], NOW) == times[0] + DAY
    assert opens_at(times[5:], LIMITS["unverified"], NOW) == NOW


@pytest.mark.parametrize("holder", LIMITS)
@given(gaps=st.lists(st.integers(0, 7200), max_size=60))
def test_messages_sent_when_they_are_allowed_are_within_every_limit(holder: str, gaps: list[int]) -> None:
    limits = LIMITS[holder]  # type: ignore[index]  # a name of a class of holders
    times: list[datetime] = []
    for wanted in accumulate(gaps, initial=0):
        now = max([NOW + timedelta(seconds=wanted), *times[-1:]])
        at = opens_at(times[-20:], limits, now)
        assert at >= now
        times.append(at)
    for limit in limits:
        for first, last in zip(times, times[limit.sends :], strict=False):
            assert last - first >= limit.period

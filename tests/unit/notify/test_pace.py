"""The pace of one worker of notices."""

from __future__ import annotations

import pytest

from notify.pace import Pace


class Timer:
    """Seconds that pass while a worker pauses or works."""

    def __init__(self) -> None:
        self.seconds = 100.0
        self.paused = 0.0

    def now(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds
        self.paused += seconds


def test_a_worker_waits_for_its_share_of_the_rate() -> None:
    timer = Timer()
    pace = Pace(7, timer.now, timer.pause)
    for _ in range(71):
        pace.wait()
    assert timer.paused == pytest.approx(10)


def test_a_worker_that_is_slower_than_the_rate_never_waits_and_saves_nothing_up() -> None:
    timer = Timer()
    pace = Pace(7, timer.now, timer.pause)
    for _ in range(10):
        pace.wait()
        timer.seconds += 0.5
    assert timer.paused == 0
    for _ in range(8):
        pace.wait()
    assert timer.paused == pytest.approx(1)

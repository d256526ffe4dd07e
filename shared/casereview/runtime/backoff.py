"""Repeat what other writers or throttling kept from being done: exponential backoff with full jitter.

Source: https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
"""

from __future__ import annotations

from collections.abc import Iterator
from random import SystemRandom
from time import sleep
from typing import Final

from casereview.runtime.aws_clients import CALL
from casereview.runtime.invocation import is_time_for

FIRST: Final = 0.05
"""The longest pause before the second attempt, in seconds; it doubles with each one."""
LONGEST: Final = 1.0
"""The longest pause before any attempt, in seconds."""
_RANDOM: Final = SystemRandom()
"""The operating system's generator; one with a state would repeat itself in every environment restored by SnapStart."""


def attempts(most: int) -> Iterator[int]:
    """Yield the numbers of attempts, from 0, with a random pause before each but the first.

    They end early where the invocation has no time left for a pause and another call.

    Args:
        most: The maximum number of attempts.
    """
    for number in range(most):
        if number:
            pause = _RANDOM.uniform(0, min(FIRST * 2 ** (number - 1), LONGEST))
            if not is_time_for(pause + CALL.seconds):
                return
            sleep(pause)
        yield number

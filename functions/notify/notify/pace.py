"""Keep the workers of notices within the sending rates of the account: each waits for its share of them."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Final

from notify.provider_errors import RateExceededError

LONGEST: Final = 2.0
"""The most seconds that a worker waits for one message: ten messages of a batch fit into the function's timeout."""


class Pace:
    """Spaces out what one worker sends; the first time it does not wait."""

    def __init__(
        self, per_second: float, clock: Callable[[], float] = monotonic, pause: Callable[[float], None] = sleep
    ) -> None:
        """Set the pace.

        Args:
            per_second: How many parts of messages at most; more than 0.
            clock: Returns the seconds since any fixed time.
            pause: Waits for some seconds.
        """
        self._interval = 1 / per_second
        self._clock = clock
        self._pause = pause
        self._next = clock()

    def wait(self, parts: int = 1) -> None:
        """Wait until the worker may send a message.

        Args:
            parts: How many parts the message has; the next one waits for all of them.

        Raises:
            RateExceededError: The worker would have to wait for more than two seconds.
        """
        early = self._next - self._clock()
        if early > LONGEST:
            raise RateExceededError("Pace")
        if early > 0:
            self._pause(early)
        self._next = max(self._next, self._clock()) + parts * self._interval

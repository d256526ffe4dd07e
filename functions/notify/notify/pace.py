"""Keep the workers of notices within the sending rate of the account: each waits for its share of it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep


class Pace:
    """Spaces out what one worker does; the first time it does not wait."""

    def __init__(
        self, per_second: float, clock: Callable[[], float] = monotonic, pause: Callable[[float], None] = sleep
    ) -> None:
        """Set the pace.

        Args:
            per_second: How often at most; more than 0.
            clock: Returns the seconds since any fixed time.
            pause: Waits for some seconds.
        """
        self._interval = 1 / per_second
        self._clock = clock
        self._pause = pause
        self._next = clock()

    def wait(self) -> None:
        """Wait until the worker may go on."""
        early = self._next - self._clock()
        if early > 0:
            self._pause(early)
        self._next = max(self._next, self._clock()) + self._interval

"""Waits until the application is at rest: no queue that a function reads has a message due, and no invocation runs."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from infra.local.lambda_runtime.activity import Activity

TIMEOUT: Final = 300.0
"""Seconds until waiting ends, unless the caller gives a time."""

MAX_INVOCATIONS: Final = 10_000
"""Invocations until waiting ends: functions that keep sending each other messages never rest."""

INTERVAL: Final = 0.05
"""Seconds between two looks."""


class NotSettledError(Exception):
    """The application was not at rest in time. The message says what was left."""


@dataclass(frozen=True)
class Settling:
    """Waits for rest.

    Attributes:
        activity: counts invocations, and messages that pollers are done with.
        delivered: returns the number of messages that pollers were given.
        due: returns the number of messages that are due, by queue: visible, not delayed, not in flight.
        max_invocations: the number of invocations after which waiting ends.
    """

    activity: Activity
    delivered: Callable[[], int]
    due: Callable[[], Mapping[str, int]]
    max_invocations: int = MAX_INVOCATIONS

    def wait(self, timeout: float = TIMEOUT) -> None:
        """Wait until the application is at rest.

        Args:
            timeout: seconds until waiting ends.

        Raises:
            NotSettledError: it is not at rest after `timeout` seconds or `max_invocations` invocations.
        """
        deadline, first = time.monotonic() + timeout, self.activity.counts().started
        while not self.is_at_rest():
            started = self.activity.counts().started - first
            if time.monotonic() >= deadline:
                raise NotSettledError(f"Not settled within {timeout:g} seconds: {self._rest()}")
            if started >= self.max_invocations:
                raise NotSettledError(f"Not settled after {started} invocations: {self._rest()}")
            time.sleep(INTERVAL)

    def is_at_rest(self) -> bool:
        """Return whether nothing is due and nothing runs, all at one moment.

        A message that was delivered and not yet handled is on its way to a function. As neither count changes while the
        queues are read, no message moves between a queue that was read and one that is still to be read.
        """
        before = self.activity.counts()
        if before.running or self.delivered() != before.handled or any(self.due().values()):
            return False
        return self.delivered() == before.handled and self.activity.counts() == before

    def _rest(self) -> str:
        counts = self.activity.counts()
        due = [f"{number} messages due in {queue}" for queue, number in self.due().items() if number]
        return ", ".join([*due, f"{counts.running} invocations running"])

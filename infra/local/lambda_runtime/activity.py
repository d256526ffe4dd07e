"""Counts what runs: invocations, and messages that event source mappings have handled."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock


@dataclass(frozen=True)
class Counts:
    """What has happened so far.

    Attributes:
        started: invocations that were asked for.
        ended: those of them that have ended.
        handled: messages that pollers received and are done with: deleted, or left to become visible again.
    """

    started: int = 0
    ended: int = 0
    handled: int = 0

    @property
    def running(self) -> int:
        """The number of invocations that run, or wait for an execution environment."""
        return self.started - self.ended


class Activity:
    """Counters that several threads change."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._started = self._ended = self._handled = 0

    def counts(self) -> Counts:
        """Return all counters, as of one moment."""
        with self._lock:
            return Counts(self._started, self._ended, self._handled)

    @contextmanager
    def invocation(self) -> Iterator[None]:
        """Count an invocation that runs inside the context."""
        with self._lock:
            self._started += 1
        try:
            yield
        finally:
            with self._lock:
                self._ended += 1

    def add_handled(self, messages: int) -> None:
        """Count messages that a poller is done with."""
        with self._lock:
            self._handled += messages

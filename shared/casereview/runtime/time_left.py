"""The time that is left to the invocation that runs, by which calls of AWS and retries end before Lambda ends it.

An execution environment handles one invocation at a time, so the module holds one end.
"""

from __future__ import annotations

from math import inf
from time import monotonic
from typing import Final

ANSWERING: Final = 3.0
"""Seconds that are kept for the answer: a problem document, the partial batch response, log entries and metrics."""

_ends_at = inf


def begin_invocation(context: object) -> None:
    """Read from Lambda's context how much time is left; without a limit where the context does not tell, as in tests.

    Args:
        context: The context of the invocation, with ``get_remaining_time_in_millis``.
    """
    global _ends_at  # noqa: PLW0603  # one invocation at a time
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    _ends_at = inf if remaining is None else monotonic() + remaining() / 1000


def seconds_left() -> float:
    """Return the seconds until Lambda ends the invocation; infinite outside of one."""
    return _ends_at - monotonic()


def is_time_for(seconds: float) -> bool:
    """Return whether work that can take so many seconds leaves enough time for the answer."""
    return seconds_left() >= seconds + ANSWERING

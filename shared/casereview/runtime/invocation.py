"""The invocation that runs: the time that is left of it, and the ids by which its log entries are found.

An execution environment handles one invocation at a time, so the module holds one.

The time decides whether a call of AWS or another attempt begins: they end before Lambda ends the function.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from time import monotonic
from typing import Any, Final

ANSWERING: Final = 3.0
"""Seconds that are kept for the answer: a problem document, the partial batch response, log entries and metrics."""

_ends_at = inf
_request_ids: dict[str, str] = {}
_subject: dict[str, str] = {}


def begin_invocation(event: Mapping[str, Any], context: object) -> None:
    """Read the request ids and how much time is left; without a limit where the context does not tell, as in tests.

    Args:
        event: The event of the invocation; one of API Gateway has a request id of its own, which access logs name.
        context: The context of the invocation, with ``get_remaining_time_in_millis`` and ``aws_request_id``.
    """
    global _ends_at  # noqa: PLW0603  # one invocation at a time
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    _ends_at = inf if remaining is None else monotonic() + remaining() / 1000
    of_gateway = (event.get("requestContext") or {}).get("requestId")
    found = {"request_id": getattr(context, "aws_request_id", None), "api_request_id": of_gateway}
    _request_ids.clear()
    _request_ids.update({name: value for name, value in found.items() if value})
    _subject.clear()


def seconds_left() -> float:
    """Return the seconds until Lambda ends the invocation; infinite outside of one."""
    return _ends_at - monotonic()


def is_time_for(seconds: float) -> bool:
    """Return whether work that can take so many seconds leaves enough time for the answer."""
    return seconds_left() >= seconds + ANSWERING


def concerns(**ids: str) -> None:
    """Remember what the invocation, or the message of its batch, works on from now on: the ids of records.

    Args:
        ids: Ids that the application made, such as ``case_id``; none that an address or a message may not hold, such as
            a receipt.
    """
    _subject.clear()
    _subject.update(ids)


def log_ids() -> dict[str, str]:
    """Return the fields of a log entry: the request ids of Lambda and API Gateway, and the ids of the record."""
    return {**_request_ids, **_subject}

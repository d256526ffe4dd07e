"""The calls to AWS that functions made, in order, with the invocation that made each."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from threading import Lock
from typing import Any, Final

from infra.local.account import INVOCATION
from infra.local.http_server import HttpRequest
from infra.local.iam.required_actions import AwsRequest

MAX_CALLS: Final = 100_000
"""Calls that are kept; then the oldest are dropped."""

_INVOCATION: Final = re.compile(rf"(?:^|;){INVOCATION}=([0-9A-Za-z-]+)")


class CallLog:
    """Records calls of functions.

    Args:
        most: the number of calls that are kept.
    """

    def __init__(self, most: int = MAX_CALLS) -> None:
        self._lock = Lock()
        self._count = 0
        self._calls: deque[dict[str, Any]] = deque(maxlen=most)

    def record(self, function: str, request: HttpRequest, call: AwsRequest, resources: Iterable[str]) -> None:
        """Record a call.

        Args:
            function: the logical id of the function that makes it.
            request: the call as it was sent.
            call: its operation and parameters.
            resources: the ARNs of what it concerns, or `*`.
        """
        entry = {
            "function": function,
            "request_id": invocation_of(request),
            "action": f"{call.service}:{_operation(call)}",
            "resource": ",".join(dict.fromkeys(resources)),
        }
        with self._lock:
            self._count += 1
            self._calls.append({"n": self._count, **entry})

    def since(self, number: int) -> list[dict[str, Any]]:
        """Return the calls after the first `number`, oldest first; those that were dropped are missing."""
        with self._lock:
            dropped = self._count - len(self._calls)
            return list(self._calls)[max(0, number - dropped) :]


def invocation_of(request: HttpRequest) -> str | None:
    """Return the id of the invocation that makes a call; None for a call that is made outside of any."""
    found = _INVOCATION.search(request.header("x-amzn-trace-id") or "")
    return found.group(1) if found else None


def _operation(call: AwsRequest) -> str:
    """Return the operation. Where only method and path are known, it is the method: a path can hold an address."""
    return call.operation.partition(" ")[0]

"""The wire between the functions and AWS: every attempt of every call, on moto and on DynamoDB Local alike.

A hook sees what botocore is about to send, so the calls of a flow are enumerated by running it, not by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import botocore.endpoint
from botocore.httpsession import URLLib3Session
from botocore.retries.quota import RetryQuota
from moto.core.botocore_stubber import BotocoreStubber

from tests.support.aws_faults import Forward, ProcessDiedError, Responder

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse

Choose = Callable[[int, str], Responder | None]
"""From the number of an attempt and its operation (``dynamodb.TransactWriteItems``) to its fate; None: none."""
_SESSION = URLLib3Session()


class Wire:
    """Sees the attempts of the process that is at work; ``choose`` may name what becomes of one."""

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self.seen: list[str] = []
        self.choose: Choose | None = None
        self.at_work = False

    @contextmanager
    def process(self) -> Iterator[None]:
        """Take the attempts made inside as those of the functions; all others are the test's own."""
        self.at_work = True
        try:
            yield
        finally:
            self.at_work = False

    @contextmanager
    def watching(self, choose: Choose | None = None) -> Iterator[list[str]]:
        """See the attempts of the functions from here on; gives their operations, in order."""
        self.seen, self.choose = [], choose
        try:
            yield self.seen
        finally:
            self.choose = None

    @contextmanager
    def tapped(self) -> Iterator[None]:
        """Tap the wire of all clients, whoever made them.

        Between two attempts of botocore no time passes. How often a client may still try again is not remembered from
        one process to the next, for the clients are the same.
        """
        original, endpoint = BotocoreStubber.__call__, vars(botocore.endpoint)
        clock, acquire = endpoint["time"], RetryQuota.acquire

        def answer(
            stubber: BotocoreStubber,
            event_name: str,
            request: AWSPreparedRequest,
            **more: Any,  # noqa: ANN401  # botocore's own
        ) -> AWSResponse | None:
            def pass_on() -> AWSResponse | None:
                return original(stubber, event_name, request, **more)

            return self._answer(event_name.removeprefix("before-send."), request, pass_on)

        BotocoreStubber.__call__ = answer  # type: ignore[method-assign,assignment]
        RetryQuota.acquire = _full  # type: ignore[method-assign,assignment]
        endpoint["time"] = _NoTime
        try:
            yield
        finally:
            BotocoreStubber.__call__ = original  # type: ignore[method-assign]
            RetryQuota.acquire = acquire  # type: ignore[method-assign]
            endpoint["time"] = clock

    def _answer(
        self, operation: str, request: AWSPreparedRequest, pass_on: Callable[[], AWSResponse | None]
    ) -> AWSResponse | None:
        if not self.at_work:
            return pass_on()
        self.seen.append(operation)
        act = self.choose(len(self.seen) - 1, operation) if self.choose else None
        if act is None:
            return pass_on()
        return act(request, lambda: pass_on() or _SESSION.send(request))


def _full(_quota: RetryQuota, capacity_amount: int) -> bool:
    return capacity_amount > 0


class _NoTime:
    """What botocore waits by."""

    @staticmethod
    def sleep(_seconds: float) -> None:
        """Wait no time."""


def dies(when: str) -> Responder:
    """End the process before a call reaches the service, or after the service has carried it out."""

    def act(_request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        if when == "after":
            perform()
        raise ProcessDiedError

    return act

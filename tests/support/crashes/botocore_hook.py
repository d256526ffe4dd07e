"""A botocore hook that sees every attempt of every AWS call of the functions, on moto and on DynamoDB Local.

The calls of a flow are enumerated by running it, so no list is kept by hand.
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

ChooseFault = Callable[[int, str], Responder | None]
"""Returns the responder of an attempt, from its number and its operation, such as ``dynamodb.TransactWriteItems``; None
sends it unchanged."""
_SESSION = URLLib3Session()


class CallHook:
    """Records the attempts of a running process, and can inject a fault into each of them."""

    def __init__(self) -> None:
        """Create the hook; it sees nothing before it is installed."""
        self.seen: list[str] = []
        self.choose: ChooseFault | None = None
        self.active = False

    @contextmanager
    def process(self) -> Iterator[None]:
        """Mark the calls in the context as those of a function; all others are the test's own, and are ignored."""
        self.active = True
        try:
            yield
        finally:
            self.active = False

    @contextmanager
    def observe(self, choose: ChooseFault | None = None) -> Iterator[list[str]]:
        """Record the attempts of the functions in the context.

        Args:
            choose: Chooses the faults to inject.

        Yields:
            The operations of the attempts, in order.
        """
        self.seen, self.choose = [], choose
        try:
            yield self.seen
        finally:
            self.choose = None

    @contextmanager
    def installed(self) -> Iterator[None]:
        """Install the hook for all botocore clients.

        botocore does not wait between two attempts. Its retry quota is never used up, because the processes of a test
        share their clients.
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
        RetryQuota.acquire = _acquire_always  # type: ignore[method-assign,assignment]
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
        if not self.active:
            return pass_on()
        self.seen.append(operation)
        respond = self.choose(len(self.seen) - 1, operation) if self.choose else None
        if respond is None:
            return pass_on()
        return respond(request, lambda: pass_on() or _SESSION.send(request))


def _acquire_always(_quota: RetryQuota, capacity_amount: int) -> bool:
    return capacity_amount > 0


class _NoTime:
    """Replaces the module ``time`` in botocore."""

    @staticmethod
    def sleep(_seconds: float) -> None:
        """Return at once."""


def process_dies(when: str) -> Responder:
    """Have the process die before a call reaches the service, or after the service has handled it."""

    def act(_request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        if when == "after":
            perform()
        raise ProcessDiedError

    return act

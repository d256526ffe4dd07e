"""Inject faults into AWS requests: replace the HTTP response, below botocore and the application."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

from tests.support.memory.running import require_botocore

Forward = Callable[[], AWSResponse]
"""Forwards the request to the emulator and returns its response."""
Responder = Callable[[AWSPreparedRequest, Forward], AWSResponse]
"""Returns the response to a request, or raises an error."""


class ProcessDiedError(BaseException):
    """The process has died; ``except Exception`` does not catch this."""


@contextmanager
def intercept(operation: str, act: Responder) -> Iterator[list[str]]:
    """Intercept the requests of an operation.

    Args:
        operation: The operation, such as ``sesv2.SendEmail``.
        act: Returns the response to each request.

    Yields:
        The bodies of the intercepted requests.
    """
    require_botocore()
    bodies: list[str] = []
    original = BotocoreStubber.__call__

    def answer(
        stubber: BotocoreStubber,
        event_name: str,
        request: AWSPreparedRequest,
        **more: Any,  # noqa: ANN401  # botocore's own
    ) -> AWSResponse | None:
        if event_name != f"before-send.{operation}":
            return original(stubber, event_name, request, **more)
        bodies.append(_text(request.body))
        return act(request, lambda: _performed(original(stubber, event_name, request, **more)))

    BotocoreStubber.__call__ = answer  # type: ignore[method-assign,assignment]
    try:
        yield bodies
    finally:
        BotocoreStubber.__call__ = original  # type: ignore[method-assign]


def _text(body: object) -> str:
    return body.decode() if isinstance(body, bytes) else str(body)


def _performed(answer: AWSResponse | None) -> AWSResponse:
    assert answer is not None, "the emulator is not running"
    return answer


def refuses(code: str, message: str = "refused", status: int = 400, **more: object) -> Responder:
    """Respond with an error of the service.

    Args:
        code: The error code.
        message: The text of the error.
        status: The HTTP status.
        more: Additional members of the JSON document.
    """

    def act(request: AWSPreparedRequest, _perform: Forward) -> AWSResponse:
        body = json.dumps({"__type": code, "message": message, **more})
        headers = {"Content-Type": "application/json", "x-amzn-ErrorType": code}
        return AWSResponse(request.url, status, headers, MockRawResponse(body))  # type: ignore[arg-type]

    return act


def fails(error: BaseException) -> Responder:
    """Raise an error before the request reaches the service."""

    def act(_request: AWSPreparedRequest, _perform: Forward) -> AWSResponse:
        raise error

    return act


def performs_then_fails(error: BaseException) -> Responder:
    """Raise an error after the service has handled the request, so that its response is lost."""

    def act(_request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        assert perform().status_code < 300
        raise error

    return act


def performs_after(before: Callable[[], None]) -> Responder:
    """Call a function just before the service handles the request."""

    def act(_request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        before()
        return perform()

    return act


def once(act: Callable[[], object]) -> Callable[[], None]:
    """Return a function that calls ``act`` at its first call only."""
    left = [act]

    def call() -> None:
        if left:
            left.pop()()

    return call

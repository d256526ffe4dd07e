"""Makes AWS fail at the edge: what comes back over the wire is changed, and all of botocore and our code stays."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from moto.core.botocore_stubber import BotocoreStubber, MockRawResponse

Perform = Callable[[], AWSResponse]
"""Has the emulator carry the request out."""
Act = Callable[[AWSPreparedRequest, Perform], AWSResponse]


class DiedError(BaseException):
    """The process is gone: nothing that catches errors sees it."""


@contextmanager
def edge(operation: str, act: Act) -> Iterator[list[str]]:
    """Answer an operation (``sesv2.SendEmail``) by ``act`` instead; yields the bodies that were asked for."""
    asked: list[str] = []
    original = BotocoreStubber.__call__

    def answer(
        stubber: BotocoreStubber,
        event_name: str,
        request: AWSPreparedRequest,
        **more: Any,  # noqa: ANN401  # botocore's own
    ) -> AWSResponse | None:
        if event_name != f"before-send.{operation}":
            return original(stubber, event_name, request, **more)
        asked.append(_text(request.body))
        return act(request, lambda: _performed(original(stubber, event_name, request, **more)))

    BotocoreStubber.__call__ = answer  # type: ignore[method-assign,assignment]
    try:
        yield asked
    finally:
        BotocoreStubber.__call__ = original  # type: ignore[method-assign]


def _text(body: object) -> str:
    return body.decode() if isinstance(body, bytes) else str(body)


def _performed(answer: AWSResponse | None) -> AWSResponse:
    assert answer is not None, "the emulator is not running"
    return answer


def refuses(code: str, message: str = "refused", status: int = 400, **more: object) -> Act:
    """Answer with an error of the service, in the form of its protocol (SNS speaks XML, all others here JSON).

    ``more`` are further members of the JSON.
    """
    inside = f"<Type>Sender</Type><Code>{code}</Code><Message>{message}</Message>"
    xml = f"<ErrorResponse><Error>{inside}</Error></ErrorResponse>"

    def act(request: AWSPreparedRequest, _perform: Perform) -> AWSResponse:
        is_sns = "//sns." in request.url
        body = xml if is_sns else json.dumps({"__type": code, "message": message, **more})
        headers = {"Content-Type": "text/xml" if is_sns else "application/json", "x-amzn-ErrorType": code}
        return AWSResponse(request.url, status, headers, MockRawResponse(body))  # type: ignore[arg-type]

    return act


def fails(error: BaseException) -> Act:
    """Fail before the service has seen the request."""

    def act(_request: AWSPreparedRequest, _perform: Perform) -> AWSResponse:
        raise error

    return act


def performs_then_fails(error: BaseException) -> Act:
    """Fail after the service did as it was asked: its answer is lost."""

    def act(_request: AWSPreparedRequest, perform: Perform) -> AWSResponse:
        assert perform().status_code < 300
        raise error

    return act


def performs_after(before: Callable[[], None]) -> Act:
    """Let something else happen just before the service does as it was asked."""

    def act(_request: AWSPreparedRequest, perform: Perform) -> AWSResponse:
        before()
        return perform()

    return act


def once(act: Callable[[], object]) -> Callable[[], None]:
    """Return what acts at its first call alone."""
    left = [act]

    def call() -> None:
        if left:
            left.pop()()

    return call

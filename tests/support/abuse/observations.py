"""Observe everything by which an outsider could distinguish two requests: the whole response, and the AWS calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import intake.app
from tests.support.aws_calls import Call, record_calls
from tests.support.system import Context, System

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

Response = tuple[int, str, str]
"""The status, headers and body that the function returns to API Gateway."""


@dataclass(frozen=True, slots=True)
class Observation:
    """The observation of one request.

    Attributes:
        answer: The response.
        calls: The AWS calls, each with the size of its parameters.
    """

    answer: Response
    calls: tuple[tuple[str, int], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the calls."""
        return tuple(name for name, _size in self.calls)


def send_request(
    system: System, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Send one request to the handler of the public API, and return the whole response."""
    event = system._event(method, path, body, headers or {})
    found: Any = intake.app.respond(system.intake, event, cast("LambdaContext", Context()))
    return found["statusCode"], json.dumps(found["multiValueHeaders"], sort_keys=True), found["body"] or ""


def observe(send: Callable[[], Response]) -> Observation:
    """Send a request, and record its response and AWS calls."""
    with record_calls() as calls:
        answer = send()
    return Observation(answer, tuple((f"{call.service}.{call.operation}", _size(call)) for call in calls))


def _size(call: Call) -> int:
    return len(json.dumps(call.parameters, default=lambda raw: "x" * len(raw)))

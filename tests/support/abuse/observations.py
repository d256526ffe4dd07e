"""What an outsider can tell two answers apart by, and what two of them cost: the whole answer, and the AWS calls."""

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

Answered = tuple[int, str, str]
"""Status, headers and body, as the gateway gets them from the function."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One request from outside: its answer, and the calls it took, each with the size of what was asked."""

    answer: Answered
    calls: tuple[tuple[str, int], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Return the calls without their sizes."""
        return tuple(name for name, _size in self.calls)


def ask(
    system: System, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None
) -> Answered:
    """Send one request through the public handler, and keep all of its answer."""
    event = system._event(method, path, body, headers or {})
    found: Any = intake.app.respond(system.intake, event, cast("LambdaContext", Context()))
    return found["statusCode"], json.dumps(found["multiValueHeaders"], sort_keys=True), found["body"] or ""


def seen(asked: Callable[[], Answered]) -> Seen:
    """Ask, and record what it took."""
    with record_calls() as calls:
        answer = asked()
    return Seen(answer, tuple((f"{call.service}.{call.operation}", _size(call)) for call in calls))


def _size(call: Call) -> int:
    return len(json.dumps(call.parameters, default=lambda raw: "x" * len(raw)))

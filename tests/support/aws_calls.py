"""Records the AWS calls that code makes, whoever made the client."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.client import BaseClient


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an AWS service."""

    service: str
    operation: str
    parameters: dict[str, Any]


Make = Callable[[str, dict[str, Any]], Any]
"""Has a client make a call: an operation, and its parameters."""


@contextmanager
def intercepted(act: Callable[[Call, Make], Any]) -> Iterator[None]:
    """Have every call inside answered by ``act``, which may make it, another one, or none."""
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401  # as botocore has it
        asked = Call(client.meta.service_model.service_name, operation, parameters)
        return act(asked, partial(original, client))

    BaseClient._make_api_call = call  # type: ignore[attr-defined]
    try:
        yield
    finally:
        BaseClient._make_api_call = original  # type: ignore[attr-defined]


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """Record all calls made inside."""
    calls: list[Call] = []

    def record(asked: Call, make: Make) -> Any:  # noqa: ANN401  # what AWS answers
        calls.append(asked)
        return make(asked.operation, asked.parameters)

    with intercepted(record):
        yield calls


def names(calls: list[Call]) -> list[str]:
    """Return the calls as ``service.Operation``, in order."""
    return [f"{call.service}.{call.operation}" for call in calls]

"""Record or intercept AWS calls of all botocore clients."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from botocore.client import BaseClient

from tests.support.memory.running import require_botocore


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an AWS service."""

    service: str
    operation: str
    parameters: dict[str, Any]


MakeCall = Callable[[str, dict[str, Any]], Any]
"""Makes a call with the original client: an operation and its parameters."""


@contextmanager
def intercept_calls(act: Callable[[Call, MakeCall], Any]) -> Iterator[None]:
    """Intercept all calls in the context.

    Args:
        act: Returns the result of each call; it can make the call, another call, or none.
    """
    require_botocore()
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401  # as botocore has it
        made = Call(client.meta.service_model.service_name, operation, parameters)
        return act(made, partial(original, client))

    BaseClient._make_api_call = call  # type: ignore[attr-defined]
    try:
        yield
    finally:
        BaseClient._make_api_call = original  # type: ignore[attr-defined]


@contextmanager
def record_calls() -> Iterator[list[Call]]:
    """Record all calls in the context."""
    calls: list[Call] = []

    def record(call: Call, make: MakeCall) -> Any:  # noqa: ANN401  # the response of AWS
        calls.append(call)
        return make(call.operation, call.parameters)

    with intercept_calls(record):
        yield calls


def call_names(calls: list[Call]) -> list[str]:
    """Return the calls as ``service.Operation``, in order."""
    return [f"{call.service}.{call.operation}" for call in calls]

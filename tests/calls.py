"""Records the AWS calls that code makes, whoever made the client."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.client import BaseClient


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an AWS service."""

    service: str
    operation: str
    parameters: dict[str, Any]


@contextmanager
def recorded() -> Iterator[list[Call]]:
    """Record all calls made inside."""
    calls: list[Call] = []
    original = BaseClient._make_api_call  # type: ignore[attr-defined]

    def record(client: Any, operation: str, parameters: dict[str, Any]) -> Any:  # noqa: ANN401
        calls.append(Call(client.meta.service_model.service_name, operation, parameters))
        return original(client, operation, parameters)

    BaseClient._make_api_call = record  # type: ignore[attr-defined]
    try:
        yield calls
    finally:
        BaseClient._make_api_call = original  # type: ignore[attr-defined]


def names(calls: list[Call]) -> list[str]:
    """Return the calls as ``service.Operation``, in order."""
    return [f"{call.service}.{call.operation}" for call in calls]

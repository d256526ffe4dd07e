"""Record what AWS answers while an operation runs, from the emulator, to be replayed in a process of its own."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypedDict

from moto.core.botocore_stubber import BotocoreStubber

from tests.bench.operations import OPERATIONS, check, run
from tests.bench.warm.wire import asks_for_policies
from tests.support.large_dockets import fast_system

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest, AWSResponse


class Exchange(TypedDict):
    """An answer of AWS."""

    status: int
    headers: dict[str, str]
    body: str


class Recording(TypedDict):
    """An event, the answers to its calls in order, and the answer to a read of the policies, whenever that is made."""

    function: str
    event: dict[str, Any]
    at: str
    environment: dict[str, str]
    answers: list[Exchange]
    policies: Exchange


def record(name: str) -> Recording:
    """Run an operation on a fresh system and return what it was answered."""
    operation = OPERATIONS[name]
    with fast_system("moto") as system:
        event = operation.prepare(system)
        with _answers() as policies:
            system.prioritize.policies.registry(fresh=True)
        with _answers() as found:
            check(run(system, operation.function, event))
        return {
            "function": operation.function,
            "event": event,
            "at": system.time.isoformat(),
            "environment": {
                "SEALING_KEY_ARN": system.sealing_key,
                "MAC_KEY_ARN": system.intake.macs.key,
            },
            "answers": [answer for asked, answer in found if not asks_for_policies(asked)],
            "policies": policies[0][1],
        }


@contextmanager
def _answers() -> Iterator[list[tuple[bytes, Exchange]]]:
    found: list[tuple[bytes, Exchange]] = []
    original = BotocoreStubber.__call__

    def answer(stubber: BotocoreStubber, event_name: str, request: AWSPreparedRequest, **more: Any) -> Any:  # noqa: ANN401  # botocore's own
        response = original(stubber, event_name, request, **more)
        found.append((_bytes(request.body), _exchange(response)))
        return response

    BotocoreStubber.__call__ = answer  # type: ignore[method-assign,assignment]
    try:
        yield found
    finally:
        BotocoreStubber.__call__ = original  # type: ignore[method-assign]


def _exchange(response: AWSResponse | None) -> Exchange:
    assert response is not None, "the emulator is not running"
    body = base64.b64encode(response.content).decode()
    return {"status": response.status_code, "headers": dict(response.headers), "body": body}


def _bytes(body: object) -> bytes:
    return body if isinstance(body, bytes) else str(body).encode()

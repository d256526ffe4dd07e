"""Record the calls that functions make to the services in memory, by the names of the AWS actions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from unittest.mock import patch

from casereview.store.backend import Query
from casereview.store.keys import Key
from casereview.store.transaction import key_written
from tests.support.memory.aws import MemoryKms, MemoryMail, MemorySqs, MemoryTexts
from tests.support.memory.seal import MemorySeal
from tests.support.memory.table import MemoryTable

ACTIONS: dict[type, dict[str, str]] = {
    MemoryTable: {
        "get": "dynamodb:GetItem",
        "get_batch": "dynamodb:BatchGetItem",
        "query": "dynamodb:Query",
        "put": "dynamodb:PutItem",
        "transact": "dynamodb:TransactWriteItems",
        "reschedule": "dynamodb:UpdateItem",
    },
    MemoryKms: {"generate_mac": "kms:GenerateMac"},
    MemorySeal: {"close": "kms:GenerateDataKey", "open": "kms:Decrypt"},
    MemorySqs: {"send_message": "sqs:SendMessage", "send_message_batch": "sqs:SendMessageBatch"},
    MemoryMail: {"send_email": "ses:SendEmail"},
    MemoryTexts: {"send_text_message": "sms-voice:SendTextMessage"},
}
"""The methods of the services in memory, with the AWS actions that they stand for."""


@dataclass(frozen=True, slots=True)
class MemoryCall:
    """One call, with the partitions of the table that it reads or writes."""

    action: str
    partitions: tuple[str, ...] = ()


@contextmanager
def record_memory_calls() -> Iterator[list[MemoryCall]]:
    """Record all calls in the context, in order."""
    calls: list[MemoryCall] = []
    with ExitStack() as stack:
        for service, actions in ACTIONS.items():
            for method, action in actions.items():
                stack.enter_context(patch.object(service, method, _recorded(service, method, action, calls)))
        yield calls


def _recorded(service: type, method: str, action: str, calls: list[MemoryCall]) -> Callable[..., Any]:
    original = getattr(service, method)

    @wraps(original)
    def recorded(own: object, *given: Any, **named: Any) -> Any:  # noqa: ANN401  # any method
        calls.append(MemoryCall(action, _partitions(given[0]) if service is MemoryTable else ()))
        return original(own, *given, **named)

    return recorded


def _partitions(argument: Any) -> tuple[str, ...]:  # noqa: ANN401  # the argument of any method of a backend
    if isinstance(argument, Key):
        return (argument.pk,)
    if isinstance(argument, Query):
        return (argument.partition,)
    if isinstance(argument, dict):
        return (argument["pk"]["S"],)
    if isinstance(argument, list | tuple):
        return tuple(one.pk if isinstance(one, Key) else key_written(one).pk for one in argument)
    return (argument.key.pk,)

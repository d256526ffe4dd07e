"""Keep the trace header of who sends a message with it, as SQS does: loop detection counts in it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from infra.local.account import TRACE_HEADER
from infra.local.http_server import HttpRequest

_SENDS: Final = {"SendMessage": None, "SendMessageBatch": "Entries"}
"""The operations that send messages, and the parameter with several of them."""


def with_trace(request: HttpRequest, operation: str) -> HttpRequest:
    """Return a request to SQS with the trace header of its sender kept with each message, as SQS does."""
    header = request.header(TRACE_HEADER)
    if operation not in _SENDS or not header:
        return request
    parameters: dict[str, Any] = json.loads(request.body)
    several = _SENDS[operation]
    for message in parameters[several] if several else [parameters]:
        kept = message.setdefault("MessageSystemAttributes", {})
        kept.setdefault("AWSTraceHeader", {"DataType": "String", "StringValue": header})
    return replace(request, body=json.dumps(parameters).encode())

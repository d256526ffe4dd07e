"""Errors of the console as problem documents (RFC 9457), and the JSON bodies of requests to it."""

from __future__ import annotations

import json
from typing import Any

from infra.local.http_server import HttpResponse


class ProblemError(Exception):
    """An error that is returned as application/problem+json."""

    def __init__(self, status: int, title: str) -> None:
        super().__init__(title)
        self.status = status
        self.title = title

    def response(self) -> HttpResponse:
        """Return the problem document."""
        body = {"type": "about:blank", "title": self.title, "status": self.status, "errors": []}
        return json_response(body, self.status, "application/problem+json")


def json_response(value: object, status: int = 200, media: str = "application/json") -> HttpResponse:
    """Return a response with a JSON document."""
    return HttpResponse(status, [("Content-Type", media)], json.dumps(value).encode())


def json_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body; an empty body is an empty object.

    Raises:
        ProblemError: the body is not a JSON object (400).
    """
    try:
        value = json.loads(body or b"{}")
    except ValueError:
        raise ProblemError(400, "The body is not JSON") from None
    if not isinstance(value, dict):
        raise ProblemError(400, "The body is not a JSON object")
    return value

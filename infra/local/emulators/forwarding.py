"""Forwards requests to another server on a loopback port, over one persistent connection per thread.

DynamoDB Local keeps a separate database per access key, so all requests are forwarded with the administrator's.
"""

from __future__ import annotations

import http.client
import re
import threading
from collections.abc import Callable
from typing import Final

from infra.local.account import ADMIN_KEY
from infra.local.http_server import HttpRequest, HttpResponse

_HOP_BY_HOP: Final = {"connection", "content-length", "transfer-encoding", "keep-alive"}


def _as_admin(name: str, value: str) -> str:
    return re.sub(r"Credential=[^/]+", f"Credential={ADMIN_KEY}", value) if name.lower() == "authorization" else value


def forward_to(port: int) -> Callable[[HttpRequest], HttpResponse]:
    """Return a handler that forwards requests to the server on a loopback port; it answers 503 where there is none."""
    local = threading.local()

    def ask(request: HttpRequest) -> HttpResponse:
        connection: http.client.HTTPConnection | None = getattr(local, "connection", None)
        if connection is None:
            connection = local.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {name: _as_admin(name, value) for name, value in request.headers if name.lower() not in _HOP_BY_HOP}
        try:
            connection.request(request.method, request.target, request.body, headers)
            response = connection.getresponse()
            body = response.read()
        except (http.client.HTTPException, OSError):
            local.connection = None
            return HttpResponse(503)
        kept = [(name, value) for name, value in response.getheaders() if name.lower() not in _HOP_BY_HOP]
        return HttpResponse(response.status, kept, body)

    return ask

"""The fuzz proofs detect an API that violates its document, stores rejected requests, or shows a stack trace."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, cast

import pytest

from casereview.http.problems import no_such_request
from tests.support.fuzz.openapi_requests import Explorer, Operation, TableWatch, operations
from tests.support.local.local_system import Local
from tests.support.proofs.tally import Tally

pytestmark = pytest.mark.moto

PROBLEM = no_such_request().document()
PROBLEM_JSON = {"Content-Type": "application/problem+json", "Cache-Control": "no-store"}


class FakeApi:
    """An API with the same response to all requests, and a table to which it can add items."""

    def __init__(self, status: int, body: object, headers: dict[str, str], *, stores: bool) -> None:
        self.status, self.body, self.headers, self.stores = status, body, headers, stores
        self.stored: list[dict[str, Any]] = []
        self.address = ""

    def items(self) -> list[dict[str, Any]]:
        return list(self.stored)

    def at_rest(self) -> bool:
        return True

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        if self.stores:
            self.stored.append({"pk": {"S": f"REQUEST#{len(self.stored)}"}, "sk": {"S": "REQUEST"}})
        raw = self.body if isinstance(self.body, str) else json.dumps(self.body)
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        request.send_response(self.status)
        for name, value in {**self.headers, "Content-Length": str(len(raw.encode()))}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(raw.encode())


@contextmanager
def _serving(fake: FakeApi) -> Iterator[Local]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            fake.answer(self)

        def do_GET(self) -> None:
            fake.answer(self)

        def log_message(self, *_: object) -> None:
            """Print nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    fake.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield cast("Local", fake)
    finally:
        server.shutdown()
        server.server_close()


def _operation(label: str) -> Operation:
    (found,) = [each for each in operations("openapi.json") if each.label == label]
    return found


def _explore(fake: FakeApi, label: str = "POST /requests/{receipt}/withdrawal") -> Tally:
    tally = Tally()
    with _serving(fake) as local:
        explorer = Explorer(local, TableWatch(local), tally)
        with explorer.session:
            explorer.explore(_operation(label), 2)
    return tally


def test_an_api_that_responds_as_documented_has_no_violations() -> None:
    found = _explore(FakeApi(404, PROBLEM, PROBLEM_JSON, stores=False))
    assert found.tried
    assert found.violations == []


FAULTS: dict[str, tuple[Callable[[], FakeApi], str]] = {
    "a 5xx": (lambda: FakeApi(500, PROBLEM, PROBLEM_JSON, stores=False), "ServerError"),
    "an undocumented status": (lambda: FakeApi(418, PROBLEM, PROBLEM_JSON, stores=False), "UndefinedStatusCode"),
    "an undocumented field": (
        lambda: FakeApi(404, {**PROBLEM, "who": 1}, PROBLEM_JSON, stores=False),
        "JsonSchemaError",
    ),
    "an undocumented type": (
        lambda: FakeApi(404, {**PROBLEM, "type": "/problems/moved"}, PROBLEM_JSON, stores=False),
        "JsonSchemaError",
    ),
    "plain text": (lambda: FakeApi(404, "no", {"Content-Type": "text/plain"}, stores=False), "UndefinedContentType"),
    "a stack trace": (
        lambda: FakeApi(404, {**PROBLEM, "title": "Traceback (most"}, PROBLEM_JSON, stores=False),
        "AssertionError",
    ),
    "a write": (lambda: FakeApi(404, PROBLEM, PROBLEM_JSON, stores=True), "stored although refused"),
    "invalid data accepted": (
        lambda: FakeApi(
            202,
            {"receipt": "0000-0000-0000-0000-0"},
            {"Content-Type": "application/json", "Cache-Control": "no-store"},
            stores=False,
        ),
        "AcceptedNegativeData",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_violation_is_detected(fault: str) -> None:
    make, word = FAULTS[fault]
    found = _explore(make())
    assert any(word in violation for violation in found.violations)

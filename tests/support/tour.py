"""A fake system that answers the requests of the tour."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.tour.answers import Json

Answers = dict[tuple[str, str], list[tuple[int, Json]]]
DECISION = ("POST", "/staff/cases/C/decision")
OUTBOX = ("GET", "/_local/outbox?to=ana@example.org")
LOOK_UP = ("GET", "/requests/R")
NEXT = ("POST", "/staff/worklist/next")


def answers() -> Answers:
    """What a system answers to each request of the tour; the last of several answers again and again."""
    return {
        ("POST", "/requests"): [(201, {"receipt": "R", "access_code": "K"})],
        LOOK_UP: [(200, {"status": "received"}), (200, {"status": "in_review"}), (200, {"decision": {}})],
        ("POST", "/_local/token"): [(200, {"token": "T1"}), (200, {"token": "T2"})],
        NEXT: [(204, None), (200, {"case_id": "C"})],
        ("GET", "/staff/cases/C"): [(200, {"policy": "P"})],
        ("GET", "/staff/cases/C/requests/R"): [(200, {"body": {"grounds": "x"}})],
        ("POST", "/staff/cases/C/verifications"): [(200, {"case_version": 4})],
        DECISION: [(200, {"status": "decided"})],
        ("POST", "/staff/cases/C/approval"): [(200, {"status": "decided"})],
        ("GET", "/staff/duties"): [(200, {"items": []})],
        OUTBOX: [(200, [{"body": "receipt R"}] * 2)],
    }


class FakeSystem:
    """Answers in turn, and remembers what was asked."""

    def __init__(self, prepared: Answers) -> None:
        self._prepared = prepared
        self.asked: list[tuple[str, str, str | None, str]] = []

    def answer(self, method: str, path: str, token: str | None, body: str) -> tuple[int, bytes]:
        self.asked.append((method, path, token, body))
        left = self._prepared[method, path]
        status, content = left.pop(0) if len(left) > 1 else left[0]
        return status, b"" if content is None else json.dumps(content).encode()


@contextmanager
def serving(system: FakeSystem) -> Iterator[str]:
    """Serve a fake system; its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
            assert self.headers.get("Content-Type") == ("application/json" if body else None)
            status, content = system.answer(self.command, self.path, self.headers.get("Authorization"), body)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815  # the name that the base class looks for

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()

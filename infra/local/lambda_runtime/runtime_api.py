"""Lambda's Runtime API for one execution environment, as the official runtime client expects it.

`next` hands out one invocation at a time and waits for it; what the runtime reports back goes into `results`.
"""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass
from threading import Event
from typing import Final

from infra.local.http_server import HttpRequest, HttpResponse, Server

_PREFIX: Final = "/2018-06-01/runtime/"
_CLOSED: Final = HttpResponse(410)


@dataclass(frozen=True)
class Invocation:
    """One event on its way to a handler; `deadline` in seconds since the epoch."""

    request_id: str
    payload: bytes
    deadline: float
    function_arn: str


@dataclass(frozen=True)
class InvocationResult:
    """What came of an invocation: the handler's answer, or its error, a JSON object with errorType and errorMessage.

    `kind` is `ok`, `error` (raised by the handler), `init` (the module failed to load), `exit` or `timeout`.
    """

    kind: str
    payload: bytes
    request_id: str = ""

    @property
    def ok(self) -> bool:
        """Whether the handler returned."""
        return self.kind == "ok"


class RuntimeApi:
    """Serves one environment on a port of its own."""

    def __init__(self) -> None:
        self.results: queue.Queue[InvocationResult] = queue.Queue()
        self.ready = Event()  # set by the first `next`: the handler's module is loaded
        self._waiting: queue.Queue[Invocation | None] = queue.Queue()
        self._server = Server(self._respond).start()

    @property
    def address(self) -> str:
        """What AWS_LAMBDA_RUNTIME_API is to hold."""
        return f"127.0.0.1:{self._server.port}"

    def submit(self, invocation: Invocation) -> None:
        """Hands an invocation to the environment's next `next`."""
        self._waiting.put(invocation)

    def close(self) -> None:
        """Ends the environment's wait, upon which the runtime client ends by itself."""
        self._waiting.put(None)
        self._server.close()

    def _respond(self, request: HttpRequest) -> HttpResponse:
        parts = request.path.removeprefix(_PREFIX).split("/")
        match request.method, parts:
            case "GET", ["invocation", "next"]:
                return self._next()
            case "POST", ["invocation", request_id, "response"]:
                self.results.put(InvocationResult("ok", request.body, request_id))
            case "POST", ["invocation", request_id, "error"]:
                self.results.put(InvocationResult("error", request.body, request_id))
            case "POST", ["init" | "restore", "error"]:
                self.results.put(InvocationResult("init", request.body))
            case "GET", ["restore", "next"]:
                return HttpResponse(200)
            case _:
                return HttpResponse(404)
        return HttpResponse(202, [("Content-Type", "application/json")], b'{"status":"OK"}')

    def _next(self) -> HttpResponse:
        self.ready.set()
        invocation = self._waiting.get()
        if invocation is None:
            return _CLOSED
        headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", invocation.request_id),
            ("Lambda-Runtime-Deadline-Ms", str(int(invocation.deadline * 1000))),
            ("Lambda-Runtime-Invoked-Function-Arn", invocation.function_arn),
            ("Lambda-Runtime-Trace-Id", f"Root=1-{int(time.time()):08x}-{'0' * 24};Sampled=0"),
        ]
        return HttpResponse(200, headers, invocation.payload)

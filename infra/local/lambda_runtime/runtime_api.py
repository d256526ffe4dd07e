"""The Lambda Runtime API of one execution environment, for AWS's runtime interface client.

`next` blocks until there is an invocation. What the client reports is put into `results`.
"""

from __future__ import annotations

import queue
import time
from dataclasses import dataclass
from threading import Event
from typing import Final

from infra.local.account import INVOCATION
from infra.local.http_server import HttpRequest, HttpResponse, Server

_PREFIX: Final = "/2018-06-01/runtime/"
_CLOSED: Final = HttpResponse(410)


@dataclass(frozen=True)
class Invocation:
    """One event for a handler. `deadline` is in seconds since the epoch, `lineage` a field of its trace header."""

    request_id: str
    payload: bytes
    deadline: float
    function_arn: str
    lineage: str = ""


@dataclass(frozen=True)
class InvocationResult:
    """The result of an invocation: the handler's return value, or an error object with errorType and errorMessage.

    `kind` is `ok`, `error` (raised by the handler), `init` (the module failed to load), `exit` (the process exited) or
    `timeout`. `payload` is JSON.
    """

    kind: str
    payload: bytes
    request_id: str = ""

    @property
    def ok(self) -> bool:
        """Whether the handler returned."""
        return self.kind == "ok"


class RuntimeApi:
    """Serves one execution environment on a port of its own."""

    def __init__(self) -> None:
        self.results: queue.Queue[InvocationResult] = queue.Queue()
        self.ready = Event()  # set by the first call of `next`: the handler's module is loaded
        self._waiting: queue.Queue[Invocation | None] = queue.Queue()
        self._server = Server(self._respond).start()

    @property
    def address(self) -> str:
        """The value of AWS_LAMBDA_RUNTIME_API."""
        return f"127.0.0.1:{self._server.port}"

    def submit(self, invocation: Invocation) -> None:
        """Queue an invocation for the next call of `next`."""
        self._waiting.put(invocation)

    def close(self) -> None:
        """Stop serving. The runtime interface client then exits by itself."""
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
            ("Lambda-Runtime-Trace-Id", _trace_id(invocation)),
        ]
        return HttpResponse(200, headers, invocation.payload)


def _trace_id(invocation: Invocation) -> str:
    """Return the trace id of an invocation, with the invocation's own id and its lineage.

    AWS's clients send it with every call, so that the AWS endpoint knows which invocation makes the call.
    """
    own = f"Root=1-{int(time.time()):08x}-{'0' * 24};Sampled=0;{INVOCATION}={invocation.request_id}"
    return f"{own};{invocation.lineage}" if invocation.lineage else own

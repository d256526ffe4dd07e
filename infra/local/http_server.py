"""A minimal HTTP/1.1 server: persistent connections, one thread per connection, one handler for all requests.

Three servers of the local run use it: the APIs, the AWS endpoint and the Lambda Runtime API. The standard library's
`http.server` spends some 150 microseconds per request on parsing headers as e-mail, more than an emulated call takes.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedIOBase
from threading import Thread
from typing import Final

MAX_LINE: Final = 65_536
MAX_HEADERS: Final = 200
MAX_DRAINED: Final = 64 * 1024 * 1024
"""Bytes that are read of a body that is too large, before the connection is closed."""


class UnreadableRequestError(Exception):
    """The request cannot be parsed. The connection is closed after the error response."""

    def __init__(self, status: int) -> None:
        super().__init__(HTTPStatus(status).phrase)
        self.status = status


@dataclass(slots=True)
class HttpRequest:
    """One request. If `too_large` is set, the body exceeded the server's limit and was discarded."""

    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes = b""
    http_version: str = "HTTP/1.1"
    too_large: bool = False
    client: str = "127.0.0.1"

    def header(self, name: str) -> str | None:
        """Return the last value of a header (name in lower case), or None."""
        for key, value in reversed(self.headers):
            if key.lower() == name:
                return value
        return None

    @property
    def path(self) -> str:
        """The path as sent, percent-encoded, without the query."""
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        """The query string as sent."""
        return self.target.partition("?")[2]

    @property
    def keeps_alive(self) -> bool:
        """Whether the connection stays open after the response."""
        wish = (self.header("connection") or "").lower()
        return wish == "keep-alive" if self.http_version == "HTTP/1.0" else wish != "close"


@dataclass(slots=True)
class HttpResponse:
    """One response. Content-Length and Connection are added when it is written."""

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


Handler = Callable[[HttpRequest], HttpResponse]


def _read_line(stream: BufferedIOBase) -> bytes:
    line = stream.readline(MAX_LINE + 1)
    if len(line) > MAX_LINE:
        raise UnreadableRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    return line


def _read_headers(stream: BufferedIOBase) -> list[tuple[str, str]]:
    headers: list[tuple[str, str]] = []
    while (line := _read_line(stream)) not in {b"\r\n", b"\n"}:
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or not name or name != name.strip():
            raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
        headers.append((name, value.strip()))
        if len(headers) > MAX_HEADERS:
            raise UnreadableRequestError(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
    return headers


def _declared_length(request: HttpRequest) -> int:
    lengths = {value for name, value in request.headers if name.lower() == "content-length"}
    if not lengths:
        return 0
    length = lengths.pop()
    if lengths or not (length.isascii() and length.isdigit()):
        raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
    return int(length)


def _read_exactly(stream: BufferedIOBase, length: int) -> bytes:
    data = stream.read(length)
    if len(data) < length:
        raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
    return data


def _drain(stream: BufferedIOBase, length: int) -> None:
    left = min(length, MAX_DRAINED)
    while left > 0 and (piece := stream.read(min(left, MAX_LINE))):
        left -= len(piece)


def _read_chunks(stream: BufferedIOBase, request: HttpRequest, limit: int) -> None:
    pieces: list[bytes] = []
    total = 0
    while True:
        try:
            size = int(_read_line(stream).split(b";")[0].strip(), 16)
        except ValueError:
            raise UnreadableRequestError(HTTPStatus.BAD_REQUEST) from None
        if size <= 0:
            break
        total += size
        if total > MAX_DRAINED:
            raise UnreadableRequestError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        piece = _read_exactly(stream, size)
        if _read_line(stream).strip():
            raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
        if total <= limit:
            pieces.append(piece)
    _read_headers(stream)  # trailers, which no handler uses
    request.too_large = total > limit
    request.body = b"" if request.too_large else b"".join(pieces)


def _read_body(stream: BufferedIOBase, request: HttpRequest, limit: int) -> None:
    encoding = request.header("transfer-encoding")
    if encoding is not None:
        if encoding.lower() != "chunked" or request.header("content-length") is not None:
            raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
        _read_chunks(stream, request, limit)
        return
    length = _declared_length(request)
    if length > limit:
        request.too_large = True
        _drain(stream, length)
    elif length:
        request.body = _read_exactly(stream, length)


def read_request(stream: BufferedIOBase, output: BufferedIOBase, limit: int) -> HttpRequest | None:
    """Read the next request of a connection.

    Args:
        stream: the connection, for reading.
        output: the connection, for writing `100 Continue`.
        limit: the largest body in bytes; a larger one is discarded.

    Returns:
        The request, or None at the end of the connection.

    Raises:
        UnreadableRequestError: the request is not HTTP/1.x, or its framing is ambiguous.
    """
    line = _read_line(stream)
    while line in {b"\r\n", b"\n"}:
        line = _read_line(stream)
    if not line:
        return None
    parts = line.decode("latin-1").split()
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):  # noqa: PLR2004  method, target, version
        raise UnreadableRequestError(HTTPStatus.BAD_REQUEST)
    request = HttpRequest(parts[0], parts[1], _read_headers(stream), http_version=parts[2])
    if (request.header("expect") or "").lower() == "100-continue":
        output.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        output.flush()
    _read_body(stream, request, limit)
    return request


def write_response(output: BufferedIOBase, response: HttpResponse, *, keep_alive: bool, head: bool = False) -> None:
    """Write a response with a single write."""
    bodiless = response.status in {HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED}
    lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
    lines += [
        f"{name}: {_without_line_breaks(value)}" for name, value in response.headers if name.lower() != "content-length"
    ]
    if not bodiless:
        lines.append(f"Content-Length: {len(response.body)}")
    lines.append("Connection: keep-alive" if keep_alive else "Connection: close")
    top = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1", "replace")
    output.write(top if head or bodiless else top + response.body)
    output.flush()


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Status"


def _without_line_breaks(value: str) -> str:
    return value.replace("\r", " ").replace("\n", " ")


class _Connection(socketserver.StreamRequestHandler):
    server: Server
    disable_nagle_algorithm = True
    wbufsize = -1

    def handle(self) -> None:
        with contextlib.suppress(ConnectionError, TimeoutError, ValueError):
            while self._serve_request():
                pass

    def _serve_request(self) -> bool:
        try:
            request = read_request(self.rfile, self.wfile, self.server.max_body)
        except UnreadableRequestError as error:
            write_response(self.wfile, HttpResponse(error.status), keep_alive=False)
            return False
        if request is None:
            return False
        request.client = self.client_address[0]
        response = self._respond(request)
        keep_alive = request.keeps_alive and not request.too_large
        write_response(self.wfile, response, keep_alive=keep_alive, head=request.method == "HEAD")
        return keep_alive

    def _respond(self, request: HttpRequest) -> HttpResponse:
        try:
            return self.server.respond(request)
        except Exception:  # noqa: BLE001  any error of a handler is a 500
            traceback.print_exc()
            return HttpResponse(HTTPStatus.INTERNAL_SERVER_ERROR)


class Server(socketserver.ThreadingTCPServer):
    """Serves one handler on a loopback port until closed.

    Args:
        respond: the handler.
        port: the port; 0 chooses a free one.
        max_body: the largest request body in bytes.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False
    request_queue_size = 1024

    def __init__(self, respond: Handler, port: int = 0, max_body: int = 64 * 1024 * 1024) -> None:
        self.respond = respond
        self.max_body = max_body
        self._sockets: set[socket.socket] = set()
        super().__init__(("127.0.0.1", port), _Connection)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    def start(self) -> Server:
        """Start serving from a daemon thread, and return the server."""
        Thread(target=self.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
        return self

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept a connection and remember it, so that `close` can cut it."""
        connection, address = super().get_request()
        self._sockets.add(connection)
        return connection, address

    def shutdown_request(self, request: socket.socket | tuple[bytes, socket.socket]) -> None:
        """Close a connection."""
        if isinstance(request, socket.socket):
            self._sockets.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: object, client_address: object) -> None:
        """Print an error of a connection, unless the client has closed it."""
        del client_address
        if isinstance(request, socket.socket) and request.fileno() == -1:
            return
        super().handle_error(request, None)  # type: ignore[arg-type]  # the base class prints it only

    def close(self) -> None:
        """Stop serving and cut all connections."""
        self.shutdown()
        self.server_close()
        for connection in list(self._sockets):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

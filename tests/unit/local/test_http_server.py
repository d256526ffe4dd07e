from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from infra.local.http_server import HttpRequest, HttpResponse, Server

LIMIT = 1000


def echo(request: HttpRequest) -> HttpResponse:
    if request.path == "/fails":
        raise RuntimeError("error of the handler")
    body = b"too large" if request.too_large else request.body
    return HttpResponse(200, [("X-Method", request.method)], body)


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    running = Server(echo, max_body=LIMIT).start()
    yield running
    running.close()


def talk(server: Server, data: bytes) -> bytes:
    """Send bytes, stop sending, and return everything that the server sends until it closes the connection."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        connection.sendall(data)
        connection.shutdown(socket.SHUT_WR)
        pieces = []
        while piece := connection.recv(65536):
            pieces.append(piece)
    return b"".join(pieces)


def test_a_connection_stays_open_for_the_next_request(server: Server) -> None:
    answers = talk(server, b"POST /a HTTP/1.1\r\nContent-Length: 2\r\n\r\nhiGET /b HTTP/1.1\r\n\r\n")
    assert answers.count(b"HTTP/1.1 200 OK") == 2
    assert b"\r\n\r\nhi" in answers


@pytest.mark.parametrize("top", [b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"])
def test_a_connection_closes_when_the_client_requests_it(server: Server, top: bytes) -> None:
    assert talk(server, top + b"GET / HTTP/1.1\r\n\r\n").count(b"HTTP/1.1 200 OK") == 1


def test_a_chunked_body_is_assembled(server: Server) -> None:
    chunked = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n4;x=y\r\n you\r\n0\r\n\r\n"
    assert talk(server, chunked).endswith(b"hi you")


def test_expect_100_continue_is_answered(server: Server) -> None:
    assert talk(server, b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na").startswith(
        b"HTTP/1.1 100 Continue"
    )


@pytest.mark.parametrize(
    "framing",
    [
        b"Content-Length: 2000\r\n\r\n" + b"x" * 2000,
        b"Transfer-Encoding: chunked\r\n\r\n7d0\r\n" + b"x" * 2000 + b"\r\n0\r\n\r\n",
    ],
)
def test_a_body_that_is_too_large_is_read_and_discarded(server: Server, framing: bytes) -> None:
    assert talk(server, b"POST / HTTP/1.1\r\n" + framing).endswith(b"too large")


@pytest.mark.parametrize(
    "bad",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/2\r\n\r\n",
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"GET / HTTP/1.1\r\nname : x\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\na",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nabc\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 5\r\n\r\nab",
    ],
)
def test_malformed_requests_get_status_400(server: Server, bad: bytes) -> None:
    assert talk(server, bad).startswith(b"HTTP/1.1 400 ")


def test_too_many_headers_get_status_431(server: Server) -> None:
    assert talk(server, b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 300 + b"\r\n").startswith(b"HTTP/1.1 431 ")


def test_a_head_request_gets_no_body(server: Server) -> None:
    answer = talk(server, b"HEAD / HTTP/1.1\r\nContent-Length: 2\r\n\r\nhi")
    assert b"Content-Length: 2" in answer
    assert answer.endswith(b"\r\n\r\n")


def test_an_error_of_the_handler_gets_status_500(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert talk(server, b"GET /fails HTTP/1.1\r\n\r\n").startswith(b"HTTP/1.1 500 ")
    assert "error of the handler" in capsys.readouterr().err

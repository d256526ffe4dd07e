"""An AWS service that accepts connections and never answers ends in a clean answer within the function's time."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Iterator
from contextlib import closing
from threading import Event, Thread
from time import monotonic
from typing import Any

import pytest

import intake.app
import notify.app
import prioritize.app
import review.app
from casereview.runtime import aws_clients, invocation, sqs_batch
from casereview.runtime.aws_clients import Limits
from infra.paths import ROOT
from tests.support.function_environment import environment_of
from tests.support.system import Context, Staff, body

pytestmark = pytest.mark.filterwarnings("ignore:No application metrics to publish")  # nothing was done to be counted
TIMEOUT = 5.0
"""The timeout of the function, in seconds; the limits of calls are shortened to it."""
QUICK = Limits(connect=0.2, read=0.3, attempts=3)
RECEIPT = "0W40-J2GB-1G6G-W3RG-3"
Handler = Callable[[dict[str, Any], Any], Any]


class Limited(Context):
    """The context of an invocation that ends after the timeout."""

    def __init__(self) -> None:
        self.began = monotonic()

    def get_remaining_time_in_millis(self) -> int:
        return int((TIMEOUT - (monotonic() - self.began)) * 1000)


@pytest.fixture
def connections() -> Iterator[tuple[str, list[socket.socket]]]:
    """Provide the address of a peer that accepts connections and never answers, and the connections it has."""
    accepted: list[socket.socket] = []
    ended = Event()
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.settimeout(0.05)

        def accept() -> None:
            while not ended.is_set():
                try:
                    accepted.append(server.accept()[0])
                except TimeoutError:
                    continue

        thread = Thread(target=accept)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", accepted
        ended.set()
        thread.join()
        for connection in accepted:
            connection.close()


@pytest.fixture
def peer(
    connections: tuple[str, list[socket.socket]], monkeypatch: pytest.MonkeyPatch
) -> Iterator[list[socket.socket]]:
    """Connect every function to the silent peer, with short limits; provide the connections that they make."""
    address, accepted = connections
    for name in ("intake", "prioritize", "notify", "review"):
        for variable, value in environment_of(name).items():
            if variable not in {"PATH", "PYTHONPATH"}:
                monkeypatch.setenv(variable, value)
    monkeypatch.setenv("AWS_ENDPOINT_URL", address)
    monkeypatch.setattr(aws_clients, "CALL", QUICK)
    monkeypatch.setattr(aws_clients, "SENDING", QUICK)
    monkeypatch.setattr(sqs_batch, "NEEDED", 2 * QUICK.seconds)
    monkeypatch.setattr(invocation, "ANSWERING", 1.0)
    monkeypatch.setattr(invocation, "_ends_at", float("inf"))
    loaded = (
        intake.services.services,
        prioritize.services.services,
        notify.services.services,
        review.services.services,
    )
    for services in loaded:
        services.cache_clear()
    yield accepted
    for services in loaded:
        services.cache_clear()


def request(method: str, path: str, sent: object = None, **context: object) -> dict[str, Any]:
    """Return an event of API Gateway."""
    return {
        "httpMethod": method,
        "path": path,
        "resource": path,
        "headers": {"Content-Type": "application/json", "Authorization": "Bearer 0000-0000-0000-0000"},
        "multiValueHeaders": {},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "requestContext": {"requestId": "r", "stage": "live", "path": path, **context},
        "body": None if sent is None else json.dumps(sent),
        "isBase64Encoded": False,
    }


STAFF = {"authorizer": {"claims": Staff("omar").claims()}}
REQUESTS: dict[str, tuple[Handler, dict[str, Any]]] = {
    "file": (intake.app.handler, request("POST", "/requests", body())),
    "look up": (intake.app.handler, request("GET", f"/requests/{RECEIPT}")),
    "take next": (review.app.handler, request("POST", "/staff/worklist/next", {}, **STAFF)),
    "read a case": (review.app.handler, request("GET", "/staff/cases/C1", **STAFF)),
}


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_is_answered_with_503_before_the_function_ends(peer: list[socket.socket], name: str) -> None:
    handler, event = REQUESTS[name]
    context = Limited()
    answer = handler(event, context)
    assert answer["statusCode"] == 503
    assert answer["multiValueHeaders"]["Retry-After"] == ["1"]
    assert peer, "no call was made"
    assert context.get_remaining_time_in_millis() > 0


def batch(source: str, sent: str) -> dict[str, Any]:
    """Return an event of SQS with ten messages."""
    return {"Records": [{"messageId": str(n), "body": sent, "eventSourceARN": source} for n in range(10)]}


NOTICE = '{"schema": 1, "case_id": "C1", "notice_id": "N1"}'
BATCHES: dict[str, tuple[Handler, dict[str, Any]]] = {
    "rank": (prioritize.app.handler, batch("rank", '{"schema": 1, "case_id": "C1"}')),
    "notice": (notify.app.handler, batch("notice", NOTICE)),
}


@pytest.mark.parametrize("name", BATCHES)
def test_all_messages_of_a_batch_fail_before_the_function_ends(peer: list[socket.socket], name: str) -> None:
    handler, event = BATCHES[name]
    context = Limited()
    answer = handler(event, context)
    assert [one["itemIdentifier"] for one in answer["batchItemFailures"]] == [str(n) for n in range(10)]
    assert 0 < len(peer) < 3 * 10, "every message was tried at full length, or none was"
    assert context.get_remaining_time_in_millis() > 0


@pytest.mark.parametrize("duty", ["sweep", "snapshot", "bands", "usual_wait"])
def test_a_scheduled_duty_fails_before_the_function_ends(peer: list[socket.socket], duty: str) -> None:
    context = Limited()
    with pytest.raises(prioritize.app.FailedError):
        prioritize.app.handler({"duty": duty}, context)
    assert peer, "no call was made"
    assert context.get_remaining_time_in_millis() > 0


def test_no_module_creates_clients_but_the_one_that_sets_their_limits() -> None:
    """The Encryption SDK creates its client of the session that it is given."""
    sources = [path for folder in ("functions", "shared/casereview") for path in (ROOT / folder).rglob("*.py")]
    creating = {
        path.name for path in sources if "boto3.client" in path.read_text() or "boto3.Session" in path.read_text()
    }
    assert creating == {"aws_clients.py"}

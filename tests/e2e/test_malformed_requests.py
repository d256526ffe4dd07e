"""What is malformed is refused as a problem document over HTTP, stores nothing and costs nobody the connection."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.support.local.local_system import Answer, Client, Local
from tests.support.system import body

SECRET = "Zyxwvuts"
PLAIN = json.dumps(body())
MALFORMED: dict[str, tuple[int, bytes]] = {
    "nothing": (400, b""),
    "no JSON": (400, SECRET.encode()),
    "cut off": (400, PLAIN[:-1].encode()),
    "two values": (400, (PLAIN + PLAIN).encode()),
    "a list": (400, b"[]"),
    "a text": (400, f'"{SECRET}"'.encode()),
    "null": (400, b"null"),
    "UTF-16": (400, PLAIN.encode("utf-16")),
    "half a character": (422, b'{"grounds": "\\ud800"}'),
    "a name twice": (400, b'{"grounds": "a", "grounds": "b"}'),
    "no number of JSON": (400, PLAIN.replace('"detained"', "NaN").encode()),
    "deeper than any request": (400, b'{"grounds": ' + b"[" * 5000 + b"]" * 5000 + b"}"),
    "a number longer than any": (400, PLAIN.replace('"detained"', "9" * 5000).encode()),
    "a wrong type": (422, PLAIN.replace('"detained"', "7").encode()),
    "an unknown field": (422, json.dumps(body(wish=SECRET)).encode()),
    "an unknown word": (422, json.dumps(body(facts={"custody": SECRET})).encode()),
    "an impossible date": (422, json.dumps(body(subject={"born_on": f"1980-02-30 {SECRET}"})).encode()),
    "an A-number of letters": (422, json.dumps(body(subject={"a_number": SECRET})).encode()),
    "an address that is none": (422, json.dumps(body(requester={"contact": {"email": SECRET}})).encode()),
    "over 256 KB": (413, json.dumps(body(grounds=SECRET * 40_000)).encode()),
    "over what the gateway takes": (413, b" " * (10 * 1024 * 1024 + 1)),
}


@pytest.fixture(scope="module")
def client(local: Local) -> Iterator[Client]:
    """One connection for the whole module."""
    with closing(local.client()) as found:
        yield found


def check_problem(answer: Answer, status: int) -> None:
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    problem = answer.json()
    assert problem["status"] == status
    assert problem["errors"]
    assert problem["type"].startswith("/problems/")
    assert all(error.keys() == {"pointer", "code", "message"} for error in problem["errors"])
    assert SECRET.encode() not in answer.body


@pytest.mark.parametrize(("status", "sent"), MALFORMED.values(), ids=MALFORMED)
def test_a_malformed_body_is_a_problem_that_repeats_no_value(client: Client, status: int, sent: bytes) -> None:
    check_problem(client.call("POST", "/requests", sent), status)


@pytest.mark.parametrize("kind", ["no JSON", "a wrong type", "over 256 KB"])
def test_the_connection_serves_the_next_request(client: Client, kind: str) -> None:
    status, sent = MALFORMED[kind]
    assert client.call("POST", "/requests", sent).status == status
    assert client.is_open
    assert client.call("GET", "/notice?language=es").status == 200
    assert client.is_open


@pytest.mark.parametrize("media", ["text/plain", "application/octet-stream", "application/x-www-form-urlencoded"])
def test_a_body_of_another_media_type_is_refused(client: Client, media: str) -> None:
    check_problem(client.call("POST", "/requests", PLAIN, {"Content-Type": media}), 415)


def test_a_problem_is_in_the_language_that_the_client_accepts(client: Client) -> None:
    answer = client.call("POST", "/requests", b"{", {"Accept-Language": "es-MX, en;q=0.5"})
    check_problem(answer, 400)
    assert dict(answer.headers)["Content-Language"] == "es"


@pytest.mark.parametrize("key", ["short", "x" * 129])
def test_a_bad_header_is_a_problem(client: Client, key: str) -> None:
    answer = client.call("POST", "/requests", PLAIN, {"Idempotency-Key": key})
    check_problem(answer, 400)
    assert answer.json()["errors"][0]["pointer"] == "Idempotency-Key"


@pytest.mark.parametrize("path", ["/", "/nowhere", "/requests/", "/requests/a/b/c", "/%2e%2e/requests", "/requests%00"])
def test_an_unknown_route_is_a_problem(client: Client, path: str) -> None:
    check_problem(client.call("GET", path), 404)


def test_a_method_that_a_route_does_not_have_is_a_problem(client: Client) -> None:
    check_problem(client.call("DELETE", "/requests"), 404)


def test_nothing_of_all_that_was_stored_and_no_handler_died(local: Local) -> None:
    for status, sent in MALFORMED.values():
        assert local.call("POST", "/requests", sent).status == status
    stored = {item["pk"]["S"].partition("#")[0] for item in local.items()}
    assert not stored & {"CASE", "REQUEST", "PERSON", "ADDRESS"}
    assert SECRET not in local.log.read_text()
    assert "Traceback" not in local.log.read_text() + local.printed.read_text()
    assert local.file(body())["receipt"]

"""Every answer to whatever is sent to the address of the site carries the headers of the site."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from casereview.schema.languages import LANGUAGES
from casereview.web.assets import assets
from casereview.web.browser import HEADERS
from infra.documents.gateway_pages import POLICY
from tests.support.local.local_system import Answer, Client, Local

FORM = {"Content-Type": "application/x-www-form-urlencoded", "Sec-Fetch-Site": "same-origin"}
REQUESTS = [
    ("GET", "/", 303),
    ("GET", "/status", 303),
    ("GET", "/leave", 303),
    ("GET", "/en/", 200),
    ("GET", "/ar/request", 200),
    ("GET", "/en/nothing", 404),
    ("GET", "/xx/", 404),
    ("GET", "/en/%00", 404),
    ("GET", "/static/0/none.css", 404),
    ("POST", "/en/status", 422),
    ("POST", "/en/nothing", 404),
    ("POST", "/", 404),
    ("PUT", "/en/request", 404),
    ("DELETE", "/en/status", 404),
    ("OPTIONS", "/en/status", 404),
    ("PATCH", "/", 404),
]
"""A method that a page does not have is answered by the gateway, which knows no such route: 404, where HTTP has 405."""


@pytest.fixture(scope="module")
def client(local: Local) -> Iterator[Client]:
    """A connection to the site."""
    with closing(Client(local.site)) as found:
        yield found


def assert_headers(answer: Answer) -> None:
    found = dict(answer.headers)
    own = {**HEADERS, "Content-Security-Policy": POLICY} if b'data-page="gateway"' in answer.body else HEADERS
    assert own.items() <= found.items()
    assert "Set-Cookie" not in found


@pytest.mark.parametrize(("method", "path", "status"), REQUESTS)
def test_every_answer_has_every_header_and_is_not_kept(client: Client, method: str, path: str, status: int) -> None:
    answer = client.call(method, path, "a=1" if method == "POST" else None, FORM)
    assert answer.status == status
    assert_headers(answer)
    assert dict(answer.headers)["Cache-Control"] == "no-store"


def test_a_file_has_every_header_and_is_kept(client: Client) -> None:
    for asset in assets("pages").values():
        answer = client.call("GET", f"/{asset.path}")
        assert answer.status == 200
        assert_headers(answer)
        assert "immutable" in dict(answer.headers)["Cache-Control"]


def test_what_is_too_large_for_the_gateway_is_told_as_such_in_every_language(local: Local) -> None:
    with closing(Client(local.site)) as client:
        answer = client.call("POST", "/en/request", b"a" * (10 * 1024 * 1024 + 1), FORM)
    assert answer.status == 413
    assert_headers(answer)
    assert "It is too long." in answer.body.decode()
    assert all(f'lang="{language}"' in answer.body.decode() for language in LANGUAGES)

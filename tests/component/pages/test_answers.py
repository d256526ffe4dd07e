"""Every answer of the site: its headers, its languages, and what it does with an address that is none."""

from __future__ import annotations

import base64

import pytest

import pages.app
from casereview.schema.languages import LANGUAGES
from casereview.web.assets import assets
from casereview.web.browser import HEADERS
from pages.routes import NEUTRAL, PAGES
from tests.support.site import Site


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_shown_in_every_language_with_its_headers(site: Site, page: str, language: str) -> None:
    found = site.read(f"/{language}/{page}")
    assert found.status == 200
    assert f'<html lang="{language}" dir="{"rtl" if language == "ar" else "ltr"}"' in found.html
    assert HEADERS.items() <= found.headers.items()
    assert found.headers["Cache-Control"] == "no-store"
    assert "set-cookie" not in {name.lower() for name in found.headers}


@pytest.mark.parametrize(
    ("path", "accepted", "location"),
    [
        ("/", "es-MX,es;q=0.9", "/es/"),
        ("/", "", "/en/"),
        ("/", "tlh", "/en/"),
        ("/status", "ar", "/ar/status"),
        ("/leave", "", NEUTRAL),
    ],
)
def test_an_address_without_language_leads_to_that_of_the_browser(
    site: Site, path: str, accepted: str, location: str
) -> None:
    found = site.read(path, Accept_Language=accepted)
    assert (found.status, found.headers["Location"]) == (303, location)


def test_leaving_clears_what_the_browser_kept(site: Site) -> None:
    assert site.read("/leave").headers["Clear-Site-Data"] == '"cache", "storage"'


@pytest.mark.parametrize("path", ["/en/nothing", "/xx/status", "/en/request/more", "/static/0/none.css"])
def test_an_address_that_is_none_is_a_page_of_its_own(site: Site, path: str) -> None:
    found = site.read(path)
    assert (found.status, found.page) == (404, "not_found")


def test_the_files_of_pages_are_kept_by_browsers_under_the_digest_of_their_content(site: Site) -> None:
    for asset in assets("pages").values():
        found = site.read(f"/{asset.path}")
        assert (found.status, found.html) == (200, asset.content)
        assert "immutable" in found.headers["Cache-Control"]
    assert assets("pages")["site.css"].path in site.read("/en/").html
    assert assets("pages")["site-rtl.css"].path in site.read("/ar/").html


def test_a_page_behind_a_stage_has_links_that_begin_with_it(site: Site) -> None:
    event = {
        "httpMethod": "GET",
        "headers": None,
        "pathParameters": {"page": "en/status"},
        "requestContext": {"path": "/v1/en/status", "identity": {"sourceIp": "192.0.2.1"}},
    }
    assert 'action="/v1/en/status"' in pages.app.respond(site.api, event, site.system.time)["body"]


@pytest.mark.parametrize(
    ("body", "encoded"),
    [("a=1&" * 2_000, False), ("%%%", True), (base64.b64encode(b"\xff").decode(), True)],
)
def test_a_form_that_cannot_be_read_counts_as_empty(site: Site, body: str, encoded: bool) -> None:  # noqa: FBT001
    event = {
        "httpMethod": "POST",
        "headers": {"content-type": "application/x-www-form-urlencoded"},
        "pathParameters": {"page": "en/status"},
        "requestContext": {"path": "/en/status", "identity": {"sourceIp": "192.0.2.1"}},
        "body": body,
        "isBase64Encoded": encoded,
    }
    answer = pages.app.respond(site.api, event, site.system.time)
    assert (answer["statusCode"], site.invoked) == (422, [])


def test_an_error_of_a_page_is_a_page_and_a_log_line_without_what_was_typed(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("pages.pair.read_pair", lambda _form: 1 / 0)
    failed = site.send("/en/status", {"receipt": "canary-of-a-receipt"})
    assert (failed.status, failed.page) == (500, "failed")
    assert "canary" not in capsys.readouterr().out

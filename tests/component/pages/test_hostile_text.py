"""What people wrote is shown as text: no element, attribute or link is made of it, and its direction is its own."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

import pytest

from pages.routes import PAGES
from tests.support.site import Shown, Site
from tests.support.site_pages import ASKED, DECISION, FULL, SHORT, filed_pair, status_page

HOSTILE: Final = (
    '</dd><script>alert(1)</script><a href="https://evil.example">\u202ex</a>"\' onfocus=alert(1) https://evil.example'
)
HARMLESS: Final = "Harmless"
TYPED: Final = sorted(name for name, text in SHORT.items() if text not in {"true", "false", "family", "detained"})
"""The fields of the short form in which one writes."""
POSTS: Final = sorted(name for name, route in PAGES.items() if route.post)


class _Elements(HTMLParser):
    """Reads the elements of a page with the names of their attributes, and where a text stands."""

    VOID = frozenset({"input", "meta", "link", "br"})

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, tuple[str, ...]]] = []
        self.around: list[list[tuple[str, str | None]]] = []
        self.isolated: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, tuple(sorted(name for name, _ in attrs))))
        if tag not in self.VOID:
            self.around.append([("tag", tag), *attrs])

    def handle_endtag(self, tag: str) -> None:
        self.found.append((f"/{tag}", ()))
        while self.around and self.around.pop()[0] != ("tag", tag):
            pass

    def handle_data(self, data: str) -> None:
        if "evil.example" in data:
            own = [("tag", "bdi"), ("tag", "textarea"), ("dir", "auto")]
            self.isolated.append(any(mark in each for each in self.around for mark in own))


def elements(shown: Shown) -> _Elements:
    found = _Elements()
    found.feed(shown.html)
    return found


def assert_text_alone(hostile: Shown, harmless: Shown) -> None:
    assert "evil.example" in hostile.html
    assert elements(hostile).found == elements(harmless).found
    assert all(elements(hostile).isolated)


@pytest.mark.parametrize("html", ["<bdi>{}</bdi>", "<p>{}</p>"], ids=["unescaped", "not isolated"])
def test_text_that_is_not_text_alone_is_found(html: str) -> None:
    hostile = HOSTILE if "bdi" in html else "https://evil.example"
    with pytest.raises(AssertionError):
        assert_text_alone(Shown(200, {}, html.format(hostile)), Shown(200, {}, html.format(HARMLESS)))


@pytest.mark.parametrize("action", ["check", "edit", "long", "language"])
@pytest.mark.parametrize("field", TYPED)
def test_what_is_typed_into_a_field_stays_text(site: Site, field: str, action: str) -> None:
    blank = site.read("/en/request").fields
    shown = [
        site.send("/en/request", {**blank, **SHORT, field: text, "action": action})
        for text in (HOSTILE, "none of these " * 9)
    ]
    assert_text_alone(*shown)


@pytest.mark.parametrize("page", ["update", "escalation"])
def test_words_that_are_refused_stay_text(site: Site, page: str) -> None:
    pair = filed_pair(site, "en")
    sent = {**pair, "action": "send", "section": "contact", "requester.contact.email": "none"}
    if page == "escalation":
        site.send("/en/withdrawal", {**pair, "action": "send"})
    shown = [
        site.send(f"/en/{page}", {**sent, "statement": text, "requester.contact.call_times": text})
        for text in (HOSTILE, HARMLESS)
    ]
    assert_text_alone(*shown)


def test_receipts_that_are_none_stay_text(site: Site) -> None:
    shown = [site.send("/en/several", {"pairs": text}) for text in (f"{HOSTILE} x\n{HOSTILE}", f"{HARMLESS} x\ny")]
    assert_text_alone(*shown)
    assert_text_alone(*[site.send("/en/office", {"zip": text}) for text in (HOSTILE, HARMLESS)])
    assert_text_alone(*[site.send("/en/status", {"receipt": text}) for text in (HOSTILE, HARMLESS)])


def test_what_officers_wrote_stays_text(site: Site) -> None:
    pair = filed_pair(site, "ar")
    shown = []
    for text in (HOSTILE, HARMLESS):
        decision = {**DECISION, "reasons": [text], "granted": [{"what": "release", "conditions": text}]}
        changes = {
            **FULL,
            "status": "decided",
            "own_reference": text,
            "asked_for": [{**ASKED, "text": text}],
            "decision": decision,
            "earlier_decisions": [decision],
        }
        shown.append(status_page(site, "ar", pair, changes))
    assert_text_alone(*shown)


@pytest.mark.parametrize("origin", ["cross-site", "same-site", "other"])
@pytest.mark.parametrize("page", POSTS)
def test_a_form_that_another_site_sends_counts_as_empty(site: Site, page: str, origin: str) -> None:
    sent = {**SHORT, **filed_pair(site, "en"), "statement": "Words.", "zip": "78040", "key": "k", "action": "send"}
    sent["pairs"] = f"{sent['receipt']} {sent['code']}"
    site.invoked.clear()
    found = site.send(f"/en/{page}", sent, **{"Sec-Fetch-Site": origin})
    assert not {name: value for name, value in found.fields.items() if value} & sent.items()
    assert site.invoked == []
    assert sent["receipt"] not in found.html

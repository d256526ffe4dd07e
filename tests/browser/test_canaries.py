"""Marks that are typed into every field are found in no address, log line, cookie, storage or Referer."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.test_journeys import CODE, RECEIPT, press, where

if TYPE_CHECKING:
    from tests.browser.conftest import Visitor
    from tests.support.local.local_system import Local

VALID: Final = {
    "subject.a_number": "A987654321",
    "subject.uscis_receipt": "CNR9876501234",
    "requester.contact.email": "canary{}@example.org",
    "requester.contact.phone": "+12025559876",
    "facts.minor_children": "",
    "facts.us_citizen_children": "",
    "facts.residence.zip": "",
    "facts.residence.state": "",
    "requester.contact.postal.zip": "",
    "requester.contact.postal.state": "",
}
"""Fields that take no word: what is typed there; blank where what may be typed is too short to be a mark."""
WRITTEN_IN: Final = ("words", "person", "place", "convictions", "contact")
"""The parts of an addition in which one writes."""
DIGITS: Final = ("987654321", "CNR9876501234", "2025559876")


def fill_all(visitor: Visitor, *, says_who_asks: bool = False) -> list[str]:
    """Type a mark into each field that one writes in, in step after step, and return the marks."""
    page, marks = visitor.page, []
    fields = page.locator(
        "main form textarea, main form input[type=text], main form input[type=email], main form input[type=tel]"
    )
    role, following = page.locator("label[for='requester.role.other']"), page.locator("#next")
    while True:
        for name in fields.evaluate_all("all => all.filter(each => each.checkVisibility()).map(each => each.name)"):
            if name.rpartition(".")[2] in {"year", "month", "day"}:
                continue
            mark = f"canary{secrets.token_hex(6)}"
            page.fill(f"[name='{name}']", VALID.get(name, "{}").format(mark))
            marks.append(mark)
        if says_who_asks and role.is_visible():
            role.click()
        if not following.is_visible():
            break
        following.click()
    return marks


def assert_nowhere(visitor: Visitor, local: Local, marks: Iterable[str]) -> None:
    requests = [each.request for each in visitor.loaded]
    kept = visitor.page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])") if visitor.scripts else ""
    places = {
        "addresses": " ".join(each.url for each in requests),
        "headers": " ".join(str(each.headers) for each in requests),
        "cookies and storage": str(visitor.context.storage_state()) + kept,
        "title": visitor.page.title(),
        "logs": local.log.read_text() + local.printed.read_text(),
    }
    assert [
        (place, mark) for place, text in places.items() for mark in marks if mark.casefold() in text.casefold()
    ] == []


def test_what_is_typed_leaves_no_mark(visitor: Visitor, local: Local) -> None:
    visitor.open("/en/request")
    visitor.page.click("button[value=long]")
    marks = [*fill_all(visitor, says_who_asks=True), *DIGITS]
    assert len(marks) > 20
    press(visitor, "check")
    assert where(visitor) == "check", visitor.page.inner_text("main")
    press(visitor, "send")
    text = visitor.page.inner_text("main")
    receipt, code = RECEIPT.search(text), CODE.search(text)
    assert receipt
    assert code
    marks += [receipt[0], code[0], code[0].replace("-", "")]
    visitor.page.click("main form button")
    for section in WRITTEN_IN:
        visitor.page.locator("form[action='/en/update'] button").first.click()
        if visitor.page.locator(f"button[name=section][value={section}]").count():
            visitor.page.click(f"button[name=section][value={section}]")
        if section == "place":
            visitor.page.click("label[for='facts.custody.detained']")
            press(visitor, "next")
        marks += fill_all(visitor)
        press(visitor, "send")
        assert where(visitor) == "status", visitor.page.inner_text("main")
    local.settle()
    assert_nowhere(visitor, local, marks)


def test_what_is_refused_leaves_no_mark(visitor: Visitor, local: Local) -> None:
    marks = []
    for page in ("request", "status", "office", "several"):
        visitor.open(f"/en/{page}")
        marks += fill_all(visitor)
        press(visitor, "check") if page == "request" else visitor.page.click("main form button")
        if page == "request" and visitor.scripts:  # a draft stays in the tab until the form is sent or cleared
            visitor.page.click("#clear")
            visitor.page.wait_for_selector("#answers[data-blank]")
    assert len(marks) >= 10
    assert_nowhere(visitor, local, marks)


def test_a_mark_in_a_log_is_found(visitor: Visitor, local: Local) -> None:
    visitor.open("/en/status")
    mark = f"canary{secrets.token_hex(6)}"
    visitor.page.goto(f"{local.site}/en/status?{mark}")
    with pytest.raises(AssertionError):
        assert_nowhere(visitor, local, [mark])

"""People file and follow a request in a browser, with and without JavaScript."""

from __future__ import annotations

import re

import pytest

from tests.browser.conftest import Visitor

CODE = re.compile(r"([0-9A-Z]{4}-){6}[0-9A-Z]")
RECEIPT = re.compile(r"\b([0-9A-Z]{4}-){4}[0-9A-Z]\b")


def press(visitor: Visitor, action: str) -> None:
    visitor.press(action)


def where(visitor: Visitor) -> str:
    return visitor.where


@pytest.mark.parametrize("language", ["en", "es", "ar", "zh"])
def test_a_request_is_filed_read_back_and_looked_up(visitor: Visitor, language: str) -> None:
    visitor.open(f"/{language}/")
    visitor.page.click(f"main a[href='/{language}/request'].usa-button")
    visitor.fill()
    visitor.press("check")
    assert where(visitor) == "check"
    visitor.press("send")
    assert where(visitor) == "receipt"
    assert RECEIPT.search(visitor.page.inner_text("main"))
    assert CODE.search(visitor.page.inner_text("main"))
    visitor.page.click("main form button")
    assert where(visitor) == "status"


def test_an_addition_and_a_withdrawal_are_said_back_and_taken_back(visitor: Visitor) -> None:
    visitor.open("/en/request")
    visitor.fill()
    visitor.press("check")
    visitor.press("send")
    visitor.page.click("main form button")
    visitor.page.click(".acts form[action='/en/update'] button")
    visitor.page.fill("[name=statement]", "There is more.")
    visitor.press("send")
    assert "We have what you added." in visitor.page.inner_text("main")
    visitor.page.click(".acts form[action='/en/withdrawal'] button")
    visitor.press("send")
    assert "You withdrew this request" in visitor.page.inner_text("main")
    visitor.page.click(".acts form[action='/en/withdrawal'] button")
    visitor.press("undo")
    assert "You took the withdrawal back." in visitor.page.inner_text("main")


def test_what_is_missing_is_told_with_all_that_was_typed_kept(visitor: Visitor) -> None:
    visitor.open("/en/request")
    visitor.reach("[name=grounds]").fill("Words that must stay.")
    visitor.press("check")
    assert where(visitor) == "request"
    assert visitor.page.input_value("[name=grounds]") == "Words that must stay."
    assert visitor.page.locator("#errors a").count() == 2


def test_another_language_in_the_middle_keeps_what_was_typed(visitor: Visitor) -> None:
    visitor.open("/en/request")
    visitor.fill("Words that must stay.")
    visitor.page.click("button[formaction='/fr/request']")
    assert visitor.page.get_attribute("html", "lang") == "fr"
    assert visitor.page.input_value("[name=grounds]") == "Words that must stay."


def test_nothing_that_was_typed_is_in_an_address_a_cookie_or_a_storage(visitor: Visitor) -> None:
    visitor.open("/en/request")
    visitor.fill("canary-of-a-narrative")
    visitor.press("check")
    visitor.press("send")
    code = CODE.search(visitor.page.inner_text("main"))
    assert code
    addresses = " ".join(each.request.url + str(each.request.headers.get("referer")) for each in visitor.loaded)
    kept = str(visitor.context.storage_state())
    for typed in ("canary", "Ana", code[0]):
        assert typed not in addresses
        assert typed not in kept
    assert visitor.context.cookies() == []

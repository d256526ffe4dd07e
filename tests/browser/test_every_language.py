"""In each language, without scripts: a request with gaps is filed, found again, completed, withdrawn and kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Final

import pytest

from casereview.schema.languages import LANGUAGES
from tests.browser.conftest import Visitor, open_visitor
from tests.browser.test_journeys import CODE, RECEIPT, press, where
from tests.support.site_pages import SHORT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.support.local.local_system import Local

MOST_LOADS: Final = 4
MOST_TAPS: Final = 12
MOST_BYTES: Final = 70 * 1024
"""Of the way from the start to the receipt: pages, taps beside typing, and compressed bytes with nothing kept."""
QUESTIONS: Final = 7
REQUIRED: Final = 3


@pytest.fixture(params=LANGUAGES)
def visitor(request: pytest.FixtureRequest, chromium: Browser, local: Local) -> Iterator[Visitor]:
    """A visitor without scripts, on the start page of a language."""
    found = open_visitor(chromium, local.site, scripts=False, width=360)
    with closing(found.context):
        found.open(f"/{request.param}/")
        yield found
        assert found.faults == []


class Taps:
    """Counts what a visitor taps."""

    def __init__(self, visitor: Visitor) -> None:
        self.page = visitor.page
        self.made = 0

    def __call__(self, selector: str) -> None:
        self.made += 1
        self.page.click(selector)

    def type(self, name: str, text: str) -> None:
        """Tap a field and type into it."""
        self(f"[name='{name}']")
        self.page.keyboard.type(text)


def documents(visitor: Visitor) -> list[str]:
    return [each.url for each in visitor.loaded if each.request.resource_type == "document" and each.status != 303]


def test_a_request_with_gaps_is_filed_completed_withdrawn_and_kept(visitor: Visitor) -> None:
    page, tap = visitor.page, Taps(visitor)
    language = page.get_attribute("html", "lang") or ""
    tap(f"main a[href='/{language}/request'].usa-button")
    tap.type("subject.given_name", "Ana")
    tap("label[for='requester.role.self']")
    tap.type("grounds", "She has three children.")
    tap("main button[value=check]:not(.usa-sr-only)")
    tap("main button[value=send]")
    assert where(visitor) == "receipt"
    page.wait_for_load_state("networkidle")
    assert tap.made <= MOST_TAPS
    assert len(documents(visitor)) <= MOST_LOADS
    assert sum(each.request.sizes()["responseBodySize"] for each in visitor.loaded) <= MOST_BYTES
    text = page.inner_text("main")
    receipt, code = RECEIPT.search(text), CODE.search(text)
    assert receipt
    assert code

    visitor.open(f"/{language}/status")
    page.fill("[name=receipt]", receipt[0].lower())
    page.fill("[name=code]", code[0].lower().replace("-", " "))
    page.click("main form button")
    assert where(visitor) == "status"
    add(visitor, language, "person", "subject.a_number", "A012 345 678")
    add(visitor, language, "place", "facts.facility", "Stewart Detention Center")
    page.click(f"form[action='/{language}/withdrawal'] button")
    press(visitor, "send")
    assert where(visitor) == "status"
    page.click(f"form[action='/{language}/withdrawal'] button")
    press(visitor, "undo")
    assert where(visitor) == "status"
    assert page.locator(".usa-alert--success").count() == 1


def add(visitor: Visitor, language: str, section: str, field: str, text: str) -> None:
    """Add an answer to a request that is shown."""
    page = visitor.page
    page.locator(f"form[action='/{language}/update'] button").first.click()
    if page.locator(f"button[name=section][value={section}]").count():
        page.click(f"button[name=section][value={section}]")
    if section == "place":
        page.click("label[for='facts.custody.detained']")
        press(visitor, "next")
    page.fill(f"[name='{field}']", text)
    press(visitor, "send")
    assert where(visitor) == "status"
    assert page.locator(".usa-alert--success").count() == 1


def test_the_short_form_has_seven_questions_of_which_three_are_required(visitor: Visitor) -> None:
    language = visitor.page.get_attribute("html", "lang")
    visitor.open(f"/{language}/request")
    assert visitor.page.locator("main form h2").count() <= QUESTIONS
    assert visitor.page.locator(".required").count() == REQUIRED
    asked = visitor.page.locator("main form [name]:not([type=hidden]):not(button)").evaluate_all(
        "all => [...new Set(all.map(each => each.name))]"
    )
    assert set(asked) <= SHORT.keys() | {"long"}

"""What was seen to be wrong in pictures of the pages, and was mended."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.screen import Screen, screen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, FloatRect


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Screen]:
    """A window on the English pages."""
    with screen(chromium, "en") as found:
        yield found


def box(window: Screen, selector: str) -> FloatRect:
    found = window.page.locator(selector).first.bounding_box()
    assert found
    return found


def test_the_button_that_leaves_is_as_wide_as_the_page_on_a_phone(window: Screen) -> None:
    window.size(360)
    window.show("start")
    button, page = box(window, ".leave .usa-button"), box(window, ".near")
    assert (button["x"], button["width"]) == (page["x"], page["width"])


def test_a_question_of_the_read_back_has_no_lines_between_its_choices(window: Screen) -> None:
    window.size(360)
    page = window.show("check")
    lines = page.locator(".answers .usa-radio").evaluate_all(
        "all => all.map(one => getComputedStyle(one).borderBottomWidth)"
    )
    assert lines
    assert set(lines) == {"0px"}


def test_a_heading_of_the_form_stays_on_its_line_where_the_window_is_wide(window: Screen) -> None:
    window.size(1280)
    window.show("request")
    assert box(window, "main form")["width"] >= box(window, ".near")["width"]
    assert box(window, "main form h2:has(.required)")["height"] < 60


def test_an_answer_in_another_script_stands_below_its_question(chromium: Browser) -> None:
    with screen(chromium, "ar") as window:
        window.size(1280)
        window.show("check")
        where = window.page.locator(".answers dd[dir=auto]").evaluate_all(
            """all => all.map((one) => {
                const range = document.createRange();
                range.selectNodeContents(one);
                return one.getBoundingClientRect().right - range.getBoundingClientRect().right;
            })"""
        )
        assert where
        assert max(where) < 1

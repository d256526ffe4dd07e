"""All that one can do is reached with the Tab key, in order, and shows that it has the focus, in forced colors too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

import pytest

from casereview.schema.languages import Language
from tests.browser.screen import Screen, screen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WALKED: Final = (
    "start",
    "request refused",
    "check",
    "receipt",
    "status decided_declined",
    "update contact",
    "several, found",
    "office",
)
"""Pages on which each kind of field, button and link stands."""
KINDS: Final = {
    "a link": "main a",
    "a button": ".usa-button:not(.usa-button--unstyled)",
    "a plain button": ".usa-button--unstyled",
    "a field": "[name='subject.given_name']",
    "a long field": "[name=grounds]",
    "a choice": "[name='requester.role']",
}
"""One of each kind that the form has."""


@pytest.fixture(scope="module", params=["en", "ar"])
def window(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Screen]:
    """A window on the pages of a language that is written from the left, and of one from the right."""
    language: Language = request.param
    with screen(chromium, language) as found:
        yield found


def walk(window: Screen) -> tuple[list[str], list[str]]:
    """Press Tab through a page; return the names of the stops, and what is wrong with how they show the focus."""
    names, faults = [], []
    for _ in window.measure("stopNames"):
        window.page.keyboard.press("Tab")
        found = window.measure("focused")
        names.append(found["name"])
        faults += [f"{found['name']} {fault}" for fault in found["faults"]]
    return names, faults


@pytest.mark.parametrize("name", WALKED)
@pytest.mark.parametrize("colors", ["none", "active"], ids=["colors", "forced colors"])
def test_each_stop_is_reached_in_order_and_shows_the_focus(window: Screen, name: str, colors: str) -> None:
    window.page.emulate_media(forced_colors=colors, reduced_motion="reduce")  # type: ignore[arg-type]
    window.size(360)
    window.show(name)
    names, faults = walk(window)
    assert names == window.measure("stopNames")
    assert faults == []


def test_a_stop_that_does_not_show_the_focus_is_found(window: Screen) -> None:
    window.show("start").add_style_tag(content="main a:focus { outline: none !important }")
    assert any("has no outline" in fault for fault in walk(window)[1])


def test_a_stop_out_of_order_is_found(window: Screen) -> None:
    window.show("start").evaluate("document.querySelector('footer a').tabIndex = 1")
    assert walk(window)[0] != window.measure("stopNames")


def test_the_first_stop_skips_to_the_main_part(window: Screen) -> None:
    page = window.show("start")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("colors", ["none", "active"], ids=["colors", "forced colors"])
def test_the_focus_changes_what_one_sees(window: Screen, kind: str, colors: str) -> None:
    window.page.emulate_media(forced_colors=colors, reduced_motion="reduce")  # type: ignore[arg-type]
    page = window.show("request")
    first = page.locator(KINDS[kind]).first
    seen = page.locator("label.usa-radio__label").first if kind == "a choice" else first
    page.keyboard.press("Tab")  # from here on the browser shows the focus
    seen.scroll_into_view_if_needed()
    box = seen.bounding_box()
    assert box
    around = {"x": box["x"] - 8, "y": box["y"] - 8, "width": box["width"] + 16, "height": box["height"] + 16}
    before = page.screenshot(clip=around)  # type: ignore[arg-type]
    (page.locator(f"#{seen.get_attribute('for')}".replace(".", "\\.")) if kind == "a choice" else first).focus()
    assert page.screenshot(clip=around) != before  # type: ignore[arg-type]


@pytest.mark.parametrize("colors", ["none", "active"], ids=["colors", "forced colors"])
@pytest.mark.parametrize("field", ["requester.role.self", "outcome_sought.release"])
def test_a_choice_that_is_made_can_be_seen(window: Screen, field: str, colors: str) -> None:
    window.page.emulate_media(forced_colors=colors, reduced_motion="reduce")  # type: ignore[arg-type]
    page = window.show("all questions refused")
    label = page.locator(f"label[for='{field}']")
    label.scroll_into_view_if_needed()
    before = label.screenshot()
    page.locator(f"[id='{field}']").evaluate("each => { each.checked = true }")
    assert label.screenshot() != before

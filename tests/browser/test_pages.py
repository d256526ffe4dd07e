"""Every page in every language: axe, sideways scrolling, direction, weight, the number to call."""

from __future__ import annotations

import pytest

from casereview.schema.languages import LANGUAGES
from pages.routes import PAGES
from tests.browser.conftest import AXE, Visitor

FIRST_LOAD = 40 * 1024
"""Bytes of a first load, compressed, at most."""


@pytest.mark.parametrize("language", LANGUAGES)
def test_axe_finds_no_fault_and_nothing_scrolls_sideways(reader: Visitor, language: str) -> None:
    for path in PAGES:
        page = reader.open(f"/{language}/{path}")
        assert page.evaluate("document.scrollingElement.scrollWidth <= window.innerWidth"), path
        # An isolated world: the page's own policy allows no script that is not its own.
        page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
        page.reload()
        page.add_script_tag(path=AXE)
        found = page.evaluate(
            "axe.run().then(result => result.violations.map(one => one.id + ' ' + one.nodes[0].html))"
        )
        assert found == [], path


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_number_to_call_is_in_the_first_screen(visitor: Visitor, language: str) -> None:
    visitor.open(f"/{language}/")
    box = visitor.page.locator(".near a.number").bounding_box()
    assert box
    assert box["y"] + box["height"] <= 640


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_first_load_is_light(reader: Visitor, language: str) -> None:
    reader.open(f"/{language}/")
    reader.page.wait_for_load_state("networkidle")
    assert len(reader.loaded) <= 6
    assert sum(each.request.sizes()["responseBodySize"] for each in reader.loaded) <= FIRST_LOAD

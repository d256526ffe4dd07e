"""From right to left a page is the mirror of what it is from left to right: the same English page, box by box."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from casereview.web.assets import assets
from tests.browser.screen import Screen, screen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SHEETS: Final = {
    direction: assets("pages")[name].path for direction, name in (("ltr", "site.css"), ("rtl", "site-rtl.css"))
}

WIDTHS: Final = (360, 1280)


@pytest.fixture(scope="module")
def window(chromium: Browser) -> Iterator[Screen]:
    """A window on the English pages."""
    with screen(chromium, "en") as found:
        yield found


def boxes(window: Screen, name: str, direction: str, rules: str = "") -> list[dict[str, Any]]:
    """Return the boxes of a page in a direction, with that direction's sheet and further rules."""
    page = window.show(name)
    page.evaluate(
        """([direction, sheet, rules]) => new Promise((done, failed) => {
            const link = document.querySelector("link[rel=stylesheet]");
            link.onerror = failed;
            document.documentElement.dir = direction;
            link.onload = done;
            link.href = `/${sheet}?`;
            const own = document.createElement("style");
            own.textContent = rules;
            document.head.append(own);
        })""",
        [direction, SHEETS[direction], rules],
    )
    found: list[dict[str, Any]] = []
    for width in WIDTHS:
        window.size(width)
        found += window.measure("boxes")
    return found


def wrong(window: Screen, name: str, rules: str = "") -> tuple[int, list[str]]:
    """Return how many boxes a page has, and those that are not mirrored."""
    left, right = (boxes(window, name, direction, rules) for direction in ("ltr", "rtl"))
    assert len(left) == len(right)
    return len(left), [f"{one} is {other}" for one, other in zip(left, right, strict=True) if one != other]


@pytest.mark.timeout(240)
def test_every_page_is_mirrored(window: Screen) -> None:
    compared, found = 0, []
    for name in window.shown:
        count, faults = wrong(window, name)
        compared += count
        found += [f"{name}: {fault}" for fault in faults]
    assert compared > 3_000
    assert "\n".join(found) == ""


@pytest.mark.parametrize(
    "rule",
    [
        ".usa-button { margin-right: 2rem !important }",
        ".usa-radio__label::before { left: 9px !important; right: auto !important }",
        ".near { border-left: 3px solid }",
    ],
)
def test_a_side_that_is_not_mirrored_is_found(window: Screen, rule: str) -> None:
    assert wrong(window, "request", rule)[1] != []

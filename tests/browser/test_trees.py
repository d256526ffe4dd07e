"""What a screen reader is told of the pages of a filing: the tree of each, as it was looked at and kept."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from tests.browser.screen import screen
from tests.browser.test_journeys import CODE, RECEIPT

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from casereview.schema.languages import Language

LEFT: Final = re.compile(r"\b1[45]:\d\d\b")
KEPT: Final = Path(__file__).parent / "trees"
PAGES: Final = {
    "start": "start",
    "form": "request",
    "check": "check",
    "receipt": "receipt",
    "status": "status received_limited",
}


def tree_of(text: str) -> str:
    """Return a tree without what is new in each run: receipts, codes, and the minutes that are left of fifteen."""
    return LEFT.sub("LEFT", RECEIPT.sub("RECEIPT", CODE.sub("CODE", text))) + "\n"


@pytest.mark.parametrize("language", ["en", "es", "ar"])
def test_the_trees_are_those_that_were_looked_at(chromium: Browser, language: Language) -> None:
    """With TREES=write in the environment it keeps the present ones."""
    with screen(chromium, language) as window:
        window.size(360)
        found = {
            f"{language}-{name}.yaml": tree_of(window.show(state).locator("body").aria_snapshot())
            for name, state in PAGES.items()
        }
    for name, text in found.items():
        if os.environ.get("TREES") == "write":
            KEPT.mkdir(exist_ok=True)
            (KEPT / name).write_text(text, "utf-8")
        assert (KEPT / name).read_text("utf-8") == text


def test_every_tree_names_all_that_one_can_do() -> None:
    """A button, link or field without a name would stand there as its role alone."""
    for path in KEPT.iterdir():
        nameless = re.findall(
            r"^ *- (?:button|link|textbox|radio|checkbox|combobox)(?: \[.*\])*:?$",
            path.read_text("utf-8"),
            re.MULTILINE,
        )
        assert nameless == [], path.name

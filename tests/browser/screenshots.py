"""Pictures of the pages of a filing, to be looked at: ``make screenshots`` writes them into build/screenshots."""

from __future__ import annotations

import shutil
from contextlib import closing
from typing import Final

from playwright.sync_api import sync_playwright

import tests.support.environment
from casereview.schema.languages import Language
from infra.paths import ROOT
from tests.browser.conftest import ARGUMENTS
from tests.browser.screen import screen
from tests.browser.test_trees import PAGES

assert tests.support.environment.REGION
FOLDER: Final = ROOT / "build/screenshots"
LANGUAGES: Final[tuple[Language, ...]] = ("en", "es", "ar")
WIDTHS: Final = (360, 1280)


def main() -> None:
    """Write a picture of each page, in each language and width."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    with (
        sync_playwright() as playwright,
        closing(playwright.chromium.launch(executable_path=path, args=ARGUMENTS)) as browser,
    ):
        for language in LANGUAGES:
            with screen(browser, language) as window:
                for width in WIDTHS:
                    window.size(width)
                    for name, state in PAGES.items():
                        window.show(state).screenshot(path=FOLDER / f"{name}-{language}-{width}.png", full_page=True)


if __name__ == "__main__":
    main()

"""Pages are light, as compressed as the gateway sends them: the form, its style sheet, and every later page."""

from __future__ import annotations

import gzip
from typing import Final

import pytest

from casereview.schema.languages import LANGUAGES, Language
from casereview.web.assets import assets
from tests.support.site import Site
from tests.support.site_pages import every_page

KIB: Final = 1024
LATER_PAGE: Final = 10 * KIB
FORM: Final = 12 * KIB
STYLES: Final = 10 * KIB
SCRIPTS: Final = 6 * KIB


def weight(*texts: str) -> int:
    """Return the bytes of texts, each compressed by itself as the gateway does."""
    return sum(len(gzip.compress(text.encode(), 6)) for text in texts)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_in_every_state_is_light(site: Site, language: Language) -> None:
    heavy = {}
    for name, shown in every_page(site, language):
        most = FORM if shown.page == "request" else LATER_PAGE
        if weight(shown.html) > most:
            heavy[name] = weight(shown.html)
    assert heavy == {}


@pytest.mark.parametrize("sheet", ["site.css", "site-rtl.css"])
def test_the_style_sheet_is_light(sheet: str) -> None:
    assert weight(assets("pages")[sheet].content) <= STYLES


def test_all_scripts_of_a_page_together_are_light(site: Site) -> None:
    html = site.read("/en/request").html
    assert (
        weight(*(each.content for name, each in assets("pages").items() if name.endswith(".js") and each.path in html))
        <= SCRIPTS
    )


def test_a_page_that_is_too_heavy_is_found() -> None:
    assert weight("".join(map(str, range(10_000)))) > LATER_PAGE

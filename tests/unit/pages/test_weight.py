"""What the form weighs: its page, its style sheet and its scripts, compressed as the gateway does it."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from typing import Any

import pytest

from casereview.schema.languages import LANGUAGES, Language
from casereview.web.assets import assets
from pages.rendering import Page

KILOBYTE = 1024
AT = datetime(2026, 11, 30, 17, tzinfo=UTC)
BLANK: dict[str, Any] = {"form": {}, "key": "k" * 32, "errors": {}, "kept": [], "is_blank": True}


def weight(*texts: str) -> int:
    return sum(len(gzip.compress(text.encode(), 6)) for text in texts)


def test_the_scripts_of_the_form_weigh_six_kilobytes_at_most() -> None:
    assert weight(*(each.content for name, each in assets("pages").items() if name.endswith(".js"))) <= 6 * KILOBYTE


@pytest.mark.parametrize("name", ["site.css", "site-rtl.css"])
def test_a_style_sheet_weighs_ten_kilobytes_at_most(name: str) -> None:
    assert weight(assets("pages")[name].content) <= 10 * KILOBYTE


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("is_long", [False, True])
def test_the_page_of_the_form_weighs_twelve_kilobytes_at_most(language: Language, is_long: bool) -> None:  # noqa: FBT001
    page = Page("", language, AT, "request").show("request", **BLANK, long=is_long)
    assert weight(page.body) <= 12 * KILOBYTE


@pytest.mark.parametrize("name", ["facilities.txt", "counties.txt"])
def test_a_list_of_suggestions_weighs_eight_kilobytes_at_most(name: str) -> None:
    assert weight(assets("pages")[name].content) <= 8 * KILOBYTE

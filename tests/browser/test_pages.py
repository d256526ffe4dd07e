"""The first load in every language: its weight, and the number to call."""

from __future__ import annotations

import pytest

from casereview.schema.languages import LANGUAGES
from tests.browser.conftest import Visitor

FIRST_LOAD = 40 * 1024
"""Bytes of a first load, compressed, at most."""


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

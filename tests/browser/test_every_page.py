"""Every page, in every state and language, is looked at: large, narrow, spaced out, on paper, and by axe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Final

import pytest

from casereview.schema.languages import LANGUAGES, Language
from tests.browser.screen import Screen, screen

if TYPE_CHECKING:
    from playwright.sync_api import Browser

NARROW: Final = 320
"""Pixels of the narrowest window (WCAG 1.4.10), which is also one of 1280 at 400 %."""
A4, LETTER = 717, 739
"""Pixels between the margins of paper as browsers print it."""
SPACED: Final = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important }
p { margin-block-end: 2em !important }"""
"""What WCAG 1.4.12 asks a page to bear."""
LARGE: Final = ":root { font-size: 200% }"


def axe(window: Screen) -> list[str]:
    """Return the rules that axe finds broken."""
    script = "axe.run().then(found => found.violations.map(one => one.id + ' ' + one.nodes[0].html.slice(0, 90)))"
    found: list[str] = window.page.evaluate(script)
    return found


def narrow(window: Screen) -> list[str]:
    """Return what a narrow window cuts."""
    window.size(NARROW)
    return [*window.measure("cut"), *window.measure("covered")]


def styled(window: Screen, css: str) -> list[str]:
    """Return what is cut or covered where a reader adds rules of the own."""
    rules = window.page.add_style_tag(content=css)
    found = [*window.measure("cut"), *window.measure("covered")]
    rules.evaluate("each => each.remove()")
    return found


def spaced(window: Screen) -> list[str]:
    """Return what more space between letters, words and lines cuts."""
    window.size(NARROW)
    return styled(window, SPACED)


def large(window: Screen) -> list[str]:
    """Return what letters of twice the size cut."""
    window.size(2 * NARROW)
    return styled(window, LARGE)


def printed(window: Screen) -> list[str]:
    """Return what paper cuts."""
    window.page.emulate_media(media="print")
    found = []
    for width in (A4, LETTER):
        window.size(width)
        found += [*window.measure("cut"), *window.measure("covered")]
    window.page.emulate_media(media="screen")
    return found


def moving(window: Screen) -> list[str]:
    """Return what moves where less motion is asked for."""
    window.page.emulate_media(reduced_motion="reduce")
    found: list[str] = window.measure("moving")
    window.page.emulate_media(reduced_motion="no-preference")
    return found


Measure = Callable[[Screen], list[str]]
OF_TEXTS: Final[tuple[Measure, ...]] = (narrow, spaced, large, printed)
"""What depends on how long the texts of a language are."""
OF_PAGES: Final[tuple[Measure, ...]] = (axe, moving)


def faults(window: Screen, name: str, measures: Iterable[Measure]) -> Iterator[str]:
    """Yield what each measure finds on a page, with all that it folds away unfolded."""
    window.show(name).evaluate("document.querySelectorAll('details').forEach(each => { each.open = true })")
    for measure in measures:
        yield from (f"{name} | {measure.__name__} | {found}" for found in measure(window))


def one_of_each_page(window: Screen) -> list[str]:
    """Return the names of one state of each page: the last, which has most on it."""
    return list({shown.page: name for name, shown in window.shown.items()}.values())


@pytest.fixture(scope="module")
def english(chromium: Browser) -> Iterator[Screen]:
    """A window on the English pages."""
    with screen(chromium, "en") as window:
        yield window


@pytest.mark.timeout(240)
@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_cut_and_axe_finds_nothing(chromium: Browser, language: Language) -> None:
    with screen(chromium, language) as window:
        found = [each for name in window.shown for each in faults(window, name, OF_TEXTS)]
        found += [each for name in one_of_each_page(window) for each in faults(window, name, OF_PAGES)]
        assert "\n".join(found) == ""


@pytest.mark.timeout(240)
def test_axe_finds_nothing_in_any_state_of_a_page(english: Screen) -> None:
    found = [each for name in english.shown for each in faults(english, name, OF_PAGES)]
    assert "\n".join(found) == ""


PLANTED: Final = [
    (narrow, '<p style="width: 340px">Wide.</p>'),
    (narrow, '<p style="height: 1em; overflow: hidden">Two<br>lines.</p>'),
    (narrow, '<p>Below.<span style="margin-inline-start: -3rem">Above.</span></p>'),
    (axe, '<img src="/static/0/icon.svg">'),
    (spaced, '<p style="width: 280px; overflow: hidden; white-space: nowrap">Words that just fit into their line</p>'),
    (large, '<p style="width: 21rem">Wide.</p>'),
    (printed, '<div style="width: 730px">Wide.</div>'),
    (moving, '<p style="transition: color 1s">Colored.</p>'),
]


@pytest.mark.parametrize(("measure", "planted"), PLANTED)
def test_a_measure_finds_a_fault_that_it_is_for(english: Screen, measure: Measure, planted: str) -> None:
    page = english.show("accessibility")
    assert measure(english) == []
    page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", planted)
    assert measure(english) != []

"""The English pages are easy to read: by grade, by the length of sentences, and by that of paragraphs."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

import pytest

from tests.support.reading_level import grade, sentences, syllables
from tests.support.site import Shown, Site
from tests.support.site_pages import every_page

MOST_WORDS: Final = 24
MOST_SENTENCES: Final = 3
GRADE: Final = 8
DELICATE: Final = {
    "start": 6,
    "near": 6,
    "request": 6,
    "check": 6,
    "status received_limited": 6,
    "status decided_declined": 6,
    "status decided_granted": 6,
    "withdrawn": 6,
    "update convictions": 6,
    "help": 6,
}
"""Pages with the texts that a person in danger reads."""
WORDED: Final = (
    "You are writing to ICE.",
    "This form does not stop a deportation.",
    "Look for the photo,",
    "You can leave this blank. ICE may use",
    "Until an officer confirms who you are,",
    "You can ask for a second look. A Senior",
)
"""The beginnings of paragraphs whose very words and parts are given; counsel reads them as they are."""
PROSE: Final = frozenset({"p", "li", "dd", "span", "legend"})
BLOCKS: Final = PROSE | {"h1", "h2", "h3", "h4", "dt", "label", "summary", "th", "td", "caption", "button", "textarea"}


class _Blocks(HTMLParser):
    """Reads the texts of the main part of a page, by the element that they stand in."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, list[str]]] = []
        self.is_main = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self.is_main = self.is_main or tag == "main"
        if tag in BLOCKS and self.is_main:
            self.found.append((tag, []))

    def handle_endtag(self, tag: str) -> None:
        self.is_main = self.is_main and tag != "main"

    def handle_data(self, data: str) -> None:
        if self.is_main and self.found and data.strip():
            self.found[-1][1].append(data.strip())


def prose(shown: Shown) -> list[tuple[str, str]]:
    """Return the texts of a page that are sentences, each with its element."""
    blocks = _Blocks()
    blocks.feed(shown.html)
    joined = [(tag, " ".join(parts)) for tag, parts in blocks.found if tag in PROSE]
    return [(tag, text) for tag, text in joined if len(text.split()) > 3]  # else it is a label


def faults(shown: Shown, most: float) -> list[str]:
    """Return what is hard to read on a page."""
    texts = prose(shown)
    level = grade(" ".join(text if text[-1] in ".?!:" else f"{text}." for _, text in texts))
    return [
        *([f"grade {level:.1f}"] if level > most else []),
        *(text for _, text in texts if any(len(words) > MOST_WORDS for words in sentences(text))),
        *(
            text
            for tag, text in texts
            if tag == "p" and len(sentences(text)) > MOST_SENTENCES and not text.startswith(WORDED)
        ),
    ]


def test_every_page_is_easy_to_read(site: Site) -> None:
    found = {name: faults(shown, DELICATE.get(name, GRADE)) for name, shown in every_page(site, "en")}
    assert found.keys() >= DELICATE.keys()
    assert {name: each for name, each in found.items() if each} == {}


@pytest.mark.parametrize(
    "text",
    [
        "Notwithstanding administrative determinations, representatives substantiate eligibility requirements.",
        "You can go to the house and you can see the man and he says to you that the day is not the day that you had.",
        "It is so. It is so. It is so. It is so.",
    ],
    ids=["long words", "a long sentence", "a long paragraph"],
)
def test_a_text_that_is_hard_to_read_is_found(text: str) -> None:
    assert faults(Shown(200, {}, f"<main><p>{text}</p></main>"), GRADE) != []


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("deportation", 4), ("immigration", 4), ("receipt", 2), ("asked", 1), ("decided", 3), ("pages", 2),
        ("period", 3), ("already", 3), ("violence", 3), ("telephone", 3), ("little", 2), ("officer", 3), ("citizen", 3),
        ("serious", 3), ("the", 1), ("ICE", 1),
    ],
)  # fmt: skip
def test_the_syllables_of_a_word_are_counted(word: str, count: int) -> None:
    assert syllables(word) == count


def test_a_known_text_has_its_known_grade() -> None:
    """By the formula: 5 words and 5 syllables of one sentence, and the same with 9 syllables."""
    assert grade("The cat sat down here.") == pytest.approx(0.39 * 5 + 11.8 * 1 - 15.59)

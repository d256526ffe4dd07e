"""Write the table of names of languages, from the data of langcodes (CLDR): ``make language-names``.

The application reads the table, and needs no names at run time that it does not have.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from importlib.resources import files
from io import StringIO
from itertools import product
from pathlib import Path
from string import ascii_lowercase
from typing import Final

from langcodes import Language, tag_is_valid

from casereview.schema.languages import LANGUAGES
from casereview.schema.typed_text import comparable_word
from infra.documents.command import Document, run
from infra.paths import ROOT

PATH: Final = Path("shared/casereview/schema/data/language_names.csv")
_ALSO: Final = {
    "castilian": "es",
    "castellano": "es",
    "creole": "ht",
    "kreyol": "ht",
    "haitian": "ht",
    "mandarin": "cmn",
    "putonghua": "cmn",
    "普通话": "cmn",
    "国语": "cmn",
    "國語": "cmn",
    "中国话": "zh",
    "汉语": "zh",
    "漢語": "zh",
    "farsi": "fa",
    "dari": "prs",
    "bengali": "bn",
    "tagalog": "tl",
    "fulani": "ff",
    "quiche": "quc",
    "kanjobal": "kjb",
    "qeqchi": "kek",
    "kekchi": "kek",
    "gurmukhi": "pa",
    "inglés": "en",
}
"""Names that people and the immigration courts use, and the data lacks. To the courts, Creole is that of Haiti."""


def text() -> str:
    """Return the table: the comparable form of each name, and its tag."""
    names: dict[str, str] = {}
    several: set[str] = set()
    for name, tag in _named():
        key = comparable_word(name)
        if key and names.setdefault(key, tag) != tag:
            several.add(key)
    for tag, name in _first_names():
        several.discard(comparable_word(name))
        names[comparable_word(name)] = tag
    names |= {comparable_word(name): tag for name, tag in _ALSO.items()}
    table = StringIO()
    rows = csv.writer(table, lineterminator="\n")
    rows.writerow(("name", "tag"))
    rows.writerows(sorted((name, tag) for name, tag in names.items() if name not in several or name in _ALSO))
    return table.getvalue()


def _tags() -> Iterator[str]:
    """Yield the languages: those with texts, those with a fallback, and all with a code of two letters."""
    yield from LANGUAGES
    fallbacks = files("casereview.schema").joinpath("data/language_fallbacks.csv").read_text("utf-8")
    yield from (row["tag"] for row in csv.DictReader(fallbacks.splitlines()))
    yield from filter(tag_is_valid, map("".join, product(ascii_lowercase, repeat=2)))


def _named() -> Iterator[tuple[str, str]]:
    """Yield each name of each language: in English, in itself, and in the languages with texts."""
    for tag in dict.fromkeys(_tags()):
        language = Language.get(tag)
        yield language.autonym(), tag
        yield from ((language.display_name(known), tag) for known in LANGUAGES)


def _first_names() -> Iterator[tuple[str, str]]:
    """Yield the names in English and in itself of the languages with texts, which no other language takes from them."""
    for tag in LANGUAGES:
        yield tag, Language.get(tag).display_name("en")
        yield tag, Language.get(tag).autonym()


DOCUMENT: Final = Document(PATH, "language-names", lambda _present: text())


def main(arguments: Sequence[str] | None = None, root: Path = ROOT) -> int:
    """Write or check the table below a directory, and return the exit code."""
    return run(DOCUMENT, arguments, root)


if __name__ == "__main__":
    sys.exit(main())

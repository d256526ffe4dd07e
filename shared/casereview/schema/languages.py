"""Languages: which of our texts to send to whoever asked for a language, and which way it is written.

A tag is a BCP 47 tag (RFC 5646). The choice is a lookup (RFC 4647, section 3.4) over the tag with its
likely script, and over ``data/language_fallbacks.csv`` for languages in which we have no text.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast, get_args

if TYPE_CHECKING:
    from collections.abc import Iterator

Language = Literal["en", "es", "pt", "ht", "zh", "pa", "ru", "ar", "fr"]
"""The languages in which there is every text: the most frequent in immigration courts, and the next tier."""
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT: Final[Language] = "en"
Direction = Literal["ltr", "rtl"]

_RIGHT_TO_LEFT: Final = frozenset({"Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})
_ISOLATE: Final = "\N{LEFT-TO-RIGHT ISOLATE}"
_END: Final = "\N{POP DIRECTIONAL ISOLATE}"
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*")
_LONGEST: Final = 100


class _Fallback(NamedTuple):
    """The text for a language that has none of its own."""

    text: Language
    written: bool
    """Its readers use this very written language; otherwise it is the one that most of them read at school."""


class _Subtags(NamedTuple):
    """The parts of a tag that a choice rests on, with those that are only likely filled in."""

    language: str
    script: str
    territory: str


def is_language_tag(tag: str) -> bool:
    """Tell whether this is a valid BCP 47 tag: well-formed, and each part registered, however written."""
    if tag in LANGUAGES:
        return True
    if len(tag) > _LONGEST or not _WELL_FORMED.fullmatch(tag):
        return False
    from langcodes import tag_is_valid  # noqa: PLC0415  # 40 ms; the tag of a supported language needs none

    return tag_is_valid(tag)


def choose(tag: str) -> Language:
    """Return the language of the text for whoever asked for this tag; English for want of a better one."""
    return _find(tag).text


def has_written_form_here(tag: str) -> bool:
    """Tell whether we write this very language, rather than another that its speakers may read."""
    return _find(tag).written


def direction(tag: str) -> Direction:
    """Return which way the (likely) script of a tag runs; left to right for what is no tag."""
    if tag in LANGUAGES:
        return "rtl" if tag == "ar" else "ltr"
    return "rtl" if is_language_tag(tag) and _subtags(tag).script in _RIGHT_TO_LEFT else "ltr"


def in_order(value: str, language: Language) -> str:
    """Return a number or receipt so that it reads in its own order within a text of this language.

    After Arabic letters the groups of 1-888-351-4024 would otherwise be shown last to first (UAX 9).
    """
    return f"{_ISOLATE}{value}{_END}" if direction(language) == "rtl" else value


def _find(tag: str) -> _Fallback:
    if tag in LANGUAGES:
        return _Fallback(tag, written=True)
    if not is_language_tag(tag):
        return _Fallback(DEFAULT, written=False)
    return next(_matches(tag), _Fallback(DEFAULT, written=False))


def _matches(tag: str) -> Iterator[_Fallback]:
    """Yield what fits, the most exact first: ``pa-Arab-PK``, then ``pa-Arab``, then ``pa``."""
    subtags = _subtags(tag)
    for length in range(len(subtags), 0, -1):
        prefix = "-".join(subtags[:length])
        if prefix in LANGUAGES:
            yield _Fallback(prefix, written=True)
        if prefix in _fallbacks():
            yield _fallbacks()[prefix]


def _subtags(tag: str) -> _Subtags:
    """Return language, script and territory. For no language at all, as in ``und``, the language is empty."""
    from langcodes import Language as Tag  # noqa: PLC0415  # 40 ms; the tag of a supported language needs none

    asked = Tag.get(tag)
    likely = asked.maximize()
    return _Subtags(asked.language or "", likely.script or "", likely.territory or "")


@cache
def _fallbacks() -> dict[str, _Fallback]:
    table = files("casereview.schema").joinpath("data/language_fallbacks.csv").read_text("utf-8")
    return {
        row["tag"]: _Fallback(cast("Language", row["text"]), written=row["relation"] == "written")
        for row in csv.DictReader(table.splitlines())
    }

"""Languages: which translation a requester gets for a language tag, and in which direction it is written.

A tag is a BCP 47 tag (RFC 5646). The choice is a lookup (RFC 4647, section 3.4) over the tag with its
likely script, and over ``data/language_fallbacks.csv`` for languages without a translation.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, cast, get_args

from casereview.schema.typed_text import comparable_word, fold

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Language = Literal["en", "es", "pt", "ht", "zh", "pa", "ru", "ar", "fr"]
"""The languages with a translation of every text: the most frequent in immigration courts, and the next tier."""
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
DEFAULT: Final[Language] = "en"
Direction = Literal["ltr", "rtl"]

_RIGHT_TO_LEFT: Final = frozenset({"Adlm", "Arab", "Aran", "Hebr", "Mand", "Nkoo", "Rohg", "Samr", "Syrc", "Thaa"})
_ISOLATE: Final = "\N{LEFT-TO-RIGHT ISOLATE}"
_END: Final = "\N{POP DIRECTIONAL ISOLATE}"
_WELL_FORMED: Final = re.compile(r"[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*")
_LONGEST: Final = 100
_AROUND_HYPHENS: Final = re.compile(" *[-_] *")


class _Fallback(NamedTuple):
    """The translation for a language that has none of its own."""

    text: Language
    written: bool
    """Whether speakers use the same written language; otherwise it is the one that most of them learned at school."""


class _Subtags(NamedTuple):
    """The parts of a tag that decide the choice; the likely script and territory are filled in."""

    language: str
    script: str
    territory: str


def is_language_tag(tag: str) -> bool:
    """Return whether this is a valid BCP 47 tag: well-formed, with registered parts, in upper or lower case."""
    if tag in LANGUAGES:
        return True
    if len(tag) > _LONGEST or not _WELL_FORMED.fullmatch(tag):
        return False
    from langcodes import tag_is_valid  # noqa: PLC0415  # 40 ms; the tag of a supported language needs none

    return tag_is_valid(tag)


def tag_of(text: str) -> str | None:
    """Return the language tag that somebody typed: a tag, or the name of a language in English or in its own.

    Returns:
        The tag, as ``es-MX`` for ``es_MX``; None if the text is neither.
    """
    language, hyphen, rest = _AROUND_HYPHENS.sub("-", fold(text)).partition("-")
    tag = language.lower() + hyphen + rest
    return tag if is_language_tag(tag) else _names().get(comparable_word(text))


def choose_language(tag: str) -> Language:
    """Return the language of the translation for a tag; English if no other fits."""
    return find_language(tag) or DEFAULT


def find_language(tag: str) -> Language | None:
    """Return the language of the translation for a tag, or None if it is not valid or no translation fits."""
    found = _find(tag)
    return found.text if found else None


def has_written_form(tag: str) -> bool:
    """Return whether there are notice texts in this very language, not only in another that its speakers may read."""
    found = _find(tag)
    return found is not None and found.written


def direction(tag: str) -> Direction:
    """Return the direction of the likely script of a tag; left to right if the tag is not valid."""
    if tag in LANGUAGES:
        return "rtl" if tag == "ar" else "ltr"
    return "rtl" if is_language_tag(tag) and _subtags(tag).script in _RIGHT_TO_LEFT else "ltr"


def isolate_direction(value: str, language: Language) -> str:
    """Return a number or receipt, isolated where a text in this language would reorder it.

    After Arabic letters the groups of 1-888-351-4024 would be shown last to first (UAX 9).
    """
    return f"{_ISOLATE}{value}{_END}" if direction(language) == "rtl" else value


def _find(tag: str) -> _Fallback | None:
    if tag in LANGUAGES:
        return _Fallback(tag, written=True)
    return next(_matches(tag), None) if is_language_tag(tag) else None


def _matches(tag: str) -> Iterator[_Fallback]:
    """Yield the translations that match, the most specific first: ``pa-Arab-PK``, then ``pa-Arab``, then ``pa``."""
    subtags = _subtags(tag)
    for length in range(len(subtags), 0, -1):
        prefix = "-".join(subtags[:length])
        if prefix in LANGUAGES:
            yield _Fallback(prefix, written=True)
        if prefix in _fallbacks():
            yield _fallbacks()[prefix]


def _subtags(tag: str) -> _Subtags:
    """Return language, script and territory; the language is empty if the tag names none, as ``und`` does."""
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


@cache
def _names() -> Mapping[str, str]:
    """Return the tags of languages by their names, as ``comparable_word`` returns them."""
    table = files("casereview.schema").joinpath("data/language_names.csv").read_text("utf-8")
    return {row["name"]: row["tag"] for row in csv.DictReader(table.splitlines())}

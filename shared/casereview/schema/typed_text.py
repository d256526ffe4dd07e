"""Fold codes, addresses, numbers, dates and words of a list: as people type them, in any script and with any keyboard.

Names and prose are not folded, because scripts need joiners and dashes differ in meaning (``casereview.schema.text``).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Final, Literal, TypeVar, get_args, get_origin
from unicodedata import category, combining, decimal, decomposition, normalize

from pydantic_core import core_schema

from casereview.schema.text import is_blank

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler

_DASHES: Final = frozenset("\u02d7\u0640\u2043\u207b\u208b\u2212\u2796\u30fc\uff70")
"""What people type as a dash and is no dash punctuation (Pd): minus signs, the Arabic tatweel, the Japanese ー."""
_FULL_STOPS: Final = frozenset("\u3002\uff61\uff0e\ufe52")
_WIDE: Final = ("<wide>", "<narrow>", "<small>")
_OF_WORDS: Final = frozenset({"Lu", "Ll", "Lt", "Lo", "Nd", "Nl", "No", "Mn", "Mc"})
"""Letters, digits, and marks such as vowel signs, without which a word is another one; no apostrophes (Lm)."""
_SPACES: Final = frozenset({"Zs", "Zl", "Zp"})
_LONGEST: Final = 1000
"""No code, address, number or date is longer; such a text stays as it is."""
_SPACE: Final = "\u2003"
"""Stands for any white space but that of ASCII."""
_LOOKS_LATIN: Final = str.maketrans("АВЕКМНОРСТХУавекмнорстху", "ABEKMHOPCTXYABEKMHOPCTXY")  # Cyrillic
"""Cyrillic letters that look like Latin ones; a code copied by hand on a Cyrillic keyboard has them."""
_ZIP: Final = re.compile(r"(\d{5})(?:[ -]*(\d{4}))?", re.ASCII)
_AROUND_DASHES: Final = re.compile(r" *- *")


@lru_cache(maxsize=4096)
def _folded(symbol: str) -> str:
    """Return a character of any script as codes have it: an ASCII digit, dash, full stop or letter, or nothing."""
    kind = category(symbol)
    if kind == "Nd":
        return str(decimal(symbol))
    if kind == "Pd" or symbol in _DASHES:
        return "-"
    if symbol in _FULL_STOPS:
        return "."
    if symbol == " ":
        return symbol
    if kind in _SPACES or symbol.isspace():
        return _SPACE
    return "" if is_blank(symbol) else _narrow(symbol)


def _narrow(symbol: str) -> str:
    """Return the usual form of a letter or sign in full or half width."""
    form, _, code = decomposition(symbol).partition(" ")
    return chr(int(code, 16)) if form in _WIDE and " " not in code else symbol


def fold(text: str, *, space: str = " ") -> str:
    """Return a text without invisible characters, with ASCII digits, and dashes and widths as on an English keyboard.

    Args:
        text: What somebody typed.
        space: What other white space than that of ASCII becomes: no-break spaces, tabs, line ends.
    """
    if len(text) > _LONGEST or (text.isascii() and text.isprintable()):
        return text.strip()
    return "".join(map(_folded, text)).replace(_SPACE, space).strip()


def letters_and_digits(text: str) -> str:
    """Return the letters and digits of a code, folded, in upper case."""
    return "".join(filter(str.isalnum, with_latin_letters(fold(text)))).upper()


def with_latin_letters(text: str) -> str:
    """Return a code, in which Cyrillic letters became the Latin ones that they look like."""
    return text.translate(_LOOKS_LATIN)


def read_zip(text: str) -> tuple[str, str | None] | None:
    """Return the five digits of a ZIP code, and the four more if it has them; None if the text is no ZIP code."""
    found = _ZIP.fullmatch(fold(text))
    return (found[1], found[2]) if found else None


def fold_date(text: str) -> str:
    """Return a date or time, folded, without spaces around its dashes."""
    return _AROUND_DASHES.sub("-", fold(text, space=""))


def fold_address(text: str) -> str:
    """Return an e-mail address, folded; a domain in another script keeps its digits."""
    folded = re.sub(r" *([@.]) *", r"\1", fold(text, space=""))
    local, _, domain = folded.rpartition("@")
    if not local or domain.isascii():
        return folded
    return f"{local}@{fold_letters(text).rpartition('@')[2]}"


def fold_letters(text: str) -> str:
    """Return a text without invisible characters and white space, its letters and digits unchanged."""
    return "".join(symbol for symbol in text if not is_blank(symbol) and not symbol.isspace())


def comparable_word(text: str) -> str:
    """Return a word or name for comparison: without case, accents, spaces and signs."""
    plain = normalize("NFKD", fold(text).casefold()) if len(text) <= _LONGEST else ""
    return "".join(symbol for symbol in plain if not combining(symbol) and category(symbol) in _OF_WORDS)


def by_word(words: Iterable[str]) -> Mapping[str, str]:
    """Return the words of a list by themselves and by what ``comparable_word`` returns, if it tells them apart."""
    listed = tuple(words)
    count = Counter(map(comparable_word, listed))
    alike = {key: word for word in listed if count[key := comparable_word(word)] == 1}
    return {**alike, **dict(zip(listed, listed, strict=True))}


def find_word(words: Mapping[str, str], text: str) -> str | None:
    """Return the word that a text is, among those of ``by_word``; None if there is none."""
    return words.get(text) or words.get(comparable_word(text))


class _FromList:
    """Takes a word of a list in any case, with other signs between its parts and invisible characters around it."""

    def __get_pydantic_core_schema__(self, source: object, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        words = by_word(_words(source))

        def read(value: object) -> object:
            return find_word(words, value) or value if isinstance(value, str) else value

        return core_schema.no_info_before_validator_function(read, handler(source))


def _words(source: object) -> Iterable[str]:
    """Yield the values of a Literal, or of those that a union or Annotated contains."""
    for part in get_args(source):
        if get_origin(source) is Literal:
            yield part
        else:
            yield from _words(part)


_T = TypeVar("_T")
Word = Annotated[_T, _FromList()]
"""An enumeration, such as ``Word[Role]``, that is read as people write it: ``Not detained`` is ``not_detained``."""

"""Names of places in a form in which they can be compared, however they are typed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_LETTERS: Final = str.maketrans({
    "đ": "d", "ð": "d", "ħ": "h", "\u0131": "i", "ł": "l", "ø": "o", "æ": "ae", "œ": "oe", "&": " and ",
    **dict.fromkeys("'`\u00b4\u02bb\u02bc\u2018\u2019\u201b\u2032", ""),
})  # fmt: skip
"""Letters that Unicode does not decompose into ASCII and an accent, such as the Turkish i; ampersand; apostrophes."""
_WORD: Final = re.compile("[a-z0-9]+")
_LONGEST: Final = 200
"""Characters of a name; no place has a longer one, and what follows is not read."""

_SPELLED_OUT: Final = {
    "ctr": "center",
    "cntr": "center",
    "cen": "center",
    "cent": "center",
    "centre": "center",
    "co": "county",
    "cnty": "county",
    "corr": "correctional",
    "dept": "department",
    "det": "detention",
    "fac": "facility",
    "fclty": "facility",
    "ft": "fort",
    "inst": "institution",
    "mt": "mount",
    "proc": "processing",
    "reg": "regional",
    "st": "saint",
    "ste": "saint",
    "sainte": "saint",
    "svc": "service",
    "svcs": "services",
}
"""Abbreviations in names of facilities and counties. Saint and Sainte are one."""


def folded(text: str) -> str:
    """Return a text without case, accents, apostrophes and invisible characters, its digits those of ASCII."""
    usual = text[:_LONGEST]
    if not usual.isascii():
        usual = unicodedata.normalize("NFKD", usual.casefold())
    usual = usual.casefold().translate(_LETTERS)
    return usual if usual.isascii() else "".join(map(_plain_letter, usual))


@lru_cache(maxsize=1024)
def _plain_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    kind = unicodedata.category(letter)
    return "" if kind[0] == "M" or kind in {"Cf", "Cc"} else " "


def words(text: str) -> tuple[str, ...]:
    """Return the words of a name, folded, with abbreviations spelled out."""
    return tuple(_SPELLED_OUT.get(word, word) for word in _WORD.findall(folded(text)))


def plain(text: str) -> str:
    """Return the letters and digits of a name, folded: case, accents, punctuation and spaces do not matter."""
    return "".join(_WORD.findall(folded(text)))

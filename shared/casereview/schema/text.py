"""Invisible characters in text that people type: which are removed, and of which a text cannot consist."""

from __future__ import annotations

import re
from unicodedata import category

_TRICKS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters other than white space, and the controls of writing direction (Unicode annex 9): one in a name
would reorder the line around it. Text of each script keeps its own direction without them."""

_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})
"""General categories of Unicode whose characters are invisible."""
_BLANKS = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
"""Other invisible characters: those with Default_Ignorable_Code_Point, and blank Braille."""


def is_blank(text: str) -> bool:
    """Return whether a text consists of invisible characters alone."""
    return all(category(symbol) in _INVISIBLE for symbol in set(_BLANKS.sub("", text)))


def without_control_characters(text: str) -> str:
    """Return the text without invisible controls, such as a telephone's address book puts around numbers.

    Unpaired surrogates become question marks.
    """
    return _TRICKS.sub("", text.encode("utf-8", "replace").decode())

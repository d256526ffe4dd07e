"""Removal of invisible control characters from text that people type."""

from __future__ import annotations

import re

_TRICKS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters other than white space, and the controls of writing direction (Unicode annex 9): one in a name
would reorder the line around it. Text of each script keeps its own direction without them."""


def without_control_characters(text: str) -> str:
    """Return the text without invisible controls, such as a telephone's address book puts around numbers.

    Unpaired surrogates become question marks.
    """
    return _TRICKS.sub("", text.encode("utf-8", "replace").decode())

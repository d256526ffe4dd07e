"""Text as people type it, without characters that nobody sees."""

from __future__ import annotations

import re

_TRICKS = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
"""Control characters that are no blanks, and those that turn the direction of what follows (Unicode annex 9): a name
with one would reorder the line that it stands in. Each script keeps its own direction without them."""


def without_tricks(text: str) -> str:
    """Return a text without what nobody typed and nobody sees, such as a telephone's address book puts around numbers.

    Half characters become question marks.
    """
    return _TRICKS.sub("", text.encode("utf-8", "replace").decode())

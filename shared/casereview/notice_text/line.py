"""The telephone line that every text names, and the marks that keep such a number in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from casereview.languages import direction

if TYPE_CHECKING:
    from casereview.languages import Language

LINE: Final = "1-888-351-4024"
"""ICE's Detention Reporting and Information Line, Monday to Friday, 8 to 20 Eastern time, except holidays."""

_ISOLATE: Final = "\u2066{}\u2069"
"""Unicode's left-to-right isolate, and the end of it (UAX 9)."""


def in_order(value: str, language: Language) -> str:
    """Return a number or receipt so that it reads in its own order within a text of this language.

    After Arabic letters the groups of 1-888-351-4024 would otherwise be shown last to first.
    """
    return _ISOLATE.format(value) if direction(language) == "rtl" else value

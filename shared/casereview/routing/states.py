"""Find a state, district or territory by its code or one of its usual names."""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from casereview.routing.names import plain
from casereview.routing.tables import rows

_NATION: Final = re.compile(
    r"\b(?:u\.?s\.?a?|united states(?: of america)?|estados unidos|ee\.? ?uu\.?)\W*$", re.IGNORECASE
)
_TITLE: Final = re.compile(
    r"^\W*(?:the |el |la )?(?:state|commonwealth|territory|estado|district) (?:of|de) ", re.IGNORECASE
)
_DIRECTIONS: Final = {"n": "north", "no": "north", "s": "south", "so": "south", "w": "west"}
_PARTS: Final = re.compile(r"[,;/()|]| [-\u2013\u2014] ")
_LONGEST_NAME: Final = 4
"""Words of the longest name of a state that can follow another name, such as Commonwealth of Puerto Rico."""


@cache
def _states() -> dict[str, str]:
    return {plain(name): code for name, code in rows("state_names")}


def find_state(text: str | None) -> str | None:
    """Return the two-letter code of a state, district or territory.

    Args:
        text: Its code or a usual name, abbreviated or in Spanish, with a title such as State of, or its code and name.

    Returns:
        The code; None if the tables do not contain the text, or it names two states.
    """
    if not text:
        return None
    known = _states()
    untitled = _TITLE.sub("", _NATION.sub("", text))
    first, _, rest = untitled.strip().partition(" ")
    spelled = f"{_DIRECTIONS.get(plain(first), first)} {rest}"
    whole = next((known[key] for key in map(plain, (text, untitled, spelled)) if key in known), None)
    if whole:
        return whole
    parts = {known.get(plain(part)) for part in _PARTS.split(_NATION.sub("", text)) if plain(part)}
    return parts.pop() if len(parts) == 1 else None


def trailing_state(text: str) -> tuple[str, str] | None:
    """Return what stands before the state that a text ends with, and its code; None if it ends with none."""
    pieces = re.findall(r"\S+", text)
    for count in range(min(_LONGEST_NAME, len(pieces) - 1), 0, -1):
        code = _states().get(plain(" ".join(pieces[-count:])))
        if code:
            return " ".join(pieces[:-count]), code
    return None

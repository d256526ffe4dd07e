"""Names in a form in which they can be compared, however they are written."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Final

_PLACEHOLDERS: Final = frozenset({"fnu", "lnu"})
"""What US documents have for a first or last name that a person does not have, or that is unknown."""


def has_full_name(known: Mapping[str, object]) -> bool:
    """Return whether the parts of an identity have a whole name: given and family name, or the only name."""
    names = known.get("given_name"), known.get("family_name")
    return any(names) if known.get("one_name") else all(names)


def comparable_name(
    given: str | None, family: str | None, birth_year: int | None, *, is_only: bool = False
) -> str | None:
    """Return a name with its birth year; case, accents, punctuation, spaces and the order of its parts do not matter.

    Args:
        given: The given names.
        family: The family names.
        birth_year: The year of birth.
        is_only: Whether the person has one name, which people write as either, as both, or beside a placeholder.

    Returns:
        The same text for names that differ in nothing else; None without a name or a birth year.
    """
    plain = unicodedata.normalize("NFKD", f"{given or ''} {family or ''}".casefold())
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    parts = sorted(set(letters.split()) - _PLACEHOLDERS if is_only else letters.split())
    return f"{' '.join(parts)}|{birth_year}" if parts and birth_year else None

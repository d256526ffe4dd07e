"""Names in a form in which they can be compared, however they are written."""

from __future__ import annotations

import unicodedata


def comparable_name(given: str | None, family: str | None, birth_year: int | None) -> str | None:
    """Return a name with its birth year; case, accents, punctuation, spaces and the order of its parts do not matter.

    Args:
        given: The given names.
        family: The family names.
        birth_year: The year of birth.

    Returns:
        The same text for names that differ in nothing else; None without a name or a birth year.
    """
    plain = unicodedata.normalize("NFKD", f"{given or ''} {family or ''}".casefold())
    letters = "".join(letter if letter.isalnum() else " " for letter in plain if not unicodedata.combining(letter))
    return f"{' '.join(sorted(letters.split()))}|{birth_year}" if letters.strip() and birth_year else None

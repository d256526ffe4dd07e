"""Telephone numbers as people write them, in the form in which they are stored: E.164, and the extension."""

from __future__ import annotations

import re
from typing import Final

from casereview.schema.typed_text import fold

_EXTENSION: Final = ";ext="
"""What stands before an extension (RFC 3966)."""
_NORTH_AMERICA: Final = 1
"""The country code of the North American Numbering Plan."""
_COULD_BE: Final = re.compile(r"(?!([0-9])\1{9})(?!.9)(?!.11)(?!37|96|555|950)[2-9][0-9]{2}[2-9][0-9]{6}")
"""A number of that plan whose area code is in use or can come into use. It excludes the codes that the plan reserves,
and those of services. Area codes come into use more often than this software is released."""
_OF_A_COUNTRY: Final = re.compile(r"(?!([0-9])\1+$)[0-9]+")
"""A number of another country; those plans change too, so that nothing but one digit repeated is excluded."""
_MEXICO: Final = 52
_OLD_MOBILE: Final = 10**10
"""The 1 before the ten digits that numbers of Mexican mobile telephones had until 2019, and that people still write."""
_WORDS_FOR_EXTENSION: Final = re.compile(
    "(?:poste|posto|ramal|interno|apòs|ekstansyon|èkstansyon|分机号?|分機|轉|转|تحويلة|داخلي|ਐਕਸਟੈਂਸ਼ਨ|внутр(?:енний)?|вн)"
    "[ .:№]*(?=[0-9]{1,7}$)",
    re.IGNORECASE,
)
"""The words for an extension that the parser does not know, in the languages of this application."""


def read_number(text: str) -> str | None:
    """Return a telephone number in E.164 format, with its extension if it has one; None if no such number exists.

    Args:
        text: The number with its area code, as people write it; without a country code it is one of the US.

    Returns:
        Such as ``+19735550142``, or ``+19735550142;ext=45``.
    """
    import phonenumbers  # noqa: PLC0415  # saves 25 ms of each cold start

    try:
        found = phonenumbers.parse(_WORDS_FOR_EXTENSION.sub(_EXTENSION, fold(text)), "US")
    except phonenumbers.NumberParseException:
        return None
    if found.country_code == _MEXICO and (found.national_number or 0) // _OLD_MOBILE == 1:
        found.national_number = (found.national_number or 0) % _OLD_MOBILE
    if phonenumbers.is_possible_number_with_reason(found) != phonenumbers.ValidationResult.IS_POSSIBLE:  # no area code
        return None
    national = phonenumbers.national_significant_number(found)
    could_be = (_COULD_BE if found.country_code == _NORTH_AMERICA else _OF_A_COUNTRY).fullmatch(national)
    if could_be is None and not phonenumbers.is_valid_number(found):
        return None
    number = phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164)
    return f"{number}{_EXTENSION}{found.extension}" if found.extension else number


def has_extension(number: str) -> bool:
    """Return whether a stored number has an extension, which nothing but a call reaches."""
    return _EXTENSION in number

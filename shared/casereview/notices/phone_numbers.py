"""Which telephone numbers are texted and called, by their country and kind."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from casereview.schema.phone_numbers import has_extension

US_NUMBERING_PLAN: Final = frozenset({"US", "PR", "GU", "VI", "AS", "MP"})
"""The United States and its territories, whose numbers are in the North American Numbering Plan."""
_NO_COUNTRY: Final = "001"
"""What stands for the country of a number of a satellite or international network, such as +881."""


def may_be_texted(number: str, countries: Collection[str]) -> bool:
    """Return whether a number gets text messages: a mobile one, or one that can be mobile, of an allowed country.

    Args:
        number: The number as it is stored; one with an extension gets none.
        countries: The allowed countries, by their ISO 3166 codes.
    """
    import phonenumbers  # noqa: PLC0415  # saves 25 ms of each cold start

    if has_extension(number):
        return False
    found = phonenumbers.parse(number)
    kinds = {phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE}
    return phonenumbers.number_type(found) in kinds and phonenumbers.region_code_for_number(found) in countries


def may_be_called(number: str) -> bool:
    """Return whether an office may call a number, which costs no more than a call to its country.

    Premium rate, shared cost and personal numbers, pagers and satellite telephones are not called.

    Args:
        number: The number as it is stored.
    """
    import phonenumbers  # noqa: PLC0415  # saves 25 ms of each cold start

    found = phonenumbers.parse(number)
    costly = {
        phonenumbers.PhoneNumberType.PREMIUM_RATE,
        phonenumbers.PhoneNumberType.SHARED_COST,
        phonenumbers.PhoneNumberType.PERSONAL_NUMBER,
        phonenumbers.PhoneNumberType.PAGER,
    }
    no_country = phonenumbers.region_code_for_country_code(found.country_code or 0) == _NO_COUNTRY
    return not no_country and phonenumbers.number_type(found) not in costly

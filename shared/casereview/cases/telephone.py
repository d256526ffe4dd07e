"""Which requesters the office must phone; no contact data is decrypted for it.

An undeliverable notice requires a call. A new address gets what failed, which ends that until another notice is
undeliverable. A requester who must not be contacted is not called. Each request of a case is considered by itself.
"""

from __future__ import annotations

from collections.abc import Iterable

from casereview.schema.evidence import Claims

MUST_PHONE = frozenset({"suppressed", "refused", "expired", "unanswered", "bounced"})
"""Reasons for which an undeliverable notice requires a call: the requester had an address that may be used."""
TELEPHONE = "telephone"
"""The flag that shows staff that a call is required."""
UNSAFE_CONTACT = "unsafe_contact"
"""The flag that shows staff that somebody must not be contacted, as an office found."""


def receipts_to_phone(claims: Iterable[Claims]) -> frozenset[str]:
    """Return the receipts of the requesters that the office must phone."""
    return frozenset(one.receipt for one in claims if one.to_phone and one.may_be_called)


def with_phone_flag(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags with ``telephone`` added, if it is not among them."""
    return flags if TELEPHONE in flags else (*flags, TELEPHONE)


def without_phone_flag(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags without ``telephone``."""
    return tuple(flag for flag in flags if flag != TELEPHONE)

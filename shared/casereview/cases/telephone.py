"""Which requesters the office must phone, derived from the case history; no contact data is decrypted.

An undeliverable notice requires a call. A new address ends that, until another notice is undeliverable. A requester
who must not be contacted is not called. Each request of a case is considered by itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from casereview.evidence.standing import receipts_of, without_split_requests
from casereview.schema.records import Event

MUST_PHONE = frozenset({"suppressed", "refused", "expired", "unanswered", "bounced"})
"""Reasons for which an undeliverable notice requires a call: the requester had an address that may be used."""
MAY_BE_CALLED = "may_be_called"
"""Key in the details of an update with a contact: whether the requester allows contact in any way."""
NEW_ADDRESS = "new_address"
"""Key in the same details: whether the contact gives a new address that is not suppressed."""
TELEPHONE = "telephone"
"""The flag that shows staff that a call is required."""


def receipts_to_phone(events: Sequence[Event]) -> frozenset[str]:
    """Return the receipts of the requesters that the office must phone."""
    pending: set[str] = set()
    forbidden: set[str] = set()
    for event in without_split_requests(events):
        if event.receipt is None:
            continue
        if event.kind == "undeliverable":
            pending.add(event.receipt)
        if event.details.get(NEW_ADDRESS):
            pending.discard(event.receipt)
        if MAY_BE_CALLED in event.details:
            (forbidden.discard if event.details[MAY_BE_CALLED] else forbidden.add)(event.receipt)
    return (receipts_of(events) & pending) - forbidden


def with_phone_flag(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags with ``telephone`` added, if it is not among them."""
    return flags if TELEPHONE in flags else (*flags, TELEPHONE)


def without_phone_flag(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags without ``telephone``."""
    return tuple(flag for flag in flags if flag != TELEPHONE)

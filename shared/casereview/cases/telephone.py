"""Whom the office is to telephone, by what a case's history says openly: nobody's contact is opened for it.

A notice that did not arrive asks for the call. A new address ends that, until a notice fails again; and while a
requester is not to be called, nobody calls. Each request is for itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from casereview.evidence.standing import receipts_of, without_split_requests
from casereview.schema.records import Event

MUST_PHONE = frozenset({"suppressed", "refused", "expired", "unanswered", "bounced"})
"""Why a notice did not arrive although the requester could have been written to: the office telephones."""
MAY_BE_CALLED = "may_be_called"
"""In the details of an update with a contact: whether there is a way to the requester at all that they allow."""
NEW_ADDRESS = "new_address"
"""In the same details: whether it gives an address that was not known, and works as far as we know."""
TELEPHONE = "telephone"
"""The flag that tells the office."""


def to_be_called(events: Sequence[Event]) -> frozenset[str]:
    """Return the receipts of the requests of a case whose holders the office is to telephone."""
    waiting: set[str] = set()
    forbidden: set[str] = set()
    for event in without_split_requests(events):
        if event.receipt is None:
            continue
        if event.kind == "undeliverable":
            waiting.add(event.receipt)
        if event.details.get(NEW_ADDRESS):
            waiting.discard(event.receipt)
        if MAY_BE_CALLED in event.details:
            (forbidden.discard if event.details[MAY_BE_CALLED] else forbidden.add)(event.receipt)
    return (receipts_of(events) & waiting) - forbidden


def with_call(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags of a case with the one that asks for a telephone call."""
    return flags if TELEPHONE in flags else (*flags, TELEPHONE)


def without_call(flags: tuple[str, ...]) -> tuple[str, ...]:
    """Return the flags of a case without the one that asks for a telephone call."""
    return tuple(flag for flag in flags if flag != TELEPHONE)

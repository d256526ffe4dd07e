"""Read delivery events of text messages: what each says about the message and its number.

The types are those of AWS End User Messaging ("Event types for SMS, MMS, and voice" of its user guide). Carriers may be
silent: a message without a status stays sent. After 72 hours the service itself says ``TEXT_UNKNOWN``, which proves
neither that it arrived nor that it did not; a parameter says what follows.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from casereview.schema.vocabulary import Undelivered
from notify.reports import NOTHING, Outcome, Reference, Report, WhySuppressed

_UNKNOWN: Final = "TEXT_UNKNOWN"
_OUTCOMES: Final[Mapping[str, Outcome]] = {
    "TEXT_QUEUED": "none",
    "TEXT_PENDING": "none",
    "TEXT_SENT": "none",
    "TEXT_SUCCESSFUL": "none",  # the carrier took it; in some countries it says no more
    "TEXT_DELIVERED": "none",
    "TEXT_UNREACHABLE": "retry",  # the telephone is off, or has no network
    "TEXT_CARRIER_UNREACHABLE": "retry",
    "TEXT_TTL_EXPIRED": "retry",
    "TEXT_INVALID": "failed",  # the number does not exist
    "TEXT_INVALID_MESSAGE": "failed",
    "TEXT_BLOCKED": "failed",  # the telephone blocks our number
    "TEXT_CARRIER_BLOCKED": "failed",
    "TEXT_SPAM": "failed",  # the carrier takes it for spam
    "TEXT_PROTECT_BLOCKED": "failed",  # the agency's own protect configuration allows no messages to it
    _UNKNOWN: "none",
}
_SUPPRESSED: Final[Mapping[str, WhySuppressed]] = {"TEXT_INVALID": "bounce", "TEXT_BLOCKED": "complaint"}
"""Types of events after which a number gets no more text messages, and why."""
_SET_UP_FAULTS: Final = frozenset({"TEXT_INVALID_MESSAGE", "TEXT_CARRIER_BLOCKED", "TEXT_SPAM", "TEXT_PROTECT_BLOCKED"})
"""Types of events that concern our messages, or the agency's set-up, rather than the number."""
KNOWN: Final = frozenset(_OUTCOMES)


def read_text_event(event: dict[str, Any], *, unknown_failed: bool) -> Report:
    """Return what an event of AWS End User Messaging says.

    Args:
        event: The event, as the service publishes it.
        unknown_failed: Whether a message whose status stays unknown counts as not delivered.

    Raises:
        KeyError: It is not such an event.
    """
    kind = event["eventType"]
    number: str = event["destinationPhoneNumber"]
    outcome = "failed" if kind == _UNKNOWN and unknown_failed else _OUTCOMES[kind]
    if outcome == "none":
        return NOTHING
    is_fault = kind in _SET_UP_FAULTS
    why: Undelivered = "refused" if is_fault else "bounced"
    return Report(outcome, (number,), suppress=_SUPPRESSED.get(kind), why=why, is_set_up_fault=is_fault)


def reference_of(event: dict[str, Any]) -> Reference | None:
    """Return which message an event is about; None if its context does not say it."""
    context = event.get("context") or {}
    if "case" not in context or "notice" not in context:
        return None
    attempt = int(context["attempt"]) if "attempt" in context else None
    return Reference(context["case"], context["notice"], attempt, event.get("messageId"))

"""Read events of SES: what each says about the message and its addresses.

SES publishes a bounce only when it has given up, whatever its type ("Contents of event data that Amazon SES publishes
to Amazon SNS", Bounce types). Automatic replies come as bounces too: of type ``Transient`` and ``General`` without a
delivery status notification, as the mailbox simulator sends them, or of type ``Undetermined`` without a recipient.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from notify.addresses import plain_address
from notify.reports import NOTHING, Reference, Report

KNOWN: Final = frozenset(
    {
        "Bounce",
        "Complaint",
        "Reject",
        "Rendering Failure",
        "Delivery",
        "DeliveryDelay",
        "Send",
        "Subscription",
        "Open",
        "Click",
    }
)
"""The types of events that SES documents."""
_NOT_COMPLAINTS: Final = frozenset({"not-spam", "auth-failure"})
"""Types of feedback by which nobody complains of a message: that it is no spam, and that its domain failed a check."""
_ALREADY_SUPPRESSED: Final = "OnAccountSuppressionList"
"""The subtype of a complaint about a message that SES did not try to send."""


def kind_of(event: dict[str, Any]) -> str:
    """Return the type of an event, in the format of event publishing or of the older notifications.

    Raises:
        KeyError: The event has neither.
    """
    kind: str = event.get("eventType") or event["notificationType"]
    return kind


def read_mail_event(event: dict[str, Any]) -> Report:
    """Return what an event of SES says.

    Args:
        event: The event, as SES publishes it.

    Raises:
        KeyError, TypeError, AttributeError: It is not an event of SES.
    """
    match kind_of(event):
        case "Bounce":
            return _bounce(event["bounce"], _sent_to(event["mail"]))
        case "Complaint":
            return _complaint(event["complaint"], _sent_to(event["mail"]))
        case "Reject":  # SES holds that the message contains a virus
            return Report("failed", _sent_to(event["mail"]), why="refused")
        case "Rendering Failure":
            return Report("not_sent", _sent_to(event["mail"]), is_set_up_fault=True)
        case _:
            return NOTHING


def reference_of(event: dict[str, Any]) -> Reference | None:
    """Return which message an event is about; None if its tags do not say it."""
    mail = event["mail"]
    tags = mail.get("tags") or {}
    if "case" not in tags or "notice" not in tags:
        return None
    attempt = int(tags["attempt"][0]) if "attempt" in tags else None
    return Reference(tags["case"][0], tags["notice"][0], attempt, mail.get("messageId"))


def _bounce(bounce: dict[str, Any], sent_to: tuple[str, ...]) -> Report:
    recipients: list[dict[str, Any]] = bounce["bouncedRecipients"]
    if bounce["bounceType"] == "Permanent":
        return Report("failed", _concerned(recipients, sent_to), suppress="bounce")
    if _is_automatic_reply(bounce, recipients) or _is_on_its_way(recipients):
        return NOTHING
    return Report("retry", _concerned(recipients, sent_to))


def _is_automatic_reply(bounce: dict[str, Any], recipients: list[dict[str, Any]]) -> bool:
    """Return whether a bounce is an automatic reply, such as that somebody is out of the office: the message arrived.

    What cannot be told apart counts as a bounce, which at worst costs another message and a call.
    """
    if not recipients:
        return True
    has_notification = "reportingMTA" in bounce or any(
        field in one for one in recipients for field in ("action", "status", "diagnosticCode")
    )
    return (bounce["bounceType"], bounce.get("bounceSubType")) == ("Transient", "General") and not has_notification


def _is_on_its_way(recipients: list[dict[str, Any]]) -> bool:
    """Return whether the mail servers say that the message is delayed, relayed or delivered, but failed for nobody."""
    actions = {one.get("action") for one in recipients}
    return bool(actions) and actions <= {"delayed", "relayed", "expanded", "delivered"}


def _complaint(complaint: dict[str, Any], sent_to: tuple[str, ...]) -> Report:
    concerned = _concerned(complaint["complainedRecipients"], sent_to)
    if complaint.get("complaintSubType") == _ALREADY_SUPPRESSED:
        return Report("failed", concerned, suppress="complaint")
    feedback = complaint.get("complaintFeedbackType")
    if feedback in _NOT_COMPLAINTS:
        return Report("none", is_set_up_fault=feedback == "auth-failure")
    return Report("none", concerned, suppress="complaint")


def _sent_to(mail: dict[str, Any]) -> tuple[str, ...]:
    """Return the addresses that a message was sent to."""
    return _plain(mail.get("destination") or ())


def _concerned(recipients: Iterable[dict[str, Any]], sent_to: tuple[str, ...]) -> tuple[str, ...]:
    """Return which of the addresses that a message was sent to a report is about.

    A report can name another address: that to which the recipient's mail is forwarded. It is not ours to suppress: the
    message's own address is, where it had only one. An event without the addresses of the message is taken at its word.
    """
    named = _plain(one["emailAddress"] for one in recipients)
    if not sent_to:
        return named
    known = {one.casefold() for one in named}
    found = tuple(one for one in sent_to if one.casefold() in known)
    return found or (sent_to if len(sent_to) == 1 else ())


def _plain(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(address for text in texts if (address := plain_address(text))))

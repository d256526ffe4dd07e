"""SES events for mail to the mailbox simulator, published to a configuration set's topic.

At `simulator.amazonses.com`, mail to `bounce@` bounces, mail to `suppressionlist@` bounces as if the address were on
the suppression list, mail to `ooto@` gets an automatic reply and mail to `complaint@` is reported as spam, with any
label (`bounce+label@…`). moto publishes no events; the AWS endpoint publishes these in SES's format.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any, Final

from infra.local.account import ACCOUNT

SIMULATOR: Final = "@simulator.amazonses.com"
_KINDS: Final = {"bounce": "bounce", "suppressionlist": "bounce", "ooto": "bounce", "complaint": "complaint"}
"""The type of the event that mail to each mailbox causes."""


@dataclass(frozen=True)
class EventDestination:
    """An event destination of a configuration set: an SNS topic and the event types it receives, in lower case."""

    topic: str
    kinds: frozenset[str]


def events_of(
    parameters: Mapping[str, Any],
    message_id: str,
    destinations: Mapping[str, list[EventDestination]],
    lead: timedelta = timedelta(0),
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events that a SendEmail call causes.

    Args:
        parameters: the parameters of the call.
        message_id: the message id that SES returned.
        destinations: the event destinations of each configuration set.
        lead: how far the times in the events are ahead of real time.

    Yields:
        (topic ARN, event) pairs.
    """
    wanted = destinations.get(parameters.get("ConfigurationSetName", ""), [])
    named = parameters.get("Destination", {}).get("ToAddresses", [])
    for recipient in (parseaddr(address)[1] for address in named):
        mailbox = recipient.partition("@")[0].partition("+")[0].lower()
        if not recipient.lower().endswith(SIMULATOR) or mailbox not in _KINDS:
            continue
        for destination in wanted:
            if _KINDS[mailbox] in destination.kinds:
                yield destination.topic, _event(mailbox, recipient, parameters, message_id, datetime.now(UTC) + lead)


def _hard_bounce(
    recipient: str, subtype: str = "General", text: str = "smtp; 550 5.1.1 user unknown"
) -> dict[str, Any]:
    bounced = {"emailAddress": recipient, "action": "failed", "status": "5.1.1", "diagnosticCode": text}
    return {"bounceType": "Permanent", "bounceSubType": subtype, "bouncedRecipients": [bounced]}


def _suppressed(recipient: str) -> dict[str, Any]:
    return _hard_bounce(recipient, "Suppressed", "Amazon SES has suppressed sending to this address")


def _automatic_reply(recipient: str) -> dict[str, Any]:
    return {"bounceType": "Transient", "bounceSubType": "General", "bouncedRecipients": [{"emailAddress": recipient}]}


_BOUNCES: Final[dict[str, Callable[[str], dict[str, Any]]]] = {
    "bounce": _hard_bounce,
    "suppressionlist": _suppressed,
    "ooto": _automatic_reply,
}


def _event(
    mailbox: str, recipient: str, parameters: Mapping[str, Any], message_id: str, sent_at: datetime
) -> dict[str, Any]:
    now = sent_at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    tags = {tag["Name"]: [tag["Value"]] for tag in parameters.get("EmailTags", [])}
    mail = {
        "timestamp": now,
        "source": parameters.get("FromEmailAddress"),
        "sendingAccountId": ACCOUNT,
        "messageId": message_id,
        "destination": [recipient],
        "headersTruncated": False,
        "tags": {"ses:configuration-set": [parameters["ConfigurationSetName"]], **tags},
    }
    details = {"timestamp": now, "feedbackId": str(uuid.uuid4())}
    if mailbox != "complaint":
        return {"eventType": "Bounce", "bounce": {**_BOUNCES[mailbox](recipient), **details}, "mail": mail}
    complaint = {"complainedRecipients": [{"emailAddress": recipient}], "complaintFeedbackType": "abuse", **details}
    return {"eventType": "Complaint", "complaint": complaint, "mail": mail}

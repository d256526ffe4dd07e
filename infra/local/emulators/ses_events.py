"""SES events for mail to the mailbox simulator: bounces and complaints, published to a configuration set's topic.

Mail to `bounce@simulator.amazonses.com` bounces and mail to `complaint@…` is reported as spam, with any label
(`bounce+label@…`). moto publishes no events; the AWS endpoint publishes these in SES's format.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parseaddr
from typing import Any, Final

from infra.local.account import ACCOUNT

SIMULATOR: Final = "@simulator.amazonses.com"


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
        kind = recipient.partition("@")[0].partition("+")[0].lower()
        if not recipient.lower().endswith(SIMULATOR) or kind not in {"bounce", "complaint"}:
            continue
        for destination in wanted:
            if kind in destination.kinds:
                yield destination.topic, _event(kind, recipient, parameters, message_id, datetime.now(UTC) + lead)


def _event(
    kind: str, recipient: str, parameters: Mapping[str, Any], message_id: str, sent_at: datetime
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
    if kind == "bounce":
        bounced = {
            "emailAddress": recipient,
            "action": "failed",
            "status": "5.1.1",
            "diagnosticCode": "smtp; 550 5.1.1",
        }
        bounce = {"bounceType": "Permanent", "bounceSubType": "General", "bouncedRecipients": [bounced], **details}
        return {"eventType": "Bounce", "bounce": bounce, "mail": mail}
    complaint = {"complainedRecipients": [{"emailAddress": recipient}], "complaintFeedbackType": "abuse", **details}
    return {"eventType": "Complaint", "complaint": complaint, "mail": mail}

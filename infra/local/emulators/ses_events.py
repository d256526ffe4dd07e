"""What SES reports of mail to its simulator: bounces and complaints, as events to a configuration set's topic.

SES has addresses that behave badly on purpose, `bounce@simulator.amazonses.com` and `complaint@…`, with any label
(`bounce+label@…`). moto sends no events; the front publishes these, in SES's form, where the template says.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from typing import Any, Final

from infra.local.account import ACCOUNT

SIMULATOR: Final = "@simulator.amazonses.com"


@dataclass(frozen=True)
class EventDestination:
    """Where events of a configuration set go: a topic, and the kinds it wants, in lower case."""

    topic: str
    kinds: frozenset[str]


def events_of(
    parameters: Mapping[str, Any], message_id: str, destinations: Mapping[str, list[EventDestination]]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The (topic, event) pairs that a SendEmail leads to; none but for mail to the simulator.

    Args:
        parameters: those of the call.
        message_id: the id that SES gave the message.
        destinations: event destinations by configuration set.
    """
    wanted = destinations.get(parameters.get("ConfigurationSetName", ""), [])
    named = parameters.get("Destination", {}).get("ToAddresses", [])
    for recipient in (parseaddr(address)[1] for address in named):
        kind = recipient.partition("@")[0].partition("+")[0].lower()
        if not recipient.lower().endswith(SIMULATOR) or kind not in {"bounce", "complaint"}:
            continue
        for destination in wanted:
            if kind in destination.kinds:
                yield destination.topic, _event(kind, recipient, parameters, message_id)


def _event(kind: str, recipient: str, parameters: Mapping[str, Any], message_id: str) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
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

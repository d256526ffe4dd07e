"""Handle delivery events (SES → SNS → the delivery queue): suppress addresses, and mark notices as undeliverable.

The delivery queue is the only queue whose messages contain addresses; a suppressed address is stored as its MAC.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.telephone import MUST_PHONE
from casereview.schema.base import Unrecognized, to_milliseconds
from casereview.schema.notice_records import Notice, Suppression
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.store.transaction import RefusedError, put_new
from notify.recipients import find_target
from notify.services import Services, metrics
from notify.undeliverable import give_up

_Why = Literal["bounce", "complaint"]
_TOPIC_VALIDATION = "Successfully validated SNS topic for Amazon SES event publishing."
"""The message that SES publishes, without JSON, when a topic becomes an event destination."""


def handle_delivery_event(services: Services, body: str) -> None:
    """Handle one delivery event in its SNS envelope.

    Permanent bounces, complaints and rejects have an effect; events of other types are ignored.

    Args:
        services: The table, the keys and the rank queue.
        body: The body of the SQS message.

    Raises:
        KeyError, TypeError, ValueError: The body is not a delivery event. After its retries, the message is moved to
            the dead-letter queue.
        RefusedError: A write was rejected because of a concurrent change; the message is then redelivered.
    """
    message = json.loads(body)["Message"]
    if message != _TOPIC_VALIDATION:
        _handle(services, json.loads(message))


def _handle(services: Services, event: dict[str, Any]) -> None:
    kind = event.get("eventType") or event["notificationType"]
    if kind == "Bounce" and event["bounce"]["bounceType"] == "Permanent":
        _suppress(services, event["bounce"]["bouncedRecipients"], "bounce")
        _mark_undeliverable(services, event["mail"], "bounced")
    elif kind == "Complaint":
        _suppress(services, event["complaint"]["complainedRecipients"], "complaint")
    elif kind == "Reject":
        _mark_undeliverable(services, event["mail"], "refused")


def _suppress(services: Services, recipients: list[dict[str, str]], why: _Why) -> None:
    """Store the MACs of the recipients' addresses in the suppression list."""
    for recipient in recipients:
        record = Suppression(
            address=services.macs.address(recipient["emailAddress"]),
            mac_key=services.macs.key,
            since=to_milliseconds(services.now()),
            why=why,
        )
        try:
            services.table.write(put_new(record))
        except RefusedError:
            continue  # already suppressed
        metrics.add_metric("Suppressed", MetricUnit.Count, 1)


def _mark_undeliverable(services: Services, mail: dict[str, Any], why: Undelivered) -> None:
    """Mark the notice of a mail as undeliverable, unless a retry of it is scheduled; its mail tags name the notice.

    The event can arrive before the write of the state ``sent``. If the requester may no longer be called, the case is
    not flagged for a call.
    """
    tags = mail.get("tags", {})
    if "case" not in tags or "notice" not in tags:
        return
    notice = services.table.get(Notice, keys.notice(tags["case"][0], tags["notice"][0]))
    if notice and notice.state in {"sending", "sent"} and not isinstance(notice.template, Unrecognized):
        target = find_target(services, notice)
        forbidden = target if isinstance(target, str) and target not in MUST_PHONE else None
        give_up(services, notice, forbidden or why, to_milliseconds(services.now()))

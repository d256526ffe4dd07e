"""What the mail service reports (SES → SNS → the delivery queue): addresses not to be written to any more.

The delivery queue is the one place where an address may lie in a queue; here it becomes a MAC.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.telephone import MUST_PHONE
from casereview.schema.base import Unrecognized, to_milliseconds
from casereview.schema.records import Notice, Suppression
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.store.transaction import RefusedError, put_new
from notify.recipients import find_target
from notify.services import Services, metrics
from notify.undeliverable import give_up

_Why = Literal["bounce", "complaint"]
_GREETING = "Successfully validated SNS topic for Amazon SES event publishing."
"""What SES publishes, as it stands, when a topic becomes an event destination."""


def learn(services: Services, body: str) -> None:
    """Take one delivery event in its SNS envelope; events of other kinds say nothing we need.

    Raises KeyError, ValueError or TypeError for what is no such event: it then ends in the dead-letter queue.
    """
    message = json.loads(body)["Message"]
    if message != _GREETING:
        _learn(services, json.loads(message))


def _learn(services: Services, event: dict[str, Any]) -> None:
    kind = event.get("eventType") or event["notificationType"]
    if kind == "Bounce" and event["bounce"]["bounceType"] == "Permanent":
        _suppress(services, event["bounce"]["bouncedRecipients"], "bounce")
        _mark(services, event["mail"], "bounced")
    elif kind == "Complaint":
        _suppress(services, event["complaint"]["complainedRecipients"], "complaint")
    elif kind == "Reject":
        _mark(services, event["mail"], "refused")


def _suppress(services: Services, recipients: list[dict[str, str]], why: _Why) -> None:
    for recipient in recipients:
        record = Suppression(
            address=services.macs.address(recipient["emailAddress"]),
            mac_key=services.macs.key,
            since=to_milliseconds(services.now()),
            why=why,
        )
        try:
            services.table.write(put_new(record))
        except RefusedError as refusal:
            if not refusal.by_condition:
                raise  # not written: the report must come again
            continue  # known already
        metrics.add_metric("Suppressed", MetricUnit.Count, 1)


def _mark(services: Services, mail: dict[str, Any], why: Undelivered) -> None:
    """Mark the notice that did not arrive, by the tags that we sent with it, unless it is known to be owed again.

    The report can be faster than the write that the notice was sent. Who may not be called by now is not flagged.
    """
    tags = mail.get("tags", {})
    if "case" not in tags or "notice" not in tags:
        return
    notice = services.table.get(Notice, keys.notice(tags["case"][0], tags["notice"][0]))
    if notice and notice.state in {"sending", "sent"} and not isinstance(notice.template, Unrecognized):
        target = find_target(services, notice)
        forbidden = target if isinstance(target, str) and target not in MUST_PHONE else None
        give_up(services, notice, forbidden or why, to_milliseconds(services.now()))

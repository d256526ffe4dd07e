"""What the mail service reports (SES → SNS → the delivery queue): addresses not to be written to any more.

The delivery queue is the one place where an address may lie in a queue; here it becomes a MAC.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal

from aws_lambda_powertools.metrics import MetricUnit

from casereview import keys
from casereview.model import to_milliseconds
from casereview.records import Notice, Suppression
from casereview.table import Refused, put_new
from notify.services import Services, metrics
from notify.undeliverable import give_up

_Why = Literal["bounce", "complaint"]


def learn(services: Services, body: str) -> None:
    """Take one delivery event in its SNS envelope; events of other kinds say nothing we need.

    Raises KeyError or ValueError for what is no such event: it then ends in the dead-letter queue.
    """
    event = json.loads(json.loads(body)["Message"])
    kind = event.get("eventType") or event["notificationType"]
    why: _Why = "complaint" if kind == "Complaint" else "bounce"
    addresses = list(_addresses(event, kind))
    for address in addresses:
        _suppress(services, address, why)
    if addresses and why == "bounce":
        _mark(services, event["mail"].get("tags", {}))


def _addresses(event: dict[str, Any], kind: str) -> Iterator[str]:
    """Yield the addresses that bounced for good, or whose holder complained."""
    if kind == "Bounce" and event["bounce"]["bounceType"] == "Permanent":
        yield from (recipient["emailAddress"] for recipient in event["bounce"]["bouncedRecipients"])
    if kind == "Complaint":
        yield from (recipient["emailAddress"] for recipient in event["complaint"]["complainedRecipients"])


def _suppress(services: Services, address: str, why: _Why) -> None:
    record = Suppression(
        address=services.macs.address(address),
        mac_key=services.macs.key,
        since=to_milliseconds(services.now()),
        why=why,
    )
    try:
        services.table.write(put_new(record))
    except Refused:
        return
    metrics.add_metric("Suppressed", MetricUnit.Count, 1)


def _mark(services: Services, tags: dict[str, list[str]]) -> None:
    """Mark the notice that bounced, by the tags that we sent with it."""
    if "case" not in tags or "notice" not in tags:
        return
    notice = services.table.get(Notice, keys.notice(tags["case"][0], tags["notice"][0]))
    if notice and notice.state == "sent":
        give_up(services, notice, "bounced", to_milliseconds(services.now()))

"""Handle delivery events (SES or text messages → SNS → the delivery queue): what did not arrive is sent again.

    sent ──the address may take it later──▶ owed; retried within the notice's window
     │ ──the address takes no such message──▶ owed, to another address of the requester; else undeliverable
     └──delivered, delayed, complained of──▶ sent

The notices for which its message stood (``coalesced``) are due again with it. An event about an earlier attempt changes
only the suppression list. The delivery queue is the only queue whose messages
contain addresses; a suppressed address is stored as its MAC.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from casereview.notices.catalog import OFFICE_VERSIONS
from casereview.runtime.invocation import concerns
from casereview.schema.base import Unrecognized, to_milliseconds
from casereview.schema.notice_records import Notice
from casereview.store import keys
from casereview.store.transaction import put_over
from notify import mail_events, text_events
from notify.covered import revive_covered
from notify.lease import RANDOM, waited
from notify.next_address import go_on_elsewhere
from notify.reports import NOTHING, Reference, Report
from notify.services import Services, logger, metrics
from notify.suppression import suppress
from notify.window import WINDOW

FIRST_RETRY_BOUNCED = timedelta(hours=6)
"""The delay after the first bounce of a mailbox that may take a message later; it doubles with each. SES itself has
tried for hours by then."""
_TOPIC_VALIDATION = "Successfully validated SNS topic for Amazon SES event publishing."
"""The message that SES publishes, without JSON, when a topic becomes an event destination."""


def handle_delivery_event(services: Services, body: str) -> None:
    """Handle one delivery event, in its SNS envelope or without it.

    Args:
        services: The table, the keys and the rank queue.
        body: The body of the SQS message.

    Raises:
        KeyError, TypeError, ValueError, AttributeError: The body is not a delivery event. After its retries, the
            message is moved to the dead-letter queue.
        RefusedError: A write was rejected because of a concurrent change; the message is then redelivered.
    """
    found = json.loads(body)
    message = found if "eventType" in found or "notificationType" in found else found["Message"]
    if message != _TOPIC_VALIDATION:
        _handle(services, message if isinstance(message, dict) else json.loads(message))


def _handle(services: Services, event: dict[str, Any]) -> None:
    kind = mail_events.kind_of(event)
    if kind in mail_events.KNOWN:
        report = mail_events.read_mail_event(event)
        _apply(services, report, mail_events.reference_of(event) if report != NOTHING else None)
    elif kind in text_events.KNOWN:
        report = text_events.read_text_event(event, unknown_failed=services.sms_unknown_failed)
        _apply(services, report, text_events.reference_of(event) if report != NOTHING else None)
    else:
        metrics.add_metric("UnknownEvents", MetricUnit.Count, 1)


def _apply(services: Services, report: Report, reference: Reference | None) -> None:
    notice = _notice_of(services, reference)
    to_office = notice is not None and notice.template in OFFICE_VERSIONS
    if report.suppress and not to_office:
        suppress(services, report.addresses, report.suppress)
    if report.is_set_up_fault or (to_office and report.outcome == "failed"):
        metrics.add_metric("SetUpFault", MetricUnit.Count, 1)
        logger.error("a delivery event says that the set-up of a service is at fault")
    if notice and reference and _is_current(notice, reference):
        _apply_to_notice(services, report, notice)


def _notice_of(services: Services, reference: Reference | None) -> Notice | None:
    if reference is None:
        return None
    concerns(case_id=reference.case_id, notice=keys.notice_name(reference.notice_id))
    return services.table.get(Notice, keys.notice(reference.case_id, reference.notice_id))


def _is_current(notice: Notice, reference: Reference) -> bool:
    """Return whether an event is about the last attempt to send a notice, which has not ended otherwise meanwhile.

    The event can arrive before the write of the state ``sent``.
    """
    if notice.state not in {"sending", "sent"} or isinstance(notice.template, Unrecognized):
        return False
    if reference.attempt is not None:
        return reference.attempt == notice.sends
    return None in {notice.provider_id, reference.message_id} or reference.message_id == notice.provider_id


def _apply_to_notice(services: Services, report: Report, notice: Notice) -> None:
    now = to_milliseconds(services.now())
    if report.outcome == "failed":
        _fail(services, report, notice, now)
    elif report.outcome == "retry":
        _retry(services, report, notice, now)
    elif report.outcome == "not_sent":
        waits_ms = FIRST_RETRY_BOUNCED // timedelta(milliseconds=1)
        waits = notice.evolve(waited_ms=notice.waited_ms + waits_ms)
        _send_later(services, report, (notice, waits), now + FIRST_RETRY_BOUNCED, now)


def _fail(services: Services, report: Report, notice: Notice, now: datetime) -> None:
    """Send a notice, and those for which it stood, to other addresses, or have the office call.

    The others come first: an event about a notice that has gone on is ignored if it is delivered again.
    """
    revive_covered(services, notice, report.addresses, now)
    go_on_elsewhere(services, notice, report.why, now, addresses=report.addresses)


def _retry(services: Services, report: Report, notice: Notice, now: datetime) -> None:
    """Schedule another attempt at the same address; after the window, go on as if the address had failed for good."""
    delay = FIRST_RETRY_BOUNCED * (1 << min(notice.bounces, 12)) * RANDOM.uniform(0.75, 1.0)
    if now + delay > notice.begun_at + WINDOW + waited(notice, now):
        _fail(services, report, notice, now)
        return
    _send_later(services, report, (notice, notice.evolve(bounces=notice.bounces + 1)), now + delay, now)
    metrics.add_metric("SentAgain", MetricUnit.Count, 1)


def _send_later(
    services: Services, report: Report, change: tuple[Notice, Notice], due: datetime, now: datetime
) -> None:
    """Send a notice later, and those for which it stood.

    Args:
        services: The table and the keys.
        report: What the event says.
        change: The notice as it was read, and with what else changes of it.
        due: When it is sent again.
        now: The current time.
    """
    before, after = change
    at = to_milliseconds(due)
    revive_covered(services, before, report.addresses, now, later=at)
    later = after.evolve(state="owed", send_at=at, lease_until=None, provider_id=None)
    services.table.write(put_over(later, state=before.state, sends=before.sends))

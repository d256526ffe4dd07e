"""Send one notice: the item is stored first, then a process takes a lease on it, then it sends the message.

    owed ──lease──▶ sending ──accepted──▶ sent
     │                │  ├──transient error──▶ owed; retried with a backoff
     │                │  ├──no response──▶ owed; retried with a longer backoff, three attempts at most
     │                │  ├──permanent error──▶ undeliverable
     │                └──process died──▶ the lease expires; handled as without a response
     └──no address, or older than three days, or three attempts without a response──▶ undeliverable

The address is decrypted just before the lease and not kept; nothing is sent before the lease is written. A retry after
a missing response can send a notice twice, which is harmless.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from random import SystemRandom

from aws_lambda_powertools.metrics import MetricUnit

from casereview.schema.base import Unrecognized, to_milliseconds
from casereview.schema.messages import NoticeMessage
from casereview.schema.records import Notice
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.store.transaction import RefusedError, put_over
from notify.providers import PermanentError, TransientError, UnansweredError
from notify.recipients import Target, find_target
from notify.render import Message, render, render_for_office
from notify.services import Services, metrics
from notify.undeliverable import give_up

LEASE = timedelta(seconds=45)
"""The lease of a send attempt, longer than the function's timeout of 30 seconds."""
WINDOW = timedelta(days=3)
"""The age after which a notice is given up."""
UNANSWERED = 3
"""The maximum number of attempts that end without a response."""
FIRST_RETRY = timedelta(minutes=2)
"""The delay after the first transient error; it doubles with each attempt."""
FIRST_RETRY_UNANSWERED = timedelta(hours=1)
"""The delay after the first attempt without a response; longer, because most such messages were sent."""
LONGEST_RETRY = timedelta(hours=6)
"""The maximum delay between two attempts."""
_RANDOM = SystemRandom()
"""The operating system's generator; one with a state would repeat itself in every environment restored by SnapStart."""


def deliver(services: Services, message: NoticeMessage) -> None:
    """Send a notice if it is pending.

    Args:
        services: The table, the keys, and the providers of mail and text messages.
        message: Names the notice.

    Raises:
        botocore.exceptions.ClientError: DynamoDB, KMS or SQS rejected a call.
        botocore.exceptions.BotoCoreError: DynamoDB, KMS or SQS could not be reached.
        SealBrokenError: The contact could not be decrypted.
        ConcurrentChangeError: Other writes changed the notice or its case at each try.
    """
    now = to_milliseconds(services.now())
    notice = services.table.get(Notice, keys.notice(message.case_id, message.notice_id))
    if notice is None or not _is_pending(notice, now):
        return
    target = find_target(services, notice)
    if isinstance(target, str):
        give_up(services, notice, target, now)
    elif reason := _reason_to_give_up(notice, now):
        give_up(services, notice, reason, now)
    elif leased := _lease(services, notice, now):
        _send(services, leased, target, now)


def _is_pending(notice: Notice, now: datetime) -> bool:
    """Return whether a notice can be sent now: it is due, no lease is held on it, and this release has its template."""
    if isinstance(notice.template, Unrecognized):
        return False
    if notice.state == "sending":
        return notice.lease_until is None or notice.lease_until <= now
    return notice.state == "owed" and (notice.send_at is None or notice.send_at <= now)


def _unanswered(notice: Notice) -> int:
    """Return the number of attempts without a response, including one whose process died."""
    return notice.unanswered + (notice.state == "sending")


def _reason_to_give_up(notice: Notice, now: datetime) -> Undelivered | None:
    if _unanswered(notice) >= UNANSWERED:
        return "unanswered"
    return "expired" if notice.created_at + WINDOW < now else None


def _lease(services: Services, notice: Notice, now: datetime) -> Notice | None:
    """Take the lease on a notice and return the notice with it; None if another process took it first."""
    leased = notice.evolve(
        state="sending",
        sends=notice.sends + 1,
        unanswered=_unanswered(notice),
        lease_until=now + LEASE,
        send_at=None,
        attempts=0,
        stuck=False,
    )
    try:
        services.table.write(put_over(leased, state=notice.state, sends=notice.sends))
    except RefusedError:
        return None
    if leased.unanswered:
        metrics.add_metric("SentAgain", MetricUnit.Count, 1)
    return leased


def _send(services: Services, notice: Notice, target: Target, now: datetime) -> None:
    text = _text(services, notice)
    try:
        if target.channel == "email":
            tags = {"case": notice.case_id, "notice": notice.notice_id}
            provider_id = services.mail.send(text, target.address, tags)
        else:
            provider_id = services.text_messages.send(text, target.address)
    except PermanentError:
        give_up(services, notice, "refused", now)
    except UnansweredError:
        _count_unanswered(services, notice, now)
    except TransientError:
        _retry_later(services, notice, FIRST_RETRY * (1 << min(notice.sends - 1, 12)), now)
        metrics.add_metric("Retried", MetricUnit.Count, 1)
    else:
        _write_result(services, notice, notice.evolve(state="sent", provider_id=provider_id, lease_until=None))
        metrics.add_metric("Sent", MetricUnit.Count, 1)


def _text(services: Services, notice: Notice) -> Message:
    match notice.template:
        case "target_passed" | "undelivered" as to_office:
            return render_for_office(to_office, case=notice.case_id, office=notice.office)
        case template:
            return render(template, notice.language, receipt=notice.receipt, look_up=services.lookup_url)


def _count_unanswered(services: Services, notice: Notice, now: datetime) -> None:
    """Count an attempt without a response; schedule a retry, or give up after the maximum number of attempts."""
    metrics.add_metric("Unanswered", MetricUnit.Count, 1)
    counted = notice.evolve(unanswered=notice.unanswered + 1)
    if counted.unanswered >= UNANSWERED:
        give_up(services, counted, "unanswered", now)
    else:
        _retry_later(services, counted, FIRST_RETRY_UNANSWERED * (1 << notice.unanswered), now)


def _retry_later(services: Services, notice: Notice, delay: timedelta, now: datetime) -> None:
    """Schedule another attempt after a delay, with jitter so that many retries do not coincide."""
    send_at = now + min(delay, LONGEST_RETRY) * _RANDOM.uniform(0.5, 1.0)
    _write_result(services, notice, notice.evolve(state="owed", send_at=to_milliseconds(send_at), lease_until=None))


def _write_result(services: Services, notice: Notice, after: Notice) -> None:
    """Write the result of an attempt; if the lease was lost, leave the notice to its new holder."""
    try:
        services.table.write(put_over(after, state="sending", sends=notice.sends))
    except RefusedError:
        metrics.add_metric("LeaseLost", MetricUnit.Count, 1)

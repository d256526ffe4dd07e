"""Send one notice: the row first, then the lease, then the message.

    owed ──lease──▶ sending ──accepted──▶ sent
     │                │  ├──transient──▶ owed again, later
     │                │  ├──no answer──▶ owed again, much later; at most three times
     │                │  ├──permanent──▶ undeliverable
     │                └──process died──▶ the lease ends: as without an answer
     └──nobody to write to, or three days over, or three times no answer──▶ undeliverable

The address is opened just before the lease, and nothing keeps it: until the lease is written nothing was sent.
A duplicate says the same harmless thing twice.
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
"""How long a process may take to send one message; the function's timeout of 30 seconds is shorter."""
WINDOW = timedelta(days=3)
"""How long a notice is tried."""
UNANSWERED = 3
"""Attempts that may end without an answer."""
FIRST_RETRY = timedelta(minutes=2)
FIRST_RETRY_UNANSWERED = timedelta(hours=1)
"""Longer, because most such messages did go out."""
LONGEST_RETRY = timedelta(hours=6)
_CHANCE = SystemRandom()
"""The system's own: a generator with a state would go on alike wherever one snapshot is restored."""


def deliver(services: Services, message: NoticeMessage) -> None:
    """Send the notice that a message speaks of, if it is owed now. Raises botocore's errors where AWS refuses."""
    now = to_milliseconds(services.now())
    notice = services.table.get(Notice, keys.notice(message.case_id, message.notice_id))
    if notice is None or not _is_owed(notice, now):
        return
    target = find_target(services, notice)
    if isinstance(target, str):
        give_up(services, notice, target, now)
    elif ended := _too_late(notice, now):
        give_up(services, notice, ended, now)
    elif leased := _lease(services, notice, now):
        _send(services, leased, target, now)


def _is_owed(notice: Notice, now: datetime) -> bool:
    """Tell whether it waits to be sent, and no one else is at it; not a text that only another release has."""
    if isinstance(notice.template, Unrecognized):
        return False
    if notice.state == "sending":
        return notice.lease_until is None or notice.lease_until <= now
    return notice.state == "owed" and (notice.send_at is None or notice.send_at <= now)


def _unanswered(notice: Notice) -> int:
    """Return how many attempts may have sent it: with the one whose process died."""
    return notice.unanswered + (notice.state == "sending")


def _too_late(notice: Notice, now: datetime) -> Undelivered | None:
    if _unanswered(notice) >= UNANSWERED:
        return "unanswered"
    return "expired" if notice.created_at + WINDOW < now else None


def _lease(services: Services, notice: Notice, now: datetime) -> Notice | None:
    """Take the notice for a while; None where another process was faster."""
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
        _without_answer(services, notice, now)
    except TransientError:
        _owe_again(services, notice, FIRST_RETRY * (1 << min(notice.sends - 1, 12)), now)
        metrics.add_metric("Retried", MetricUnit.Count, 1)
    else:
        _settle(services, notice, notice.evolve(state="sent", provider_id=provider_id, lease_until=None))
        metrics.add_metric("Sent", MetricUnit.Count, 1)


def _text(services: Services, notice: Notice) -> Message:
    match notice.template:
        case "target_passed" | "undelivered" as to_office:
            return render_for_office(to_office, case=notice.case_id, office=notice.office)
        case template:
            return render(template, notice.language, receipt=notice.receipt, look_up=services.lookup_url)


def _without_answer(services: Services, notice: Notice, now: datetime) -> None:
    """Count that it may have been sent, and send it again only so often."""
    metrics.add_metric("Unanswered", MetricUnit.Count, 1)
    counted = notice.evolve(unanswered=notice.unanswered + 1)
    if counted.unanswered >= UNANSWERED:
        give_up(services, counted, "unanswered", now)
    else:
        _owe_again(services, counted, FIRST_RETRY_UNANSWERED * (1 << notice.unanswered), now)


def _owe_again(services: Services, notice: Notice, wait: timedelta, now: datetime) -> None:
    """Owe it again after a wait, jittered so that many do not come back at once."""
    later = now + min(wait, LONGEST_RETRY) * _CHANCE.uniform(0.5, 1.0)
    _settle(services, notice, notice.evolve(state="owed", send_at=to_milliseconds(later), lease_until=None))


def _settle(services: Services, notice: Notice, after: Notice) -> None:
    """Write how the attempt ended, unless the lease was lost meanwhile: then its new holder will."""
    try:
        services.table.write(put_over(after, state="sending", sends=notice.sends))
    except RefusedError:
        metrics.add_metric("LeaseLost", MetricUnit.Count, 1)

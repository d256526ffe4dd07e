"""Send one notice: the item is stored first, then a process takes a lease on it, then it sends the message.

    owed ──lease──▶ sending ──accepted──▶ sent
     │ ▲              │  ├──transient error──▶ owed; retried with a backoff
     │ └─limit of the │  ├──no response──▶ owed; retried with a longer backoff, three attempts at most
     │   address      │  ├──the address is refused──▶ owed, to another address of the requester; else undeliverable
     │                └──process died──▶ the lease expires; handled as without a response
     ├──a record of the request or its case cannot be read, also after an attempt──▶ owed; tried again each hour
     ├──another message to the address stands for it──▶ coalesced
     ├──the requester wants a call or a letter──▶ handed_over
     └──no address, or older than three days, or three attempts without a response──▶ as a refused address

The address is decrypted just before the lease and not kept; nothing is sent before the lease is written. A retry after
a missing response can send a notice twice, which is harmless. The three days do not run while a notice waits because
its address has received as many messages as the limit allows, because a record cannot be read, or while the service
does not take it: no fault of the service or of its set-up ends a notice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from aws_lambda_powertools.metrics import MetricUnit

from casereview.crypto.sealing import SealBrokenError
from casereview.notices.catalog import NoticeTextError
from casereview.runtime.error_logging import SuppressAndLog, describe_error
from casereview.schema.addresses import NoticePointer
from casereview.schema.base import Unrecognized, to_milliseconds
from casereview.schema.errors import CaseChangedError
from casereview.schema.messages import NoticeMessage
from casereview.schema.notice_records import Notice
from casereview.schema.vocabulary import Undelivered
from casereview.store import keys
from casereview.store.altered import found_altered
from casereview.store.recheck import mark
from casereview.store.unreadable import UnreadableError
from notify.lease import RANDOM, Lease, hold, postpone, take_lease, unanswered, waited, write_result
from notify.next_address import go_on_elsewhere
from notify.provider_errors import (
    DeliveryError,
    OptedOutError,
    PermanentError,
    QuotaExceededError,
    RateExceededError,
    SetUpError,
    TransientError,
    UnansweredError,
)
from notify.recipients import ByOffice, Target, UnreadableCaseError, find_target
from notify.render import Message, render, render_for_office
from notify.services import Services, logger, metrics
from notify.suppression import suppress
from notify.undeliverable import give_up, hand_over
from notify.waiting import Behind, mark_of
from notify.window import WINDOW

UNREADABLE: Final = (UnreadableError, UnreadableCaseError, SealBrokenError)
"""The errors with which a notice waits until what it rests on is repaired."""
UNANSWERED = 3
"""The maximum number of attempts that end without a response."""
FIRST_RETRY = timedelta(minutes=2)
"""The delay after the first transient error; it doubles with each attempt."""
FIRST_RETRY_UNANSWERED = timedelta(hours=1)
"""The delay after the first attempt without a response; longer, because most such messages were sent."""
HELD = timedelta(hours=1)
"""The delay after which a notice is tried again of which a record cannot be read."""
LONGEST_TURN = timedelta(minutes=1)
"""The maximum delay after the sending rate was exceeded; the sweep then finds the notice."""
QUOTA_RETRY = timedelta(hours=4)
"""The delay after the daily quota was used up, which SES frees by the hour."""
LONGEST_RETRY = timedelta(hours=6)
"""The maximum delay between two attempts."""


def deliver(services: Services, message: NoticeMessage) -> None:
    """Send a notice if it is pending.

    Args:
        services: The table, the keys, and the providers of mail and text messages.
        message: Names the notice.

    Raises:
        botocore.exceptions.ClientError: DynamoDB, KMS or SQS rejected a call.
        botocore.exceptions.BotoCoreError: DynamoDB, KMS or SQS could not be reached.
        ConcurrentChangeError: Other writes changed the notice, its case or the counter of its address at each try.
    """
    now = to_milliseconds(services.now())
    notice = services.table.get(Notice, keys.notice(message.case_id, message.notice_id))
    if notice is not None and _is_pending(notice, now):
        _attempt(services, notice, now, defer=True)


def _is_pending(notice: Notice, now: datetime) -> bool:
    """Return whether a notice can be sent now: it is due, no lease is held on it, and this release has its template."""
    if isinstance(notice.template, Unrecognized):
        return False
    if notice.state == "sending":
        return notice.lease_until is None or notice.lease_until <= now
    return notice.state == "owed" and (notice.send_at is None or notice.send_at <= now)


def _attempt(services: Services, notice: Notice, now: datetime, *, defer: bool) -> None:
    """Send a notice, or end it, or have it wait.

    Args:
        services: The services of the worker.
        notice: A pending notice.
        now: The current time.
        defer: Whether a newer notice that waits for the same limit is to be sent instead.
    """
    try:
        target = _target_unless_ended(services, notice, now)
    except UNREADABLE as error:
        _mark_unreadable(services, notice, error, now)
        hold(services, notice, now, now + HELD)
        return
    if target:
        _lease_and_send(services, notice.evolve(sent_to=target.mark), target, now, defer=defer)


def _target_unless_ended(services: Services, notice: Notice, now: datetime) -> Target | None:
    """Return where a notice is to be sent; None if it has ended instead, or was handed over."""
    target = find_target(services, notice)
    if isinstance(target, str):
        give_up(services, notice, target, now)
    elif isinstance(target, ByOffice):
        hand_over(services, notice, now)
    elif reason := _reason_to_give_up(notice, now):
        go_on_elsewhere(services, notice.evolve(sent_to=target.mark), reason, now)
    else:
        return target
    return None


def _mark_unreadable(
    services: Services, notice: Notice, error: UnreadableError | UnreadableCaseError | SealBrokenError, now: datetime
) -> None:
    """Mark the case that cannot be read, in which a notice waits until it is repaired: nobody counts as verified."""
    if isinstance(error, SealBrokenError):
        found_altered(error.part, error.owner, error.sealed)
    else:
        mark(services.table, (isinstance(error, UnreadableError) and error.case_id) or notice.case_id, now)
    metrics.add_metric("Held", MetricUnit.Count, 1)


def _lease_and_send(services: Services, notice: Notice, target: Target, now: datetime, *, defer: bool) -> None:
    match take_lease(services, notice, target.place, now, defer=defer):
        case Behind(newest):
            if until := _send_first(services, newest, target, now):
                postpone(services, notice, until)
            else:
                _lease_and_send(services, notice, target, now, defer=False)
        case Lease() as lease:
            if lease.notice.unanswered:
                metrics.add_metric("SentAgain", MetricUnit.Count, 1)
            _send(services, lease, target, now)


def _send_first(services: Services, newest: NoticePointer, target: Target, now: datetime) -> datetime | None:
    """Send the newest of the notices that wait for a limit; return when it is tried again, if it was not sent yet.

    It may have ended otherwise, its requester may have changed the address, or a record of its case is unreadable: then
    nothing is sent for the others. An error with it is logged, and does not keep the others from being sent.
    """
    key = keys.notice(newest.case_id, newest.notice_id)
    with SuppressAndLog(logger, "a notice that stands for others failed", case_id=newest.case_id):
        newer = services.table.get(Notice, key)
        if newer is None or target.place is None or newer.waits_for != mark_of(newer, target.place):
            return None
        if _is_pending(newer, now) or (newer.state == "owed" and newer.waits_since):
            _attempt(services, newer, now, defer=False)
            newer = services.table.get(Notice, key)
        return (newer.lease_until or newer.send_at) if newer and newer.waits_for else None
    return None


def _reason_to_give_up(notice: Notice, now: datetime) -> Undelivered | None:
    if unanswered(notice) >= UNANSWERED:
        return "unanswered"
    return "expired" if notice.begun_at + WINDOW + waited(notice, now) < now else None


def _send(services: Services, lease: Lease, target: Target, now: datetime) -> None:
    notice = lease.notice
    try:
        text = _text(services, lease)
        tags = {"case": notice.case_id, "notice": notice.notice_id, "attempt": str(notice.sends)}
        service = services.mail if target.channel == "email" else services.text_messages
        provider_id = service.send(text, target.address, tags)
    except PermanentError as error:
        _log_refusal(error)
        opted_out = isinstance(error, OptedOutError)
        if opted_out:
            suppress(services, [target.address], "complaint")
        _go_on(services, lease, notice, "suppressed" if opted_out else "refused", now)
    except UnansweredError as error:
        _log_refusal(error)
        _count_unanswered(services, lease, now)
    except RateExceededError as error:
        _log_refusal(error)
        _send_after_others(services, lease, now)
        metrics.add_metric("RateExceeded", MetricUnit.Count, 1)
    except (TransientError, NoticeTextError) as error:
        _log_refusal(error)
        if not isinstance(error, TransientError) or isinstance(error, SetUpError):
            _report_set_up_fault(error, notice)
        _wait_for_service(services, lease, _pause_after(error, notice), now)
        metrics.add_metric("Retried", MetricUnit.Count, 1)
    else:
        sent = notice.evolve(state="sent", provider_id=provider_id, lease_until=None, waits_for=None, counted_at=None)
        write_result(services, lease, sent)
        metrics.add_metric("Sent", MetricUnit.Count, 1)


def _log_refusal(error: DeliveryError | NoticeTextError) -> None:
    logger.warning("a provider did not accept a message", extra=describe_error(error))


def _send_after_others(services: Services, lease: Lease, now: datetime) -> None:
    """Have a notice that exceeded the sending rate be sent within a minute or two; it does not count as an attempt."""
    notice = lease.notice
    _wait_for_service(services, lease, LONGEST_TURN * RANDOM.uniform(0, 1), now, sends=notice.sends - 1)


def _text(services: Services, lease: Lease) -> Message:
    notice = lease.notice
    match notice.template:
        case "target_passed" | "undelivered" as to_office:
            return render_for_office(to_office, case=notice.case_id, office=notice.office)
        case template:
            look_up = services.lookup_url
            return render(
                template, notice.language, others=lease.attempt.others > 0, receipt=notice.receipt, look_up=look_up
            )


def _count_unanswered(services: Services, lease: Lease, now: datetime) -> None:
    """Count an attempt without a response; schedule a retry, or give up after the maximum number of attempts."""
    metrics.add_metric("Unanswered", MetricUnit.Count, 1)
    before = lease.notice.unanswered
    counted = lease.notice.evolve(unanswered=before + 1, counted_at=None)
    if counted.unanswered >= UNANSWERED:
        _go_on(services, lease, counted, "unanswered", now)
    else:
        _retry_later(services, lease, counted, _jittered(FIRST_RETRY_UNANSWERED * (1 << before)), now)


def _go_on(services: Services, lease: Lease, notice: Notice, why: Undelivered, now: datetime) -> None:
    """Go on elsewhere after an attempt; while what that rests on cannot be read or changes, give the lease back.

    Else the notice would count as unanswered once the lease expires.

    Raises:
        CaseChangedError: Other writes changed the case at each try; the notice is due again.
    """
    try:
        go_on_elsewhere(services, notice, why, now)
    except UNREADABLE as error:
        _mark_unreadable(services, notice, error, now)
        _retry_later(services, lease, notice.evolve(waits_since=now), HELD, now)
    except CaseChangedError:
        _retry_later(services, lease, notice, timedelta(0), now)
        raise


def _report_set_up_fault(error: SetUpError | NoticeTextError, notice: Notice) -> None:
    """Have the alarm for faults of the set-up ring. A text fails where the address of the look-up page is malformed."""
    metrics.add_metric("SetUpFault", MetricUnit.Count, 1)
    code = error.code if isinstance(error, SetUpError) else type(error).__name__
    logger.error("the set-up of a service is at fault", code=code, case_id=notice.case_id)


def _pause_after(error: DeliveryError | NoticeTextError, notice: Notice) -> timedelta:
    """Return how long a notice waits for a service that did not accept it."""
    if isinstance(error, QuotaExceededError):
        metrics.add_metric("QuotaExceeded", MetricUnit.Count, 1)
        return _jittered(QUOTA_RETRY)
    return _jittered(FIRST_RETRY * (1 << min(notice.sends - 1, 12)))


def _wait_for_service(
    services: Services, lease: Lease, pause: timedelta, now: datetime, *, sends: int | None = None
) -> None:
    """Schedule another attempt; the window stands still until then, because no fault of a service ends a notice.

    Args:
        services: The table.
        lease: The lease on the notice.
        pause: How long the notice waits.
        now: The current time.
        sends: How many attempts there were, if this one does not count.
    """
    notice = lease.notice
    waited_ms = notice.waited_ms + pause // timedelta(milliseconds=1)
    counted = notice.sends if sends is None else sends
    _retry_later(services, lease, notice.evolve(waited_ms=waited_ms, sends=counted), pause, now)


def _retry_later(services: Services, lease: Lease, notice: Notice, pause: timedelta, now: datetime) -> None:
    """Schedule another attempt after a pause."""
    send_at = to_milliseconds(now + pause)
    write_result(services, lease, notice.evolve(state="owed", send_at=send_at, lease_until=None))


def _jittered(delay: timedelta) -> timedelta:
    """Return a delay of up to the maximum, with jitter so that many retries do not coincide."""
    return min(delay, LONGEST_RETRY) * RANDOM.uniform(0.5, 1.0)

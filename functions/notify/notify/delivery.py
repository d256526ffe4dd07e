"""Send one notice: the row first, then the lease, then the message.

    owed ──lease──▶ sending ──accepted──▶ sent
                      │  ├──transient──▶ owed again, later; after the window: undeliverable
                      │  └──permanent, or nobody to write to──▶ undeliverable
                      └──process died──▶ the lease ends: sent again, at most three times

The address is opened at the moment of sending, and nothing keeps it. A duplicate says the same harmless thing twice.
"""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Literal

from aws_lambda_powertools.metrics import MetricUnit

from casereview import keys
from casereview.contacts import open_contact
from casereview.messages import NoticeMessage
from casereview.model import to_milliseconds
from casereview.records import Case, Notice, Request, Suppression
from casereview.submission import Contact
from casereview.table import Refused, put_over
from notify.render import render
from notify.senders import PermanentError, TransientError
from notify.services import Services, metrics
from notify.undeliverable import give_up

LEASE = timedelta(seconds=90)
"""How long a process may take to send one message; the function's timeout is shorter."""
WINDOW = timedelta(days=3)
"""How long a notice is tried."""
UNANSWERED = 3
"""Attempts that may end without an answer."""
_FIRST_RETRY = timedelta(minutes=1)
_LONGEST_RETRY = timedelta(hours=6)

_Why = Literal["no_channel", "unsafe", "restricted", "suppressed", "refused", "expired", "unanswered", "bounced"]


def deliver(services: Services, message: NoticeMessage) -> None:
    """Send the notice that a message speaks of, if it is owed now. Raises botocore's errors where AWS refuses."""
    now = to_milliseconds(services.now())
    notice = services.table.get(Notice, keys.notice(message.case_id, message.notice_id))
    if notice is None or not _is_owed(notice, now):
        return
    ended = _too_late(notice, now)
    if ended:
        give_up(services, notice, ended, now)
        return
    leased = _lease(services, notice, now)
    if leased:
        _send(services, leased, now)


def _is_owed(notice: Notice, now: datetime) -> bool:
    """Tell whether it waits to be sent, and no one else is at it."""
    if notice.state == "sending":
        return notice.lease_until is None or notice.lease_until <= now
    return notice.state == "owed" and (notice.send_at is None or notice.send_at <= now)


def _too_late(notice: Notice, now: datetime) -> _Why | None:
    if notice.state == "sending" and notice.unanswered + 1 >= UNANSWERED:
        return "unanswered"
    return "expired" if notice.created_at + WINDOW < now else None


def _lease(services: Services, notice: Notice, now: datetime) -> Notice | None:
    """Take the notice for a while; None where another process was faster."""
    again = notice.state == "sending"
    leased = notice.model_copy(
        update={
            "state": "sending",
            "sends": notice.sends + 1,
            "unanswered": notice.unanswered + again,
            "lease_until": now + LEASE,
            "send_at": None,
            "attempts": 0,
            "stuck": False,
        }
    )
    try:
        services.table.write(put_over(leased, state=notice.state, sends=notice.sends))
    except Refused:
        return None
    if again:
        metrics.add_metric("SentAgain", MetricUnit.Count, 1)
    return leased


def _send(services: Services, notice: Notice, now: datetime) -> None:
    request = services.table.get(Request, keys.request(notice.receipt))
    case = services.table.get(Case, keys.case(notice.case_id))
    if request is None or case is None:
        give_up(services, notice, "no_channel", now)
        return
    contact = open_contact(services.seal, request)
    reason, address = _address(services, notice, request, case, contact)
    if reason:
        give_up(services, notice, reason, now)
        return
    text = render(notice.template, notice.language, receipt=notice.receipt, look_up=services.lookup_url)
    try:
        if contact.channel() == "email":
            provider_id = services.mail.send(text, address, {"case": notice.case_id, "notice": notice.notice_id})
        else:
            provider_id = services.text_messages.send(text, address)
    except PermanentError:
        give_up(services, notice, "refused", now)
    except TransientError:
        _retry(services, notice, now)
    else:
        _settle(services, notice, {"state": "sent", "provider_id": provider_id, "lease_until": None})
        metrics.add_metric("Sent", MetricUnit.Count, 1)


def _address(
    services: Services, notice: Notice, request: Request, case: Case, contact: Contact
) -> tuple[_Why | None, str]:
    """Return where to write to, or why not: asked anew at each sending."""
    if case.restricted and notice.template != "acknowledgement" and not request.verified:
        return "restricted", ""
    if contact.safe_to_contact is False:
        return "unsafe", ""
    address = {"email": contact.email, "sms": contact.phone}.get(contact.channel())
    if not address:
        return "no_channel", ""
    suppressed = services.table.get(Suppression, keys.suppression(services.macs.address(address)))
    return ("suppressed", "") if suppressed else (None, address)


def _retry(services: Services, notice: Notice, now: datetime) -> None:
    """Owe it again after a while that doubles, jittered so that many do not come back at once."""
    wait = min(_FIRST_RETRY * (1 << min(notice.sends, 12)), _LONGEST_RETRY)
    later = now + wait * random.uniform(0.5, 1.0)  # noqa: S311  # jitter, no secret
    _settle(services, notice, {"state": "owed", "send_at": to_milliseconds(later), "lease_until": None})
    metrics.add_metric("Retried", MetricUnit.Count, 1)


def _settle(services: Services, notice: Notice, update: dict[str, object]) -> None:
    """Write how the attempt ended, unless the lease was lost meanwhile: then its new holder will."""
    try:
        services.table.write(put_over(notice.model_copy(update=update), state="sending", sends=notice.sends))
    except Refused:
        metrics.add_metric("LeaseLost", MetricUnit.Count, 1)

"""Send the notices for which the message of another one stood, once that one did not arrive."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit

from casereview.schema.addresses import CoveredNotice
from casereview.schema.notice_records import Notice
from casereview.store import keys
from casereview.store.backend import BeginsWith, Query
from casereview.store.transaction import RefusedError, put_over
from notify.lease import uncover
from notify.recipients import mark_of_address
from notify.services import Services, metrics


def revive_covered(
    services: Services, notice: Notice, addresses: Iterable[str], now: datetime, *, later: datetime | None = None
) -> None:
    """Make the notices due again for which the message of a notice stood that did not arrive.

    What cannot be read of them has been reported, and keeps no other from being sent.

    Args:
        services: The table and the keys.
        notice: The notice, which was sent.
        addresses: The addresses of its message.
        now: The current time.
        later: When its addresses may take a message; None if they never will.

    Raises:
        ConcurrentChangeError: Other notices changed the counter of the address at each try.
    """
    for address in map(services.macs.address, addresses):
        uncover(services, notice, address, now)
        sent = keys.covered_by(notice.case_id, notice.notice_id)
        query = Query(keys.address_sends(address).pk, sort_key=BeginsWith(sent))
        for covered in services.table.records(CoveredNotice, query):
            _revive(services, covered, now, later)


def _revive(services: Services, covered: CoveredNotice, now: datetime, later: datetime | None) -> None:
    notice = services.table.find(Notice, keys.notice(covered.case, covered.notice))
    if notice is None or notice.state != "coalesced":
        return
    due = renewed(notice, now)
    if later:
        due = due.evolve(send_at=later)
    else:
        mark = mark_of_address(notice, covered.address)
        due = due.evolve(failed_at=tuple(dict.fromkeys((*notice.failed_at, mark))))
    with suppress(RefusedError):
        services.table.write(put_over(due, state=notice.state, sends=notice.sends))
        metrics.add_metric("SentAgain", MetricUnit.Count, 1)


def renewed(notice: Notice, now: datetime) -> Notice:
    """Return a notice that is due now, as if nothing had been tried; the time for its delivery begins again."""
    return notice.evolve(
        state="owed",
        send_at=now,
        renewed_at=now,
        lease_until=None,
        waits_since=None,
        waits_for=None,
        waited_ms=0,
        unanswered=0,
        bounces=0,
        counted_at=None,
        provider_id=None,
        attempts=0,
        stuck=False,
    )

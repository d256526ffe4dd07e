"""Go on with a notice that failed at one address: to another one of its requester, else to the office."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.telephone import MUST_PHONE
from casereview.schema.notice_records import Notice
from casereview.schema.vocabulary import Undelivered
from casereview.store.transaction import put_over
from notify.covered import renewed
from notify.recipients import ByOffice, Target, find_target, mark_of_address
from notify.services import Services, metrics
from notify.undeliverable import give_up, hand_over


def go_on_elsewhere(
    services: Services, notice: Notice, why: Undelivered, now: datetime, *, addresses: Iterable[str] = ()
) -> None:
    """Have a notice that failed at the address of its last attempt sent to another one; without one, end it.

    Args:
        services: The table, the keys and the rank queue.
        notice: The notice, as it was read.
        why: Why it is undeliverable, if its requester has no other address.
        now: The current time.
        addresses: What the address of the last attempt was, for a notice that a release sent which did not note it.

    Raises:
        RefusedError: Another write changed the notice.
        CaseChangedError: Another write changed the case, or moved the request to another one, at each try; or the
            contact changed meanwhile.
        UnreadableError: The request, its case or the suppression list cannot be read.
        UnreadableCaseError: Another record of the case cannot be read.
        SealBrokenError: The contact could not be decrypted.
    """
    if notice.sent_to:
        marks = [notice.sent_to]
    else:
        marks = [mark_of_address(notice, services.macs.address(address)) for address in addresses]
    failed = notice.evolve(failed_at=tuple(dict.fromkeys((*notice.failed_at, *marks))))
    target = find_target(services, failed)
    if isinstance(target, Target) and marks:
        _switch(services, notice, failed, now)
    elif isinstance(target, ByOffice):
        hand_over(services, notice, now)
    else:
        forbidden = target if isinstance(target, str) and target not in MUST_PHONE else None
        give_up(services, notice, forbidden or why, now)


def _switch(services: Services, notice: Notice, failed: Notice, now: datetime) -> None:
    """Make a notice due now, to an address at which it has not failed; the time for its delivery begins again."""
    switched = renewed(failed, now)
    services.table.write(put_over(switched, state=notice.state, sends=notice.sends))
    metrics.add_metric("SentElsewhere", MetricUnit.Count, 1)

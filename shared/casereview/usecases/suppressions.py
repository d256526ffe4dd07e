"""Addresses that must not be used any more, and what lets an office write to one again."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, NamedTuple

from casereview.crypto.macs import Macs
from casereview.notices.catalog import OFFICE_VERSIONS
from casereview.notices.pending import renewed_notice
from casereview.schema.base import rfc3339
from casereview.schema.notice_records import Notice, Suppression
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.backend import BeginsWith, Query
from casereview.store.table import Table
from casereview.store.transaction import Write, delete, put_over
from casereview.store.unreadable import UnreadableError
from casereview.usecases.contacts import open_contact

if TYPE_CHECKING:
    from casereview.usecases.services import CaseServices

_UNKNOWN_SINCE: Final = datetime(1970, 1, 1, tzinfo=UTC)
"""Since when an address is suppressed whose entry cannot be read."""


def is_suppressed(table: Table, macs: Macs, address: str) -> bool:
    """Return whether an address is on the suppression list, by one KMS MAC and one read.

    Raises:
        ClientError: AWS refused a call.
        BotoCoreError: A call did not reach AWS.
    """
    return suppression_of(table, macs.address(address)) is not None


def suppression_of(table: Table, address: str) -> Suppression | None:
    """Return the entry of an address in the suppression list, by its MAC; None if it has none.

    An entry that cannot be read still keeps the address from being used.
    """
    try:
        return table.get(Suppression, keys.suppression(address))
    except UnreadableError:
        return Suppression(address=address, mac_key="", since=_UNKNOWN_SINCE, why="bounce")


class LiftedSuppression(NamedTuple):
    """What lifts the suppression of the addresses of a request."""

    addresses: int
    """How many addresses of the contact are suppressed; with none, there is nothing to lift."""
    writes: tuple[Write, ...]
    """The writes of the transaction: at most two addresses, and one notice for each template."""
    notices: tuple[Notice, ...]
    """The notices that are pending again, to be queued after the transaction."""


def lift_suppression(services: CaseServices, request: Request, at: datetime) -> LiftedSuppression:
    """Return the writes that let an office write to the current addresses of a request again.

    What could not be delivered because the address bounced or was suppressed is sent again: the newest notice of each
    template, which says the same as the older ones.

    Args:
        services: The table and the keys.
        request: The request, as it was read after its case.
        at: The time of the change.

    Raises:
        SealBrokenError: The sealed contact cannot be opened.
        ClientError: AWS refused a call.
        BotoCoreError: A call did not reach AWS.
    """
    contact = open_contact(services.seal, request)
    addresses = {services.macs.address(address) for address in (contact.email, contact.phone) if address}
    found = [one for address in sorted(addresses) if (one := suppression_of(services.table, address))]
    if not found:
        return LiftedSuppression(0, (), ())
    failed = {notice.template: notice for notice in sorted(_failed(services.table, request), key=_created_at)}
    again = tuple(renewed_notice(notice, at) for notice in failed.values())
    lifted = map(_lifted, found)
    renewed = (put_over(notice, state="undeliverable", sends=notice.sends) for notice in again)
    return LiftedSuppression(len(found), (*lifted, *renewed), again)


def _lifted(entry: Suppression) -> Write:
    key = keys.suppression(entry.address)
    return delete(key, pk=key.pk) if entry.since == _UNKNOWN_SINCE else delete(key, since=rfc3339(entry.since))


def _failed(table: Table, request: Request) -> Iterator[Notice]:
    """Yield the notices to a requester that bounced, or were not sent because the address was suppressed."""
    for notice in table.records(Notice, Query(keys.case_partition(request.case_id), None, BeginsWith(keys.NOTICES))):
        is_own = notice.receipt == request.receipt and notice.template not in OFFICE_VERSIONS
        if is_own and notice.state == "undeliverable" and notice.why in {"bounced", "suppressed"}:
            yield notice


def _created_at(notice: Notice) -> datetime:
    return notice.created_at

"""Waits of ended cases, the usual waits published from them, and the nightly bands: their writes and reads."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from itertools import islice
from typing import TYPE_CHECKING, Final

from casereview.cases.usual_wait import PERIOD, UsualWait, days_between
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL
from casereview.schema.base import rfc3339
from casereview.schema.records import Case
from casereview.schema.waits import Bands, UsualWaits, Wait
from casereview.store import keys
from casereview.store.backend import Between, Query, pages
from casereview.store.items import plain_fields
from casereview.store.keys import Key
from casereview.store.table import Table
from casereview.store.transaction import PutNew, put_new
from casereview.store.unreadable import WrongFieldError, report_left_out

if TYPE_CHECKING:
    from collections.abc import Iterator

KEPT: Final = PERIOD + timedelta(days=14)
"""How long a wait is kept: it must still be there when the last table that counts it is made."""
MOST_WAITS: Final = 100_000
"""The maximum number of waits of one lane that are read."""


def wait_writes(case: Case, lane: str | None, at: datetime, *, verified: bool) -> tuple[PutNew, ...]:
    """Return the write of a case's wait, for the transaction of the final decision of its field office.

    Args:
        case: The case, before or after the decision, in the office that decides.
        lane: The lane that requesters are shown.
        at: When the decision becomes final.
        verified: Whether a holder of a request of the case is verified.

    Returns:
        One write; none for a restricted case, without a verified holder, without a lane, and for the Senior Reviewing
        Official, whose decisions are not the end of the wait.
    """
    if case.restricted or not verified or lane is None or case.office == SENIOR_REVIEWING_OFFICIAL:
        return ()
    wait = Wait(
        office=case.office,
        lane=lane,
        decided_at=at,
        unique=secrets.token_hex(8),
        days=days_between(case.filed_at, at),
        expires_at=int((at + KEPT).timestamp()),
    )
    return (put_new(wait),)


def days_waited(table: Table, office: str, lane: str, now: datetime) -> list[int]:
    """Return the waits, in days, of cases that ended in the last 180 days; consistent, at most 100,000 of them.

    A wait that cannot be read is left out.
    """
    between = Between(f"{keys.WAIT}{rfc3339(now - PERIOD)}", f"{keys.WAIT}{rfc3339(now)}~")
    query = Query(keys.waits_partition(office, lane), None, between, projection=("sk", "days"))
    return list(islice(_days(table, query), MOST_WAITS))


def _days(table: Table, query: Query) -> Iterator[int]:
    for page in pages(table.backend, query):
        for item in page.items:
            days = plain_fields(item).get("days")
            if type(days) is int:
                yield days
            else:
                report_left_out("Wait", Key(query.partition, item["sk"]["S"]), WrongFieldError("days"))


def usual_wait(table: Table, office: str, lane: str) -> UsualWait:
    """Return the published usual wait of a lane at an office: one consistent read of one item."""
    published = table.find(UsualWaits, keys.usual_waits(office))
    if published is None:
        return UsualWait(lane, office, None, None)
    return UsualWait(lane, office, published.weeks.get(lane), published.as_of)


def published_waits(table: Table) -> list[UsualWaits]:
    """Return the published usual waits of all offices, by code: one consistent query; the unreadable are left out."""
    return list(table.records(UsualWaits, Query(keys.USUAL_WAITS)))


def newest_bands(table: Table, office: str) -> Bands | None:
    """Return the newest bands of an office, or of another queue: one consistent read of one item; None without any.

    Bands that cannot be read count as not published; the next ones replace them.
    """
    return table.find(Bands, keys.bands(office))

"""Take the bands of each office once a night: the ranks from which look-ups tell how many people are ahead.

Each worklist is read in rank order from the index, no further than the last edge, and at most 10,000 entries; then the
beginning of each lane that lies beyond. So the cost of a run does not grow with the number of cases.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import islice
from random import Random, SystemRandom
from typing import TYPE_CHECKING, Final, NamedTuple

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.people_ahead import ENOUGH, drawn_places, is_counted
from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import queues
from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.base import EASTERN, to_milliseconds
from casereview.schema.waits import Bands, Edge
from casereview.store import keys
from casereview.store.backend import BeginsWith, Query, pages
from casereview.store.items import plain_fields
from casereview.store.table import Table
from prioritize.publication import Publication, publish
from prioritize.round_robin import rotated
from prioritize.services import Services, logger, metrics

if TYPE_CHECKING:
    from casereview.store.items import Item

PER_PAGE: Final = 500
"""The number of index entries that one query reads."""
MOST_READ: Final = 10_000
"""The maximum number of index entries of a worklist that are read to find its edges."""
MOST_READ_OF_A_LANE: Final = 2000
"""The maximum number of index entries of a lane that are read to find out whether it has enough cases."""
_READ: Final = ("pk", "rank", "lane", "filed_at", "flags", "restricted")
"""The attributes that are read."""


class _Entry(NamedTuple):
    case_id: str
    rank: str
    lane: str
    counted: bool


class _Front(NamedTuple):
    """The beginning of a worklist, read in rank order up to the last edge."""

    ranks: list[str]
    """The ranks of the counted cases."""
    lanes: Counter[str]
    """Number of counted cases by lane."""
    last: str
    """The rank of the last entry read."""
    whole: bool
    """Whether the worklist ends there."""


def bands(services: Services, random: Random | None = None) -> dict[str, int]:
    """Take the bands of each office and queue that has none of this day, Eastern time.

    While a policy switch runs, ranks of two policies lie side by side: then a later run takes the bands.

    Args:
        services: The table and the policies.
        random: Draws the places of the edges; None for a source that cannot be predicted.

    Returns:
        The counts of ``publish``.
    """
    now = to_milliseconds(services.now())
    running = services.policies.registry().switch
    if running and running.ended_at is None:
        metrics.add_metric("BandsNotTaken", MetricUnit.Count, len(queues()))
        return {"made": 0, "kept": 0, "failed": 0, "left": len(queues())}
    day, policy = now.astimezone(EASTERN).date(), services.policies.in_force(None, now)
    source = random or SystemRandom()

    def make(office: str) -> Bands:
        places = drawn_places(source)
        front = _read_front(services.table, office, now, places[-1])
        return Bands(
            office=office,
            at=now,
            day=day,
            digest=policy.digest,
            edges=tuple(
                Edge(ahead=place, rank=front.ranks[place - 1] if place <= len(front.ranks) else None)
                for place in places
            ),
            lanes=_lanes(services.table, office, now, front, policy),
            read_to=None if front.whole else front.last,
        )

    publication = Publication(("day", day.isoformat()), keys.bands, make)
    counts = publish(services, publication, rotated(queues(), now, timedelta(days=1)), now)
    metrics.add_metric("BandsNotTaken", MetricUnit.Count, counts["failed"] + counts["left"])
    return counts


def _read_front(table: Table, office: str, now: datetime, last_place: int) -> _Front:
    found: dict[str, _Entry] = {}
    last, read = "", 0
    for entry in islice(_entries(table, office, now), MOST_READ):
        last, read = entry.rank, read + 1
        if entry.counted:
            found.setdefault(entry.case_id, entry)  # a lagging index can show a case at its old and its new rank
        if len(found) == last_place:
            break
    whole = read < MOST_READ and len(found) < last_place
    return _Front(
        [entry.rank for entry in found.values()], Counter(entry.lane for entry in found.values()), last, whole
    )


def _lanes(table: Table, office: str, now: datetime, front: _Front, policy: CompiledPolicy) -> dict[str, int]:
    """Return the number of counted cases by lane, up to the number that is enough.

    The lanes that were not read to their end are counted from their beginning.
    """
    found = dict(front.lanes)
    for index, lane in enumerate(policy.lanes):
        prefix = f"{index:02d}."
        if not front.whole and found.get(lane.id, 0) < ENOUGH and not prefix < front.last[: len(prefix)]:
            found[lane.id] = max(found.get(lane.id, 0), _count_lane(table, office, now, prefix, lane.id))
    return {lane: min(number, ENOUGH) for lane, number in found.items() if number}


def _count_lane(table: Table, office: str, now: datetime, prefix: str, lane: str) -> int:
    entries = islice(_entries(table, office, now, prefix), MOST_READ_OF_A_LANE)
    counted = (entry for entry in entries if entry.counted and entry.lane == lane)
    return sum(1 for _ in islice(counted, ENOUGH))


def _entries(table: Table, office: str, now: datetime, prefix: str = "") -> Iterator[_Entry]:
    """Yield the entries of a worklist, or of those ranks that begin with a prefix, in rank order, page by page."""
    condition = BeginsWith(prefix) if prefix else None
    query = Query(office, keys.WORKLIST, condition, limit=PER_PAGE, projection=_READ)
    return (_entry(item, now) for page in pages(table.backend, query) for item in page.items)


def _entry(item: Item, now: datetime) -> _Entry:
    """Return an index entry; one that cannot be read is not counted.

    An entry without the attribute ``restricted`` was written before the index had it: the case may be restricted.
    """
    case_id, rank = keys.case_id_of(item["pk"]["S"]), item["rank"]["S"]
    with SuppressAndLog(logger, "an entry of a worklist was not read", case_id=case_id):
        fields = plain_fields(item)
        filed_at = datetime.fromisoformat(fields["filed_at"])
        restricted = fields.get("restricted") is not False
        counted = is_counted(fields.get("flags", ()), filed_at, now, restricted=restricted)
        return _Entry(case_id, rank, fields["lane"], counted)
    return _Entry(case_id, rank, "", counted=False)

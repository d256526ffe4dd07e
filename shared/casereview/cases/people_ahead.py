"""How many people are ahead of a case, as a band from a nightly snapshot of its office's worklist.

An exact or current number would tell whoever watches it when a case is filed or decided. So the numbers that bound the
answer, its edges, are drawn at random around fixed places each night, several around each, and every case gets its own
choice of them for the day. One case more or less changes the answer of a few cases only, on a few days. The answer is
true of the counted cases at the time of the snapshot:

    edges of a case on a day      9               29
    its place             1 … 9   |    10 … 29     |     30 …
    people ahead          0 to 8  |    9 to 28     |     29 or more
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Final, NamedTuple

from casereview.cases.lifecycle import QUEUED
from casereview.schema.records import Case
from casereview.schema.waits import Bands, Edge

PLACES: Final = (10, 25, 50, 100, 250, 500)
"""The places that the edges lie around."""
CHOICES: Final = 12
"""The maximum number of edges drawn around one place; fewer keep the item below one read unit."""
FEWEST: Final = 30
"""A lane with fewer counted cases than this shows no band."""
ENOUGH: Final = 34
"""A lane with at least this many counted cases always shows a band. Between the two, it depends on case and day: with
one fixed number, a single case would decide whether anything is shown."""
SETTLING: Final = timedelta(days=7)
"""How long after filing an unverified case is not counted."""
UNVERIFIED: Final = frozenset({"identity_unverified", "authority_unverified"})
"""The flags of cases whose requesters are not all verified."""


class PeopleAhead(NamedTuple):
    """How many people are ahead of a case."""

    at_least: int
    at_most: int | None
    """None beyond the last edge."""
    as_of: datetime


def near(place: int) -> range:
    """Return the numbers of cases at which an edge of this place can lie: up to a quarter fewer or more."""
    return range(-(-place * 3 // 4), place * 5 // 4 + 1)


def drawn_places(random: Random) -> tuple[int, ...]:
    """Draw the numbers of cases at which a snapshot keeps edges, in ascending order."""
    return tuple(
        number for place in PLACES for number in sorted(random.sample(near(place), min(CHOICES, len(near(place)))))
    )


def is_counted(flags: Collection[str], filed_at: datetime, now: datetime, *, restricted: bool) -> bool:
    """Return whether a case counts as ahead of others.

    Restricted cases do not, and neither do cases of the last seven days with a requester who is not verified: both
    would show whoever watches the number that a case exists.
    """
    return not restricted and (UNVERIFIED.isdisjoint(flags) or now - filed_at > SETTLING)


def people_ahead(bands: Bands, case: Case) -> PeopleAhead | None:
    """Return how many counted cases of its office are ahead of a case, as a band.

    Until the next snapshot the answer changes only with the office, the lane or the rank of the case itself. A case
    that got its rank after the snapshot is placed as if it had had it then.

    Args:
        bands: The newest snapshot of the office of the case.
        case: The case.

    Returns:
        The band. None if the case is not in the worklist, or in a lane with too few cases; if it was ranked under
        another policy than the one in force at the snapshot; or if an officer's findings put it into another lane than
        its requesters are shown, since its place would tell them so.
    """
    rank, lane = case.rank, case.lane
    if rank is None or lane is None or case.status not in QUEUED or (case.shown_lane or lane) != lane:
        return None
    if (case.office, case.digest) != (bands.office, bands.digest):
        return None
    if bands.lanes.get(lane, 0) < FEWEST + _pick(bands, case, "lane", ENOUGH - FEWEST + 1):
        return None
    edges = _edges(bands, case)
    passed = [edge.ahead for edge in edges if edge.rank is not None and edge.rank < rank]
    rest = [edge.ahead - 1 for edge in edges if _is_before(bands, edge, rank)]
    return PeopleAhead(max(passed, default=0), min(rest, default=None), bands.at)


def _edges(bands: Bands, case: Case) -> list[Edge]:
    """Return the edges chosen for a case on the day of the snapshot: one for each place."""
    found = []
    for place in PLACES:
        choices = [edge for edge in bands.edges if edge.ahead in near(place)]
        if choices:
            found.append(choices[_pick(bands, case, str(place), len(choices))])
    return found


def _is_before(bands: Bands, edge: Edge, rank: str) -> bool:
    """Return whether a rank certainly lies before an edge."""
    if edge.rank is not None:
        return rank <= edge.rank
    return bands.read_to is None or rank <= bands.read_to


def _pick(bands: Bands, case: Case, what: str, choices: int) -> int:
    """Choose one of several for a case and a day; requesters cannot compute it, since they never see a case id."""
    digest = sha256(f"{case.case_id}|{bands.day.isoformat()}|{what}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % choices

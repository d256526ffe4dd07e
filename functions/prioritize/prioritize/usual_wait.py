"""Publish the usual wait of each office and lane once a week, from the cases that ended in the last 180 days.

The first run makes the first table, on any day of the week: until then nothing is published. Later runs of the same
week change nothing, so a decision cannot be seen in the table on the day that it is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.usual_wait import PERIOD, iso_week, weeks_of
from casereview.policy.document import Head
from casereview.routing.offices import SENIOR_REVIEWING_OFFICIAL, queues
from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.base import to_milliseconds
from casereview.schema.waits import UsualWaits
from casereview.store import keys
from casereview.store.waits import days_waited
from prioritize.publication import Publication, publish
from prioritize.round_robin import rotated
from prioritize.services import Services, logger, metrics

_EVERY = timedelta(weeks=1)
"""The interval between two tables, as template.yaml sets it."""


def usual_wait(services: Services) -> dict[str, int]:
    """Make the table of each office that has none of this week.

    Returns:
        The counts of ``publish``.
    """
    now = to_milliseconds(services.now())
    week, lanes = iso_week(now), _lanes(services, now)

    def make(office: str) -> UsualWaits:
        found = {lane: weeks_of(days_waited(services.table, office, lane, now)) for lane in lanes}
        weeks = {lane: number for lane, number in found.items() if number is not None}
        return UsualWaits(office=office, as_of=now, week=week, weeks=weeks)

    offices = [office for office in queues() if office != SENIOR_REVIEWING_OFFICIAL]
    publication = Publication(("week", week), keys.usual_waits, make)
    counts = publish(services, publication, rotated(offices, now, _EVERY), now)
    metrics.add_metric("UsualWaitsNotMade", MetricUnit.Count, counts["failed"] + counts["left"])
    return counts


def _lanes(services: Services, now: datetime) -> list[str]:
    """Return the lanes in which a case can have ended in the last 180 days, or can be during the next week."""
    found = {lane.id: None for lane in services.policies.compiled(None).lanes}
    for head in services.policies.registry().heads:
        if any(_overlaps(head, now)):
            with SuppressAndLog(logger, "the lanes of a policy were not read", policy=head.id):
                found |= {lane.id: None for lane in services.policies.compiled(head.id).lanes}
    return list(found)


def _overlaps(head: Head, now: datetime) -> Iterator[bool]:
    """Yield for each interval of a policy whether cases were or will be ranked under it at that time."""
    for interval in head.in_force:
        yield interval.from_ <= now + _EVERY and (interval.to is None or interval.to > now - PERIOD)

"""Count each office's worklist every five minutes, by the index alone: no transaction carries a counter for it.

The offices take turns at being the first, so that of a docket too large for the time of one run each is still counted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from statistics import median_low

from aws_lambda_powertools.metrics import MetricUnit

from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import queues
from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.base import to_milliseconds
from casereview.schema.records import LaneCount, Snapshot
from casereview.store.worklist import IndexedCase
from prioritize.round_robin import in_turn
from prioritize.services import Services, logger, metrics

_EVERY = timedelta(minutes=5)
"""From one run to the next, as the template has it."""


def snapshot(services: Services) -> dict[str, int]:
    """Take a snapshot of every office; return how many cases were counted, and how many offices could not be.

    An office that fails keeps its last snapshot, whose age is shown, and holds up no other.
    """
    now = to_milliseconds(services.now())
    policy, _until = services.policies.governing(now)
    counted = failed = 0
    for office in in_turn(queues(), now, _EVERY):
        with SuppressAndLog(logger, "an office was not counted", office=office) as attempt:
            standing = list(services.table.worklist.indexed_cases(office))
            services.table.put(_snapshot(office, standing, policy, now))
            counted += len(standing)
        failed += attempt.failed
    metrics.add_metric("OfficesNotCounted", MetricUnit.Count, failed)
    return {"counted": counted, "failed": failed}


def _snapshot(office: str, standing: Iterable[IndexedCase], policy: CompiledPolicy, now: datetime) -> Snapshot:
    by_lane: dict[str, list[IndexedCase]] = defaultdict(list)
    for case in standing:
        by_lane[case.lane].append(case)
    everyone = [case for cases in by_lane.values() for case in cases]
    known = [lane.id for lane in policy.lanes]
    lanes = [*(lane for lane in known if lane in by_lane), *sorted(by_lane.keys() - known)]
    return Snapshot(
        office=office,
        at=now,
        lanes=tuple(_count(lane, by_lane[lane], now) for lane in lanes),
        oldest=min((case.filed_at for case in everyone), default=None),
        undeliverable=sum("telephone" in case.flags for case in everyone),
        policies=dict(Counter(case.digest for case in everyone)),
    )


def _count(lane: str, cases: list[IndexedCase], now: datetime) -> LaneCount:
    waits = [(now - case.filed_at) // timedelta(milliseconds=1) for case in cases]
    return LaneCount(
        lane=lane,
        open=len(cases),
        claimed=sum(case.claimed for case in cases),
        overdue=sum(case.first_look_at is not None and case.first_look_at <= now for case in cases),
        median_wait_ms=median_low(waits),
    )

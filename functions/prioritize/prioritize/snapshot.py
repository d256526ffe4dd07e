"""Count each office's worklist every five minutes, from the worklist index; no transaction updates a counter for it.

Every count is taken twice: of all cases, and of those that are not restricted. Staff without access to restricted cases
see the second, which is the same whether there are such cases or not.

Each run starts with another office, so that every office is counted even if a run ends before it reaches all of them.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from statistics import median_low

from aws_lambda_powertools.metrics import MetricUnit

from casereview.policy.compiler import CompiledPolicy
from casereview.routing.offices import queues
from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.base import to_milliseconds
from casereview.schema.office_records import LaneCount, OfficeCounts, Snapshot
from casereview.store.worklist import IndexedCase
from prioritize.round_robin import rotated
from prioritize.services import Services, logger, metrics

_EVERY = timedelta(minutes=5)
"""The interval between two runs, as template.yaml sets it."""


def snapshot(services: Services) -> dict[str, int]:
    """Take a snapshot of every office, and continue after an office that fails.

    An office that fails keeps its previous snapshot, which shows its age.

    Returns:
        The number of cases counted, and of offices that failed.
    """
    now = to_milliseconds(services.now())
    policy, _until = services.policies.governing(now)
    counted = failed = 0
    for office in rotated(queues(), now, _EVERY):
        with SuppressAndLog(logger, "an office was not counted", office=office) as attempt:
            cases = list(services.table.worklist.indexed_cases(office))
            services.table.put(_snapshot(office, cases, policy, now))
            counted += len(cases)
        failed += attempt.failed
    metrics.add_metric("OfficesNotCounted", MetricUnit.Count, failed)
    return {"counted": counted, "failed": failed}


def _snapshot(office: str, cases: Sequence[IndexedCase], policy: CompiledPolicy, now: datetime) -> Snapshot:
    every = _counts(cases, policy, now)
    return Snapshot(
        office=office,
        at=now,
        lanes=every.lanes,
        oldest=every.oldest,
        undeliverable=every.undeliverable,
        policies=every.policies,
        unrestricted=_counts([case for case in cases if not case.restricted], policy, now),
    )


def _counts(cases: Sequence[IndexedCase], policy: CompiledPolicy, now: datetime) -> OfficeCounts:
    by_lane: dict[str, list[IndexedCase]] = defaultdict(list)
    for case in cases:
        by_lane[case.lane].append(case)
    known = [lane.id for lane in policy.lanes]
    lanes = [*(lane for lane in known if lane in by_lane), *sorted(by_lane.keys() - known)]
    return OfficeCounts(
        lanes=tuple(_count(lane, by_lane[lane], now) for lane in lanes),
        oldest=min((case.filed_at for case in cases), default=None),
        undeliverable=sum("telephone" in case.flags for case in cases),
        policies=dict(Counter(case.digest for case in cases)),
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

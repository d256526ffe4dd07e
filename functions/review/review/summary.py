"""The summary of an office, or of all for headquarters, from snapshots that are taken every five minutes.

A supervisor without access to restricted cases gets the counts without them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from casereview.http.problems import ProblemError, wrong_state
from casereview.schema.office_records import OfficeCounts, Snapshot
from casereview.store import keys
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.office_scope import is_headquarters, offices_for
from review.schema.responses import LaneSummary, OfficeSummary, Summary


def summary(services: CaseServices, caller: Caller, office: str) -> Summary:
    """Return the newest snapshot of an office with its age, or for headquarters those of all offices.

    Args:
        services: The table and the clock.
        caller: The caller.
        office: The office; empty for the caller's own, or for all for headquarters.

    Raises:
        ProblemError: 403 for an office that is not the caller's; 400 for one that does not exist; 409 before the first
            snapshot that counts the cases to which the caller has access.
    """
    offices = offices_for(office, caller.office, sees_all=is_headquarters(caller))
    if len(offices) > 1:
        return _of_all(services, caller, offices)
    found = services.table.find(Snapshot, keys.snapshot(offices[0]))
    counted = _office_summary(caller, found, services.now()) if found else None
    if counted is None:
        raise _none_yet()
    return Summary(**dict(counted))


def _of_all(services: CaseServices, caller: Caller, offices: Sequence[str]) -> Summary:
    """Return the snapshots of all offices, with their sums."""
    now = services.now()
    found = {one.office: one for one in services.table.several(Snapshot, list(map(keys.snapshot, offices)))}
    each = [_office_summary(caller, found[office], now) for office in offices if office in found]
    counted = tuple(one for one in each if one)
    if not counted:
        raise _none_yet()
    at = min(one.at for one in counted)
    return Summary(
        office=None,
        at=at,
        age_seconds=_age(at, now),
        lanes=tuple(_lanes_of_all(counted)),
        oldest_case=min((one.oldest_case for one in counted if one.oldest_case), default=None),
        undeliverable=sum(one.undeliverable for one in counted),
        offices=counted,
    )


def _lanes_of_all(counted: Iterable[OfficeSummary]) -> Iterable[LaneSummary]:
    """Return the sums of each lane, in the order in which the offices have them."""
    by_lane: dict[str, list[LaneSummary]] = {}
    for one in sorted(counted, key=lambda office: -len(office.lanes)):
        for lane in one.lanes:
            by_lane.setdefault(lane.lane, []).append(lane)
    for name, lanes in by_lane.items():
        yield LaneSummary(
            lane=name,
            open=sum(lane.open for lane in lanes),
            claimed=sum(lane.claimed for lane in lanes),
            overdue=sum(lane.overdue for lane in lanes),
            median_wait_hours=None,
        )


def _office_summary(caller: Caller, found: Snapshot, now: datetime) -> OfficeSummary | None:
    """Return what a caller sees of a snapshot; None where an older release did not count it for them."""
    counts = counts_for(caller, found)
    if counts is None:
        return None
    lanes = tuple(
        LaneSummary(
            lane=lane.lane,
            open=lane.open,
            claimed=lane.claimed,
            overdue=lane.overdue,
            median_wait_hours=round(lane.median_wait_ms / 3_600_000, 1),
        )
        for lane in counts.lanes
    )
    return OfficeSummary(
        office=found.office,
        at=found.at,
        age_seconds=_age(found.at, now),
        lanes=lanes,
        oldest_case=counts.oldest,
        undeliverable=counts.undeliverable,
    )


def _age(at: datetime, now: datetime) -> int:
    return (now - at) // timedelta(seconds=1)


def _none_yet() -> ProblemError:
    return wrong_state("no_snapshot_yet", "No snapshot of this office was taken yet; the next follows in minutes.")


def counts_for(caller: Caller, snapshot: Snapshot) -> Snapshot | OfficeCounts | None:
    """Return the counts of the cases to which a caller has access; None where an older release did not take them."""
    return snapshot if caller.restricted else snapshot.unrestricted

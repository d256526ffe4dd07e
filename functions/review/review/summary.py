"""The summary of an office for its supervisor, from a snapshot that is taken every five minutes.

A supervisor without access to restricted cases gets the counts without them.
"""

from __future__ import annotations

from datetime import timedelta

from casereview.http.problems import forbidden, wrong_state
from casereview.schema.office_records import OfficeCounts, Snapshot
from casereview.store import keys
from casereview.usecases.services import CaseServices
from review.authorization import Caller
from review.schema.responses import LaneSummary, Summary


def summary(services: CaseServices, caller: Caller, office: str) -> Summary:
    """Return the newest snapshot of an office, with its age.

    Raises:
        ProblemError: 403 for an office that is not the caller's; 409 before the first snapshot that counts the cases to
            which the caller has access.
    """
    if office != caller.office:
        raise forbidden("other_office", "This office is not yours.")
    found = services.table.get(Snapshot, keys.snapshot(office))
    counts = counts_for(caller, found) if found else None
    if found is None or counts is None:
        raise wrong_state("no_snapshot_yet", "No snapshot of this office was taken yet; the next follows in minutes.")
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
    return Summary(
        office=office,
        at=found.at,
        age_seconds=(services.now() - found.at) // timedelta(seconds=1),
        lanes=lanes,
        oldest_case=counts.oldest,
        undeliverable=counts.undeliverable,
    )


def counts_for(caller: Caller, snapshot: Snapshot) -> Snapshot | OfficeCounts | None:
    """Return the counts of the cases to which a caller has access; None where an older release did not take them."""
    return snapshot if caller.restricted else snapshot.unrestricted

"""What must be true of a case or a notice, derived from its records or its history, without the code under test."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casereview.cases.lifecycle import ENDED, LIVE
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from tests.support.controlled_system import Snapshot
from tests.support.histories.state import CaseState, RequestState


def held_since(case: Case) -> datetime | None:
    return case.hold.since if case.hold else None


def is_up_to_date(case: Case, now: Snapshot) -> bool:
    """Return whether a case is live and has no ranking due."""
    return case.status in LIVE and (case.rank_at is None or case.rank_at > now.at)


def due_times(record: Case | Notice) -> list[Any]:
    """Return the times at which work on a record is due; the verification of a requester is due in every state."""
    if isinstance(record, Notice):
        return {"owed": [record.send_at], "sending": [record.lease_until]}.get(record.state, [])
    if record.status in ENDED:
        return [record.verify_by] if record.verify_by else []
    target = None if record.missed or has_first_look(record) else record.target_at
    found = (record.rank_at, record.lease_until, target, record.answer_by, record.verify_by)
    return [at for at in found if at]


def has_first_look(case: Case) -> bool:
    """Return whether a case was worked on since it entered its lane, or is held by an officer who claimed it since."""
    since = case.first_look.lane_since
    looks = [at for at in (case.first_look.looked_at, held_since(case)) if at]
    return bool(since and any(at >= since for at in looks))


def is_overdue(case: Case, now: Snapshot) -> bool:
    """Return whether the first look at a case is overdue."""
    return case.target_at is not None and case.target_at <= now.at and not has_first_look(case)


def needs_a_call(request: RequestState) -> bool:
    """Return whether a requester that can be called has missed a notice, and gave no new address since."""
    return request.to_phone and request.may_be_called


def is_pending(request: RequestState, case: CaseState) -> bool:
    """Return whether officers have yet to verify the holder of a request, who was not refuted."""
    return request.live and not request.refuted and not request.has_rights(restricted=case.restricted)


def is_told(receipt: str, now: Snapshot) -> bool:
    """Return whether the holder of a request gets to know its case, by the histories."""
    return now.world.is_told(receipt)


def shows_the_case(receipt: str, now: Snapshot) -> bool:
    """Return whether the look-up of a request shows more than follows from the request alone.

    Verified persons and representatives see the case, as it was before it became restricted if it has since.
    """
    request = now.world.requests[receipt]
    if not request.verified or not request.live or request.frozen:
        return False
    case = now.world.case_of(receipt)
    return request.is_told(restricted=case.restricted) or case.shown_before_to(request) is not None

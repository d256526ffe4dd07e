"""What must be true of a case, derived from its history alone, without the code under test."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from casereview.cases.lifecycle import ENDED, LIVE
from casereview.schema.records import Case, Event, Notice, Request
from tests.support.controlled_system import Snapshot


def holders(case: Case, history: Sequence[Event]) -> dict[str, Event]:
    """Return the filings of the requests that belong to a case, by receipt."""
    found: dict[str, Event] = {}
    for event in history:
        if event.filing and event.receipt:
            found[event.receipt] = event
        if event.kind == "split" and event.receipt:
            del found[event.receipt]
    return {} if case.linked_to else found


def counted_events(history: Sequence[Event]) -> list[Event]:
    """Return the history without the events of requests before they were split off."""
    gone = {event.receipt: event.version for event in history if event.kind == "split"}
    return [event for event in history if event.version > gone.get(event.receipt, 0)]


def citizenship_stands(said: Sequence[Event]) -> bool:
    """Return whether the newest claim of US citizenship is affirmative and not refuted; verifications come first."""
    about = [event for event in said if event.claims and event.claims.claims_us_citizenship is not None]
    verified = [event for event in about if event.verification]
    last = verified[-1] if verified else about[-1] if about else None
    refuted = last and last.verification and last.verification.verdict == "refuted"
    return bool(last and last.claims and last.claims.claims_us_citizenship and not refuted)


def held_since(case: Case) -> datetime | None:
    return case.hold.since if case.hold else None


def is_up_to_date(case: Case, now: Snapshot) -> bool:
    """Return whether a case is live and has no ranking due."""
    return case.status in LIVE and (case.rank_at is None or case.rank_at > now.at)


def due_times(record: Case | Notice) -> list[Any]:
    """Return the times at which work on a record is due."""
    if isinstance(record, Notice):
        return {"owed": [record.send_at], "sending": [record.lease_until]}.get(record.state, [])
    if record.status in ENDED:
        return []
    target = None if record.missed or has_first_look(record) else record.target_at
    return [at for at in (record.rank_at, record.lease_until, target, record.answer_by) if at]


def has_first_look(case: Case) -> bool:
    """Return whether a case was worked on since it entered its lane, or is held by an officer who claimed it since."""
    since = case.first_look.lane_since
    looks = [at for at in (case.first_look.looked_at, held_since(case)) if at]
    return bool(since and any(at >= since for at in looks))


def is_overdue(case: Case, now: Snapshot) -> bool:
    """Return whether the first look at a case is overdue."""
    return case.target_at is not None and case.target_at <= now.at and not has_first_look(case)


def protection_verifications(history: Sequence[Event]) -> list[Event]:
    """Return the verifications of whether the person is protected."""
    return [
        event
        for event in history
        if event.verification and event.claims and "protected" in event.claims.model_fields_set
    ]


def may_be_called(receipt: str, history: Sequence[Event]) -> bool:
    """Return whether it is safe to call a requester, by the newest contact in the history of the case."""
    said = [event.details["may_be_called"] for event in history if _is_contact(event, receipt)]
    return not said or bool(said[-1])


def _is_contact(event: Event, receipt: str) -> bool:
    return event.receipt == receipt and "may_be_called" in event.details


def needs_a_call(receipt: str, history: Sequence[Event]) -> bool:
    own = [event for event in history if event.receipt == receipt]
    failed = max((event.version for event in own if event.kind == "undeliverable"), default=0)
    reached = max((event.version for event in own if event.details.get("new_address")), default=0)
    return failed > reached and may_be_called(receipt, history)


def verdict_on(request: Request, history: Sequence[Event]) -> str | None:
    about = [
        event.verification.verdict
        for event in counted_events(history)
        if event.receipt == request.receipt and event.verification and event.verification.about != "facts"
    ]
    return about[-1] if about else None


def may_know(request: Request, now: Snapshot) -> bool:
    """Return whether a requester has access to the case, by its history."""
    case = now.cases[request.case_id]
    verdict = verdict_on(request, now.history(case.case_id))
    opener = request.opened and request.role == "self" and verdict != "refuted"
    return verdict == "confirmed" or (opener and not case.restricted)


def shown_since(case: Case, now: Snapshot) -> datetime:
    """Return since when a case has had its current status as requesters see it, by its history."""
    shown, since = None, case.filed_at
    for event in now.history(case.case_id):
        status = event.changes["status"].after if "status" in event.changes else None
        seen = "in_review" if status == "awaiting_approval" else status
        if seen not in {None, shown}:
            shown, since = seen, event.at
    return since if case.status != "received" else _created_at(case, now)


def _created_at(case: Case, now: Snapshot) -> datetime:
    """Return when a case was filed or split off from another."""
    events = (event for other in now.cases for event in now.history(other))
    split = [event.at for event in events if event.details.get("split_to") == case.case_id]
    return split[0] if split else now.history(case.case_id)[0].at


def is_verified(request: Request, now: Snapshot) -> bool:
    """Return whether an officer has confirmed the identity or authority of a requester."""
    return verdict_on(request, now.history(request.case_id)) == "confirmed"

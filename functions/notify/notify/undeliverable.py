"""What cannot be delivered: the notice says why, and where writing failed the office is told to telephone."""

from __future__ import annotations

from datetime import datetime

from aws_lambda_powertools.metrics import MetricUnit

from casereview import keys
from casereview.calling import MUST_PHONE
from casereview.lifecycle import LIVE
from casereview.messages import RankMessage
from casereview.records import Case, Change, Event, Notice, Undelivered
from casereview.writes import Refused, Write, put_new, put_over
from notify.services import Services, metrics

TRIES = 3


def give_up(services: Services, notice: Notice, why: Undelivered, now: datetime) -> None:
    """End a notice as undeliverable; with it, in one transaction, an event that makes the case show it.

    Raises Refused where the notice or the case kept moving: the message is then shown again.
    """
    ended = notice.model_copy(
        update={
            "state": "undeliverable",
            "why": why,
            "lease_until": None,
            "send_at": None,
            "stuck": False,
            "attempts": 0,
        }
    )
    write = put_over(ended, state=notice.state, sends=notice.sends)
    for attempt in range(TRIES):
        told = _office_to_tell(services, notice, why)
        try:
            services.table.write(write, *(_telling(told, notice, now) if told else ()))
        except Refused as refusal:
            if refusal.reasons[0] or attempt == TRIES - 1:
                raise
            continue
        metrics.add_metric("Undeliverable", MetricUnit.Count, 1)
        if told:
            services.rank_queue.send(RankMessage(case_id=told.case_id), told.office)
        return


def _office_to_tell(services: Services, notice: Notice, why: Undelivered) -> Case | None:
    """Return the case, where its office is to telephone its requester and still works on it."""
    must_phone = why in MUST_PHONE and notice.receipt
    case = services.table.get(Case, keys.case(notice.case_id)) if must_phone else None
    return case if case and case.status in LIVE else None


def _telling(case: Case, notice: Notice, now: datetime) -> tuple[Write, Write]:
    after = case.model_copy(update={"version": case.version + 1, "rank_at": now, "attempts": 0, "stuck": False})
    event = Event(
        case_id=case.case_id,
        version=after.version,
        at=now,
        kind="undeliverable",
        actor="system",
        changes={"notice": Change(before=notice.state, after="undeliverable")},
        receipt=notice.receipt,
    )
    return put_over(after, version=case.version), put_new(event)

"""The attributes that put an item into the indexes, computed on every write and dropped on reading."""

from __future__ import annotations

from typing import Final

from casereview.cases.decisions import approval_due
from casereview.cases.due import STUCK, due_attributes
from casereview.cases.first_look import has_first_look
from casereview.cases.lifecycle import QUEUED
from casereview.schema.base import rfc3339
from casereview.schema.duty_records import Duty
from casereview.schema.notice_records import Notice
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case, Stored
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.keys import Key

DUE_ATTRIBUTES: Final = frozenset({"due_at", "due_shard"})
INDEX_ATTRIBUTES: Final = DUE_ATTRIBUTES | {
    "queue",
    "first_look_at",
    "verify_office",
    "look_at",
    "duty_queue",
    "duty_by",
}


def index_attributes(record: Stored, key: Key) -> dict[str, object]:
    """Return the attributes of a record in the indexes; none for a record that no index lists."""
    match record:
        case Request():
            return {**_of_verification(record)}
        case Duty():
            return {**_of_duty(record)}
        case Case():
            return {**_of_worklist(record), **_of_approval(record), **_of_due_work(record, key)}
        case Notice() | Preview():
            return _of_due_work(record, key)
        case _:
            return {}


def _of_due_work(record: Case | Notice | Preview, key: Key) -> dict[str, object]:
    due = due_attributes(record, *key)
    return {**due, "due_shard": STUCK} if record.stuck and due else due


def _of_worklist(case: Case) -> dict[str, str]:
    """Return the attributes that put a case in a worklist, and the time at which a pending first look is due."""
    if case.status not in QUEUED or not case.rank:
        return {}
    target = None if has_first_look(case) else case.target_at
    return {"queue": case.office, **({"first_look_at": rfc3339(target)} if target else {})}


def _of_approval(case: Case) -> dict[str, str]:
    """Return the attributes that put a case that awaits approval into the queue of its office."""
    by = approval_due(case)
    return {"duty_queue": keys.approval_queue(case.office), "duty_by": rfc3339(by)} if by else {}


def _of_duty(duty: Duty) -> dict[str, str]:
    """Return the attributes that put an open duty into the queue of its office."""
    return {"duty_queue": keys.duty_queue(duty.office), "duty_by": rfc3339(duty.due)} if duty.state == "open" else {}


def _of_verification(request: Request) -> dict[str, str]:
    """Return the attributes that put a live request into the queue of those whose holders are to be verified."""
    if request.state != "live" or request.verify_by is None:
        return {}
    return {"verify_office": request.office, "look_at": rfc3339(request.verify_by)}

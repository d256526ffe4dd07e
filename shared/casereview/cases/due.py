"""Due work: what a record still needs, and when. Only this module computes the attributes of the due index.

An item has one map ``due`` with a name and an instant for each kind of work: ``rank``, ``lease``, ``target``,
``answer``, ``verify`` and ``recheck`` of a case, ``send`` and ``lease`` of a notice, ``work`` of a preview. Another
release may have added names that this one does not know: they are kept, and count for ``due_at``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from casereview.cases.first_look import has_first_look
from casereview.schema.base import rfc3339
from casereview.schema.notice_records import Notice
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case, Stored

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

DUE: Final = "due"
"""The attribute of an item that contains its due work."""
TARGET: Final = "target"
"""The name of a pending first look. Its time is also an attribute of its own, which is always shown."""
DUE_FIELDS: Final[Mapping[type[Stored], Mapping[str, str]]] = {
    Case: {
        "rank": "rank_at",
        "lease": "lease_until",
        "answer": "answer_by",
        "verify": "verify_by",
        "recheck": "recheck_at",
    },
    Notice: {"send": "send_at", "lease": "lease_until"},
    Preview: {"work": "work_at"},
}
"""The names of each record's due work, and the fields with its instants."""

SHARDS = 8
"""Number of shards of the due index; each run of the sweep queries every shard once, however many cases there are."""
NOTICE_SHARDS = 3
"""How many of them are for notices, so that many notices that wait for the sending rate do not delay other work. They
are the last ones; an older release has put records of any kind into all of them."""
STUCK = "stuck"
"""The shard of work that the sweep has given up; ``redrive`` reads it, and the sweep does not."""

GRACE = timedelta(minutes=1)
"""How long the sweep leaves new work to the message that was sent after its commit."""
ATTEMPTS = 8
"""How many times the sweep sends a message for the same work before it gives up and raises an alarm."""
BACKOFF = timedelta(minutes=2)
"""The delay before the second attempt; it doubles with each one."""


def shard_of(pk: str, sk: str) -> str:
    """Return the shard of the due index for an item."""
    others = SHARDS - NOTICE_SHARDS
    first, number = (others, NOTICE_SHARDS) if sk.startswith("NOTICE#") else (0, others)
    return f"{first + crc32(f'{pk}|{sk}'.encode()) % number:02d}"


def shards() -> list[str]:
    """Return the shards that the sweep reads: those of notices last."""
    return [f"{number:02d}" for number in range(SHARDS)]


def shards_of_notices() -> list[str]:
    """Return the shards of notices."""
    return shards()[-NOTICE_SHARDS:]


def due_work(record: Case | Notice | Preview) -> dict[str, object]:
    """Return the due work of a record by name, with RFC 3339 instants, including names that other releases added."""
    known: dict[str, datetime | None] = {
        name: getattr(record, field) for name, field in DUE_FIELDS[type(record)].items()
    }
    if isinstance(record, Case):
        known[TARGET] = None if record.missed or has_first_look(record) else record.target_at
    return _unknown_work(record) | {name: rfc3339(at) for name, at in known.items() if at}


def _unknown_work(record: Stored) -> dict[str, object]:
    found = record.unknown_attributes.get(DUE)
    return dict(found) if isinstance(found, dict) else {}


def has_unknown_work_due(record: Stored, now: datetime) -> bool:
    """Return whether work is due that only another release can do; its count of tries must then be kept."""
    return any(isinstance(at, str) and at <= rfc3339(now) for at in _unknown_work(record).values())


def due_at(record: Case | Notice | Preview) -> str | None:
    """Return the earliest instant of the record's due work; None without due work."""
    return min((at for at in due_work(record).values() if isinstance(at, str)), default=None)


def due_attributes(record: Case | Notice | Preview, pk: str, sk: str) -> dict[str, object]:
    """Return the due work of a record and the attributes of the due index; an empty map without due work."""
    at = due_at(record)
    return {DUE: due_work(record), "due_at": at, "due_shard": shard_of(pk, sk)} if at else {}


def without_due_work(case: Case) -> CaseFields:
    """Return the field values that clear the due work of a case that closes, but for verifying its requesters."""
    return {
        "rank_at": None,
        "answer_by": None,
        "asked_by": None,
        "asked_of": (),
        "answered_at": None,
        "hold": None,
        "first_look": case.first_look.evolve(target_at=None),
        "stuck": False,
    }


def next_attempt_at(now: datetime, attempts: int) -> datetime:
    """Return when the sweep tries again: 2, 4, 8 … minutes from now, by the number of attempts."""
    return now + BACKOFF * (1 << min(attempts, ATTEMPTS))

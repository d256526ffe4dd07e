"""Due work: what a record still needs, and when. The due index is computed here and nowhere else.

An item holds one map ``due`` of a name and an instant for each kind of work: ``rank``, ``lease``, ``target`` and
``answer`` of a case, ``send`` and ``lease`` of a notice, ``work`` of a preview. Another release may have added names
that this one does not know: they are kept, and count for ``due_at``.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from zlib import crc32

from casereview.cases.first_look import is_looked_at
from casereview.schema.base import rfc3339
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case, Notice, Stored

if TYPE_CHECKING:
    from casereview.schema.field_sets import CaseFields

DUE: Final = "due"
"""The attribute of an item that holds its due work."""
TARGET: Final = "target"
"""The name of a first look that is pending; when it is due is an attribute of its own too, which is always shown."""
DUE_FIELDS: Final[Mapping[type[Stored], Mapping[str, str]]] = {
    Case: {"rank": "rank_at", "lease": "lease_until", "answer": "answer_by"},
    Notice: {"send": "send_at", "lease": "lease_until"},
    Preview: {"work": "work_at"},
}
"""The names of a record's due work, and the fields that hold the instants."""

SHARDS = 8
"""Parts of the due index; the sweep asks each once a tick, whatever the size of the docket."""
STUCK = "stuck"
"""The shard of what was given up, apart from those that the sweep reads; ``redrive`` reads it."""

GRACE = timedelta(minutes=1)
"""How long the message sent after a commit has before the sweep steps in."""
ATTEMPTS = 8
"""How often the sweep asks for the same work before it gives up and raises an alarm."""
BACKOFF = timedelta(minutes=2)


def shard_of(pk: str, sk: str) -> str:
    """Return the part of the due index in which an item waits."""
    return f"{crc32(f'{pk}|{sk}'.encode()) % SHARDS:02d}"


def shards() -> list[str]:
    """Return the parts that the sweep reads."""
    return [f"{number:02d}" for number in range(SHARDS)]


def due_work(record: Case | Notice | Preview) -> dict[str, object]:
    """Return the due work of a record by name, each instant as text that sorts; names of other releases included."""
    known: dict[str, datetime | None] = {
        name: getattr(record, field) for name, field in DUE_FIELDS[type(record)].items()
    }
    if isinstance(record, Case):
        known[TARGET] = None if record.missed or is_looked_at(record) else record.target_at
    return _unknown_work(record) | {name: rfc3339(at) for name, at in known.items() if at}


def _unknown_work(record: Stored) -> dict[str, object]:
    found = record.unknown_attributes.get(DUE)
    return dict(found) if isinstance(found, dict) else {}


def has_unknown_work_due(record: Stored, now: datetime) -> bool:
    """Return whether work is due that only another release can do; what was counted for it must stay counted."""
    return any(isinstance(at, str) and at <= rfc3339(now) for at in _unknown_work(record).values())


def due_at(record: Case | Notice | Preview) -> str | None:
    """Return the earliest instant at which the record has work due, or None."""
    return min((at for at in due_work(record).values() if isinstance(at, str)), default=None)


def due_attributes(record: Case | Notice | Preview, pk: str, sk: str) -> dict[str, object]:
    """Return the due work of a record and the attributes that put it into the due index; none where nothing is due."""
    at = due_at(record)
    return {DUE: due_work(record), "due_at": at, "due_shard": shard_of(pk, sk)} if at else {}


def without_due_work(case: Case) -> CaseFields:
    """Return the fields that clear the due work of a case that closes."""
    return {
        "rank_at": None,
        "answer_by": None,
        "hold": None,
        "first_look": case.first_look.evolve(target_at=None),
        "stuck": False,
    }


def next_try(now: datetime, attempts: int) -> datetime:
    """Return when the sweep asks again after so many attempts: 2, 4, 8 … minutes."""
    return now + BACKOFF * (1 << min(attempts, ATTEMPTS))

"""What an item still owes, and when: the due index is computed here and nowhere else."""

from __future__ import annotations

from datetime import datetime, timedelta
from zlib import crc32

from casereview.cases.first_look import is_looked_at
from casereview.schema.base import rfc3339
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case, Notice

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


def due_at(record: Case | Notice | Preview) -> datetime | None:
    """Return the earliest instant at which the record owes work, or None."""
    if isinstance(record, Preview):
        return record.work_at
    if isinstance(record, Notice):
        return record.lease_until if record.state == "sending" else record.send_at
    target = None if record.missed or is_looked_at(record) else record.target_at
    owed = [at for at in (record.rank_at, record.lease_until, target, record.answer_by) if at]
    return min(owed, default=None)


def due_attributes(record: Case | Notice | Preview, pk: str, sk: str) -> dict[str, str]:
    """Return the attributes that put a record into the due index, none where it owes nothing."""
    at = due_at(record)
    return {"due_at": rfc3339(at), "due_shard": shard_of(pk, sk)} if at else {}


def next_try(now: datetime, attempts: int) -> datetime:
    """Return when the sweep asks again after so many attempts: 2, 4, 8 … minutes."""
    return now + BACKOFF * (1 << min(attempts, ATTEMPTS))

"""The scheduled sweep: send a message for each item whose work is overdue.

    due for over a minute ── postponed by a backoff, attempt counted ──▶ one message
    eight attempts made   ── moved out of the swept shards, flagged stuck ──▶ alarm; redrive makes it due again

The cost of a sweep depends on the number of due items, not on the number of cases. Postponing is a conditional write
on the due time that was read, so only one of two concurrent sweeps sends the message, and an item that the index shows
too late is left alone. If SQS rejects a message, the sweep continues and sends it again after the backoff. A shard that
cannot be read, and an item that cannot be postponed, are logged and counted, and stay due for the next tick. If there
is more to do than a tick has time for, the next tick continues, starting with another shard.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Literal

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from casereview.cases.due import ATTEMPTS, GRACE, STUCK, next_attempt_at, shard_of, shards, shards_of_notices
from casereview.runtime.error_logging import SuppressAndLog, describe_error
from casereview.schema.messages import NoticeMessage, PreviewMessage, RankMessage
from casereview.store import keys
from casereview.store.due_index import DueItem
from prioritize.round_robin import rotated
from prioritize.services import Services, logger, metrics

PER_SHARD = 100
"""The maximum number of items of one shard that one tick handles."""
TIME_LIMIT = timedelta(seconds=12)
"""How long the sweep runs in one tick; the policy switch needs the rest of the time."""
_Outcome = Literal["asked", "stuck", "unsent", "changed", "failed"]


def sweep(services: Services) -> dict[str, int]:
    """Send a message for each item that has been due for more than a minute, within the time limit.

    Returns:
        The number of messages sent, of items given up, of messages that SQS did not accept, and of shards and items
        that failed.
    """
    now = services.now()
    found: Counter[_Outcome] = Counter()
    for shard, due in _due(services, now, found):
        with SuppressAndLog(logger, "a due item was not swept", **_ids(due)) as attempt:
            found[_sweep_item(services, shard, due, now)] += 1
        found["failed"] += attempt.failed
    metrics.add_metric("Asked", MetricUnit.Count, found["asked"])
    metrics.add_metric("Stuck", MetricUnit.Count, found["stuck"])
    metrics.add_metric("NotSwept", MetricUnit.Count, found["failed"])
    return {name: found[name] for name in ("asked", "stuck", "unsent", "failed")}


def _sweep_item(services: Services, shard: str, due: DueItem, now: datetime) -> _Outcome:
    index = services.table.due_index
    if due.attempts >= ATTEMPTS:
        return "stuck" if index.postpone(due, STUCK, now, attempts=due.attempts, stuck=True) else "changed"
    until = next_attempt_at(now, due.attempts)
    if not index.postpone(due, shard, until, attempts=due.attempts + 1, stuck=False):
        return "changed"
    return "asked" if _try_send(services, due) else "unsent"


def _due(services: Services, now: datetime, found: Counter[_Outcome]) -> Iterator[tuple[str, DueItem]]:
    """Yield due items with their shards until the time limit; each minute starts with another shard.

    Notices come last: thousands of them can wait for the sending rate. A shard that cannot be read is counted as
    failed.
    """
    of_notices = shards_of_notices()
    others = [shard for shard in shards() if shard not in of_notices]
    minute = timedelta(minutes=1)
    for shard in (*rotated(others, now, minute), *rotated(of_notices, now, minute)):
        items: list[DueItem] = []
        with SuppressAndLog(logger, "a shard of the due index was not read", shard=shard) as attempt:
            items = services.table.due_index.due(shard, now - GRACE, PER_SHARD)
        found["failed"] += attempt.failed
        for due in items:
            if services.now() - now > TIME_LIMIT:
                return
            yield shard, due


def _ids(due: DueItem) -> dict[str, str]:
    """Return the ids of a due item for a log entry."""
    if previewed := keys.previewed_of(due.key):
        return {"policy": previewed[0], "office": previewed[1]}
    notice_id = keys.notice_id_of(due.key.sk)
    notice = {"notice": keys.notice_name(notice_id)} if notice_id else {}
    return {"case_id": keys.case_id_of(due.key.pk), **notice}


def _try_send(services: Services, due: DueItem) -> bool:
    """Send the message of a due item; return False if SQS did not accept it."""
    try:
        _send(services, due)
    except (ClientError, BotoCoreError) as error:
        logger.error("SQS send failed; the sweep will retry", extra=describe_error(error))  # a traceback can hold data
        return False
    return True


def _send(services: Services, due: DueItem) -> None:
    if previewed := keys.previewed_of(due.key):
        services.rank_queue.send(PreviewMessage(preview=previewed[0], office=previewed[1]), due.office)
        return
    case_id, notice_id = keys.case_id_of(due.key.pk), keys.notice_id_of(due.key.sk)
    if notice_id is None:
        services.rank_queue.send(RankMessage(case_id=case_id), due.office)
    else:
        services.notice_queue.send(NoticeMessage(case_id=case_id, notice_id=notice_id), due.office)


def redrive(services: Services) -> dict[str, int]:
    """Make up to a hundred stuck items due again, with zero attempts, and send their messages.

    An item whose message SQS does not accept is due again; the sweep sends its message.

    Returns:
        The number of items, and of those that failed and are still stuck; call again until both are 0.
    """
    now = services.now()
    redriven = failed = 0
    for due in services.table.due_index.due(STUCK, now, PER_SHARD):
        with SuppressAndLog(logger, "a stuck item was not redriven", **_ids(due)) as attempt:
            if services.table.due_index.postpone(due, shard_of(*due.key), now, attempts=0, stuck=False):
                redriven += 1
                _try_send(services, due)
        failed += attempt.failed
    return {"redriven": redriven, "failed": failed}

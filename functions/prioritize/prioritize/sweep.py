"""The scheduled sweep: send a message for each item whose work is overdue.

    due for over a minute ── postponed by a backoff, attempt counted ──▶ one message
    eight attempts made   ── moved out of the swept shards, flagged stuck ──▶ alarm; redrive makes it due again

The cost of a sweep depends on the number of due items, not on the number of cases. Postponing is a conditional write
on the due time that was read, so only one of two concurrent sweeps sends the message, and an item that the index shows
too late is left alone. If SQS rejects a message, the sweep continues and sends it again after the backoff. If there is
more to do than a tick has time for, the next tick continues, starting with another shard.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from aws_lambda_powertools.metrics import MetricUnit
from botocore.exceptions import BotoCoreError, ClientError

from casereview.cases.due import ATTEMPTS, GRACE, STUCK, next_attempt_at, shard_of, shards
from casereview.runtime.error_logging import describe_error
from casereview.schema.messages import NoticeMessage, PreviewMessage, RankMessage
from casereview.store import keys
from casereview.store.due_index import DueItem
from prioritize.round_robin import rotated
from prioritize.services import Services, logger, metrics

PER_SHARD = 100
"""The maximum number of items of one shard that one tick handles."""
TIME_LIMIT = timedelta(seconds=12)
"""How long the sweep runs in one tick; the policy switch needs the rest of the time."""


def sweep(services: Services) -> dict[str, int]:
    """Send a message for each item that has been due for more than a minute, within the time limit.

    Returns:
        The number of messages sent, of items given up, and of messages that SQS did not accept.
    """
    now = services.now()
    requested = stuck = unsent = 0
    for shard, due in _due(services, now):
        if due.attempts >= ATTEMPTS:
            stuck += services.table.due_index.postpone(due, STUCK, now, attempts=due.attempts, stuck=True)
        elif services.table.due_index.postpone(
            due, shard, next_attempt_at(now, due.attempts), attempts=due.attempts + 1, stuck=False
        ):
            sent = _try_send(services, due)
            requested += sent
            unsent += not sent
    metrics.add_metric("Asked", MetricUnit.Count, requested)
    metrics.add_metric("Stuck", MetricUnit.Count, stuck)
    return {"asked": requested, "stuck": stuck, "unsent": unsent}


def _due(services: Services, now: datetime) -> Iterator[tuple[str, DueItem]]:
    """Yield due items with their shards until the time limit; each minute starts with another shard."""
    for shard in rotated(shards(), now, timedelta(minutes=1)):
        for due in services.table.due_index.due(shard, now - GRACE, PER_SHARD):
            if services.now() - now > TIME_LIMIT:
                return
            yield shard, due


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

    Returns:
        The number of items; call again until it is 0.
    """
    now = services.now()
    redriven = 0
    for due in services.table.due_index.due(STUCK, now, PER_SHARD):
        if services.table.due_index.postpone(due, shard_of(*due.key), now, attempts=0, stuck=False):
            _send(services, due)
            redriven += 1
    return {"redriven": redriven}

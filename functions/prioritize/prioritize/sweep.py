"""The scheduled sweep sends a message for each item whose work is overdue. Its cost follows what is due.

    due for over a minute ── postponed by a backoff, attempt counted ──▶ one message
    asked for eight times ── out of the swept shards, flagged stuck ──▶ alarm; redrive makes it due again

The postponement is conditional on the instant seen, so of two sweeps one wins, and an index that lags harms nothing.
A queue that refuses a message holds up no other work: its item comes again after its backoff. Where more is due than
a tick has time for, the next one goes on, and begins with the next shard.
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
from prioritize.round_robin import in_turn
from prioritize.services import Services, logger, metrics

PER_SHARD = 100
"""Items of one shard that one tick asks for."""
LONGEST = timedelta(seconds=12)
"""How long one tick asks: the walk of a policy switch needs the rest of its time."""


def sweep(services: Services) -> dict[str, int]:
    """Ask for all work that has been due for more than a minute, as far as there is time.

    Returns how many were asked for, how many given up, and how many messages a queue did not take.
    """
    now = services.now()
    asked = stuck = unsent = 0
    for shard, due in _due(services, now):
        if due.attempts >= ATTEMPTS:
            stuck += services.table.due_index.postpone(due, STUCK, now, attempts=due.attempts, stuck=True)
        elif services.table.due_index.postpone(
            due, shard, next_attempt_at(now, due.attempts), attempts=due.attempts + 1, stuck=False
        ):
            sent = _is_sent(services, due)
            asked += sent
            unsent += not sent
    metrics.add_metric("Asked", MetricUnit.Count, asked)
    metrics.add_metric("Stuck", MetricUnit.Count, stuck)
    return {"asked": asked, "stuck": stuck, "unsent": unsent}


def _due(services: Services, now: datetime) -> Iterator[tuple[str, DueItem]]:
    """Find what is due, with its shard, until the time is up; each minute another shard is the first."""
    for shard in in_turn(shards(), now, timedelta(minutes=1)):
        for due in services.table.due_index.due(shard, now - GRACE, PER_SHARD):
            if services.now() - now > LONGEST:
                return
            yield shard, due


def _is_sent(services: Services, due: DueItem) -> bool:
    try:
        _send(services, due)
    except (ClientError, BotoCoreError) as error:
        logger.error("a message was not sent", extra=describe_error(error))  # a traceback may hold data
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
    """Make up to a hundred stuck items due again, with no attempt counted; return how many. Call until none is left."""
    now = services.now()
    again = 0
    for due in services.table.due_index.due(STUCK, now, PER_SHARD):
        if services.table.due_index.postpone(due, shard_of(*due.key), now, attempts=0, stuck=False):
            _send(services, due)
            again += 1
    return {"redriven": again}

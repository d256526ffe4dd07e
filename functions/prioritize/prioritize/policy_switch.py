"""The policy switch: rank every open case again under the policy in force, top lanes first, at a limited rate.

    tick ──▶ update IN_FORCE from the registry; start a switch if it changed
      │        ┌────────────── one round: all worklists, lane by lane across the offices ──────────────┐
      └──▶     │ next entries ──ranked under another policy──▶ rank messages, at the rate ──▶ save cursors │
               └───────────────────────────────────────────────────────────────────────────────────────┘
    end of a round ──▶ cases were left: another round, a tick later
                   ──▶ no case was left, and the round started late enough: the switch ends

The first round skips cases that are claimed or wait for an answer; later rounds include them. The index is eventually
consistent and messages can be lost, so the switch ends only after a round that found no case left. Progress is saved
by a conditional write on the version of the switch: of two concurrent ticks, one stops; duplicate rank messages are
harmless.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from heapq import merge
from operator import itemgetter
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.lifecycle import LIVE
from casereview.routing.offices import queues
from casereview.runtime.error_logging import SuppressAndLog
from casereview.schema.base import to_milliseconds
from casereview.schema.messages import RankMessage
from casereview.schema.policy_records import Switch, WorklistCursor
from casereview.schema.vocabulary import Status
from casereview.store import keys
from casereview.store.policy_in_force import bring_in_force
from casereview.store.transaction import RefusedError, put_over
from casereview.store.worklist import WorklistPlace
from prioritize.services import Services, logger, metrics

PAUSE = timedelta(seconds=50)
"""The delay between two rounds: longer than the lifetime of a copied registry, a worker's run and the lag of the index
together, and shorter than the interval between two ticks."""
TIME_LIMIT = timedelta(seconds=12)
"""How long the switch runs in one tick; the next tick continues at the saved cursors."""
PER_TURN = 25
"""The number of cases of one lane that an office sends before the next office's turn."""
PER_SAVE = 100
"""The number of messages after which the cursors are saved."""
READ_PER_SAVE = 5000
"""The number of entries read after which the cursors are saved even if no message was sent."""
_WAITING: frozenset[Status] = LIVE - {"in_line", "with_senior_official"}

Turn = tuple[tuple[str, int, str], str, dict[str, Any]]
"""The sort key of an entry, its office, and the case's attributes in the index."""


def switch(services: Services) -> dict[str, int]:
    """Update ``IN_FORCE`` from the registry, and continue a running switch.

    Returns:
        The number of rank messages sent, and of those that SQS rejected; the next round sends those again.
    """
    now = to_milliseconds(services.now())
    services.policies.take_over()
    bring_in_force(services.policies, services.table, now)
    running = services.policies.registry().switch
    if running is None or running.ended_at is not None or now < running.round_since:
        return {"switched": 0, "refused": 0}
    walk = _Walk(services, running, now)
    if walk.allowance:
        walk.run()
    metrics.add_metric("Switched", MetricUnit.Count, walk.switch.sent - running.sent)
    metrics.add_metric("WorklistsNotWalked", MetricUnit.Count, walk.failed)
    return {"switched": walk.switch.sent - running.sent, "refused": walk.refused}


def _allowance(switch: Switch, now: datetime) -> int:
    """Return how many messages can be sent now: the rate times the time since the last tick, a minute at most."""
    since = timedelta(minutes=1) if switch.walked_at is None else min(now - switch.walked_at, timedelta(minutes=1))
    return switch.rate * (since // timedelta(milliseconds=1)) // 60_000


class _Walk:
    """One tick's part of a round."""

    def __init__(self, services: Services, switch: Switch, now: datetime) -> None:
        self.services = services
        self.switch = switch
        self.now = now
        self.allowance = _allowance(switch, now)
        self.refused = 0
        self.failed = 0
        """How many worklists could not be read to their end."""
        self._places = dict(switch.cursors)
        self._batch: list[tuple[str, str]] = []
        self._unrestricted = 0
        """How many cases of the batch are not restricted."""
        self._left = 0
        self._read = 0

    def run(self) -> None:
        """Continue the round until it is complete, the allowance is used up, or the time limit has passed."""
        try:
            rests = [self._readable_rest(queue) for queue in queues()]
            for _turn, office, entry in _turns(rests):
                self._add(office, entry)
                if len(self._batch) >= min(PER_SAVE, self.allowance) or self._read >= READ_PER_SAVE:
                    self._send_and_save()
                    if not self.allowance or self.services.now() - self.now > TIME_LIMIT:
                        return
            self._send_and_save(complete=True)
        except RefusedError:
            return  # another tick saved first, or another policy came into force

    def _readable_rest(self, office: str) -> Iterator[Turn]:
        """Yield the remaining entries of a worklist, up to one that cannot be read: another round then follows."""
        with SuppressAndLog(logger, "a worklist was not walked", office=office) as attempt:
            yield from _rest(self.services, office, self.switch.cursors.get(office))
        self._left += attempt.failed
        self.failed += attempt.failed

    def _add(self, office: str, entry: dict[str, Any]) -> None:
        """Advance the office's cursor to an entry, and add its case to the batch if it needs to be ranked."""
        case_id = keys.case_id_of(entry["pk"])
        self._places[office] = WorklistCursor(rank=entry["rank"], case_id=case_id)
        self._read += 1
        if entry.get("digest") == self.switch.digest:
            return
        self._left += 1
        held = "claimed_by" in entry or entry.get("status") in _WAITING
        if not (held and self.switch.round == 1):
            self._batch.append((case_id, office))
            self._unrestricted += entry.get("restricted") is False

    def _send_and_save(self, *, complete: bool = False) -> None:
        """Send the batch, then save the progress.

        Args:
            complete: Whether the round is complete.

        Raises:
            RefusedError: Another tick saved its progress first, or another policy came into force.
        """
        messages = [(RankMessage(case_id=case_id), office) for case_id, office in self._batch]
        refused = self.services.rank_queue.send_all(messages)
        self.refused += refused
        so_far = self.switch.sent_unrestricted
        progress = self.switch.evolve(
            version=self.switch.version + 1,
            cursors=dict(self._places),
            left=self.switch.left + self._left,
            sent=self.switch.sent + len(messages) - refused,
            sent_unrestricted=None if so_far is None else so_far + self._unrestricted,
            walked_at=self.now,
        )
        after = _next_round(progress, self.now) if complete else progress
        self.services.table.write(put_over(after, version=self.switch.version))
        self.allowance -= len(messages)
        self.switch, self._batch, self._left, self._read, self._unrestricted = after, [], 0, 0, 0


def _next_round(switch: Switch, now: datetime) -> Switch:
    """Return the switch after a complete round: ended, if no case was left and the round started late enough."""
    if switch.left == 0 and switch.round_since - switch.started_at >= PAUSE:
        return switch.evolve(cursors={}, ended_at=now)
    return switch.evolve(round=switch.round + 1, round_since=now + PAUSE * min(switch.round, 10), cursors={}, left=0)


def _turns(rests: Iterable[Iterator[Turn]]) -> Iterator[Turn]:
    """Yield the remaining entries of all worklists: by lane, and within a lane in turns of the offices."""
    return merge(*rests, key=itemgetter(0))


def _rest(services: Services, office: str, after: WorklistCursor | None) -> Iterator[Turn]:
    lane, number = "", 0
    place = WorklistPlace(after.rank, after.case_id) if after else None
    for entry in services.table.worklist.entries(office, place):
        if entry["rank"][:2] != lane:
            lane, number = entry["rank"][:2], 0
        yield (lane, number // PER_TURN, office), office, entry
        number += 1

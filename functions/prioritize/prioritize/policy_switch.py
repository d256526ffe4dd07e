"""The walk of a policy switch: every open case is brought under the policy in force, top lanes first.

    tick ──▶ IN_FORCE follows the registry, the walk begins
      │        ┌──────────────────── a round, lane by lane over all offices ────────────────────┐
      └──▶     │ next entries of the worklists ──under another policy──▶ rank messages, at a rate │──▶ cursors saved
               └─────────────────────────────────────────────────────────────────────────────────┘
    a round's end ──some were left──▶ the next round, a tick later      ──none, and it began late enough──▶ the end

The first round leaves out what is claimed or waits for somebody, the later ones take it in. The index is a moment
old and messages are hints, so a round proves nothing about itself: the walk ends with one that found nothing to do.
Progress is saved under the walk's version: of two ticks that walk at once, one stops, and what both sent does no harm.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import merge
from operator import itemgetter
from typing import Any

from aws_lambda_powertools.metrics import MetricUnit

from casereview.cases.lifecycle import LIVE
from casereview.routing.offices import queues
from casereview.schema.base import to_milliseconds
from casereview.schema.messages import RankMessage
from casereview.schema.policy_records import Switch, WorklistCursor
from casereview.schema.vocabulary import Status
from casereview.store import keys
from casereview.store.policy_in_force import bring_in_force
from casereview.store.transaction import RefusedError, put_over
from casereview.store.worklist import WorklistPlace
from prioritize.services import Services, metrics

PAUSE = timedelta(seconds=50)
"""Between two rounds: longer than a copy of the registry, a worker and the index's lag; less than from tick to tick."""
LONGEST = timedelta(seconds=12)
"""How long one tick walks; the next goes on where it stopped."""
PER_TURN = 25
"""Cases of one lane that an office sends before the next office's turn."""
PER_SAVE = 100
"""Messages after which the cursors are saved."""
LOOKED_AT = 5000
"""Entries after which they are saved although nothing was sent."""
_WAITING: frozenset[Status] = LIVE - {"in_line", "with_senior_official"}

Turn = tuple[tuple[str, int, str], str, dict[str, Any]]
"""When it is an entry's turn, its office, and what the index tells of the case."""


def switch(services: Services) -> dict[str, int]:
    """Let ``IN_FORCE`` follow the registry, and go on with a walk under way.

    Returns how many messages it sent, and how many the queue did not take: the next round finds their cases.
    """
    now = to_milliseconds(services.now())
    bring_in_force(services.policies, services.table, now)
    running = services.policies.registry().switch
    if running is None or running.ended_at is not None or now < running.round_since:
        return {"switched": 0, "refused": 0}
    walk = _Walk(services, running, now)
    if walk.allowance:
        walk.go_on()
    metrics.add_metric("Switched", MetricUnit.Count, walk.switch.sent - running.sent)
    return {"switched": walk.switch.sent - running.sent, "refused": walk.refused}


def _allowance(switch: Switch, now: datetime) -> int:
    """Return how many messages may be sent now: what the rate has added since the last time, a minute's at most."""
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
        self._places = dict(switch.cursors)
        self._batch: list[tuple[str, str]] = []
        self._left = 0
        self._seen = 0

    def go_on(self) -> None:
        """Walk until the round is over, the allowance is used or the time is up."""
        try:
            for _turn, office, entry in _turns(self.services, self.switch):
                self._pass(office, entry)
                if len(self._batch) >= min(PER_SAVE, self.allowance) or self._seen >= LOOKED_AT:
                    self._save()
                    if not self.allowance or self.services.now() - self.now > LONGEST:
                        return
            self._save(over=True)
        except RefusedError:
            return  # another tick walks, or another policy came into force

    def _pass(self, office: str, entry: dict[str, Any]) -> None:
        case_id = keys.case_id_of(entry["pk"])
        self._places[office] = WorklistCursor(rank=entry["rank"], case_id=case_id)
        self._seen += 1
        if entry.get("digest") == self.switch.digest:
            return
        self._left += 1
        held = "claimed_by" in entry or entry.get("status") in _WAITING
        if not (held and self.switch.round == 1):
            self._batch.append((case_id, office))

    def _save(self, *, over: bool = False) -> None:
        """Send what has gathered, then save how far the walk is. Raises RefusedError where another saved."""
        messages = [(RankMessage(case_id=case_id), office) for case_id, office in self._batch]
        refused = self.services.rank_queue.send_all(messages)
        self.refused += refused
        so_far = self.switch.evolve(
            version=self.switch.version + 1,
            cursors=dict(self._places),
            left=self.switch.left + self._left,
            sent=self.switch.sent + len(messages) - refused,
            walked_at=self.now,
        )
        after = _next_round(so_far, self.now) if over else so_far
        self.services.table.write(put_over(after, version=self.switch.version))
        self.allowance -= len(messages)
        self.switch, self._batch, self._left, self._seen = after, [], 0, 0


def _next_round(switch: Switch, now: datetime) -> Switch:
    """Return the walk after a whole round: ended, where it found nothing and began late enough to see every case."""
    if switch.left == 0 and switch.round_since - switch.started_at >= PAUSE:
        return switch.evolve(cursors={}, ended_at=now)
    return switch.evolve(round=switch.round + 1, round_since=now + PAUSE * min(switch.round, 10), cursors={}, left=0)


def _turns(services: Services, switch: Switch) -> Iterator[Turn]:
    """Go through the rest of every worklist: a lower lane only after the higher ones of all, the offices in turns."""
    return merge(*(_rest(services, queue, switch.cursors.get(queue)) for queue in queues()), key=itemgetter(0))


def _rest(services: Services, office: str, after: WorklistCursor | None) -> Iterator[Turn]:
    lane, number = "", 0
    place = WorklistPlace(after.rank, after.case_id) if after else None
    for entry in services.table.worklist.entries(office, place):
        if entry["rank"][:2] != lane:
            lane, number = entry["rank"][:2], 0
        yield (lane, number // PER_TURN, office), office, entry
        number += 1

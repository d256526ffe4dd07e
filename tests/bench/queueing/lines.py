"""The disciplines: in which order an office's cases are taken, and the line that keeps them so."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from casereview.policy.compiler import CompiledPolicy, compile_policy
from casereview.policy.packaged import compiled, flags, packaged
from casereview.policy.ranking import Ranking
from tests.bench.queueing.world import Matter

POLICY: Final = "2021-02-18-interim"


@dataclass(frozen=True, slots=True)
class Discipline:
    """How a line is ordered."""

    policy: CompiledPolicy
    place: Callable[[Matter, Ranking], tuple[int, str]]
    """The part of the line that a case stands in, and its place there."""
    every_kth: int = 0
    """Each k-th time the most overdue of the lower lanes is taken; 0: never."""


def _by_lane(_matter: Matter, ranking: Ranking) -> tuple[int, str]:
    return ranking.lane_index, ranking.rank


def _first_come(matter: Matter, _ranking: Ranking) -> tuple[int, str]:
    return 0, matter.filed_at.isoformat()


def disciplines() -> dict[str, Discipline]:
    """Return the four that are compared."""
    policy = compiled(POLICY)
    plain = compile_policy(packaged(POLICY).model_copy(update={"credits": ()}), flags())
    return {
        "first come": Discipline(policy, _first_come),
        "strict lanes": Discipline(plain, _by_lane),
        "lanes and credits": Discipline(policy, _by_lane),
        "every k-th for the lower": Discipline(policy, _by_lane, policy.numbers.every_kth_next),
    }


class Line:
    """Who waits, lane by lane."""

    def __init__(self, discipline: Discipline) -> None:
        self.discipline = discipline
        self._lanes: dict[int, list[tuple[str, int, Matter]]] = {}
        self._tops = [lane.top for lane in discipline.policy.lanes]
        self._waiting = timedelta(days=discipline.policy.numbers.waiting_days)

    def put(self, matter: Matter) -> None:
        """Let a case stand at its place; where it stood before, it counts no more."""
        lane, place = matter.key
        heapq.heappush(self._lanes.setdefault(lane, []), (place, matter.number, matter))

    def take(self, at: datetime, turn: int, *, top_only: bool) -> Matter | None:
        """Take the next case; the turn counts how often this officer has asked."""
        kth = self.discipline.every_kth
        if kth and not top_only and turn % kth == 0:
            lower = [lane for lane in self._lanes if not self._tops[lane] and self._first(lane)]
            if lower:
                return self._pop(max(lower, key=lambda lane: self._late_by(lane, at)))
        for lane in sorted(self._lanes):
            first = self._first(lane)
            if first and (not top_only or first.lane in _TOPS):
                return self._pop(lane)
        return None

    def _first(self, lane: int) -> Matter | None:
        heap = self._lanes[lane]
        while heap and (heap[0][2].stale or heap[0][2].key != (lane, heap[0][0])):
            heapq.heappop(heap)
        return heap[0][2] if heap else None

    def _pop(self, lane: int) -> Matter:
        return heapq.heappop(self._lanes[lane])[2]

    def _late_by(self, lane: int, at: datetime) -> timedelta:
        matter = self._lanes[lane][0][2]
        return at - (matter.target_by or matter.filed_at + self._waiting)


_TOPS: Final = frozenset(lane.id for lane in packaged(POLICY).lanes if lane.top)

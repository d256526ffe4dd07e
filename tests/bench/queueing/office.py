"""The simulation: an office works through its line; the engine ranks each case, again whenever that can change."""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import count

from casereview.cases.lease import lease_duration
from casereview.policy.engine import rank
from casereview.policy.ranking import RankInput
from tests.bench.queueing.lines import Discipline, Line
from tests.bench.queueing.world import DAYS, START, Matter, Staffing, arrivals, is_open

_END = START + timedelta(days=DAYS)


class Office:
    """One run: arrivals, rank changes, transfers, leases and officers on one clock."""

    def __init__(self, discipline: Discipline, staffing: Staffing, seed: int) -> None:
        self.discipline = discipline
        self.line = Line(discipline)
        self.matters = arrivals(seed)
        self.waiting: list[tuple[datetime, dict[str, int]]] = []
        """How many waited in each lane, day by day."""
        self._lengths: dict[str, int] = defaultdict(int)
        self._events: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._numbers = count()
        self._free = [(False, number) for number in range(staffing.officers)]
        self._free += [(True, number) for number in range(staffing.on_duty)]
        self._turns: dict[tuple[bool, int], int] = defaultdict(int)

    def run(self) -> Office:
        """Let all the days pass."""
        for matter in self.matters:
            self._at(matter.comes_at, self._comes(matter))
        for hour in range(DAYS * 24):
            self._at(START + timedelta(hours=hour), self._hourly)
        while self._events:
            at, _number, happen = heapq.heappop(self._events)
            if at >= _END:
                break
            happen(at)
            self._work(at)
        return self

    def _at(self, at: datetime, happen: Callable[[datetime], None]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), happen))

    def _hourly(self, at: datetime) -> None:
        if (at - START) % timedelta(days=1) == timedelta(0):
            self.waiting.append((at, dict(self._lengths)))

    def _comes(self, matter: Matter) -> Callable[[datetime], None]:
        def happen(at: datetime) -> None:
            self._place(matter, at)
            if matter.leaves_at:
                self._at(matter.leaves_at, lambda _at: self._leaves(matter))

        return happen

    def _leaves(self, matter: Matter) -> None:
        if not matter.stale:
            matter.stale = True
            self._lengths[matter.lane] -= 1

    def _place(self, matter: Matter, at: datetime) -> None:
        """Rank a case as the worker does, and let it stand there until the engine says that its rank changes."""
        case = RankInput(matter.facts, f"{matter.number:06d}", matter.filed_at, lane_since=matter.lane_since)
        found = rank(case, self.discipline.policy, at, None)
        if found.lane != matter.lane:
            if matter.lane:
                self._lengths[matter.lane] -= 1
            self._lengths[found.lane] += 1
            matter.lane, matter.lane_since = found.lane, at if matter.lane else matter.comes_at
            found = rank(
                RankInput(matter.facts, case.case_id, matter.filed_at, lane_since=matter.lane_since),
                self.discipline.policy,
                at,
                None,
            )
        matter.target_by = found.target_by
        matter.key = self.discipline.place(matter, found)
        self.line.put(matter)
        if found.changes_at and found.changes_at < _END:
            self._at(found.changes_at, lambda later: None if matter.stale else self._place(matter, later))

    def _work(self, at: datetime) -> None:
        """Let every free officer take a case, those of the day before those on duty."""
        opened = is_open(at)
        for officer in sorted(self._free):
            on_duty, _number = officer
            if on_duty or opened:
                self._turns[officer] += 1
                matter = self.line.take(at, self._turns[officer], top_only=on_duty)
                if matter is None:
                    self._turns[officer] -= 1
                else:
                    self._free.remove(officer)
                    self._look(matter, officer, at)

    def _look(self, matter: Matter, officer: tuple[bool, int], at: datetime) -> None:
        self._at(at + timedelta(hours=matter.hours), lambda _at: self._free.append(officer))
        if matter.broken_off:
            matter.broken_off = False
            ends = at + lease_duration(self.discipline.policy, matter.lane)
            self._at(ends, lambda later: None if matter.stale else self._place(matter, later))
            matter.key = (matter.key[0], "claimed")
            return
        matter.stale = True
        matter.looked_at = at
        self._lengths[matter.lane] -= 1

"""The engine keeps its ratio to code written by hand, and gives the same answers."""

from __future__ import annotations

from casereview.policy.packaged import compiled
from tests.bench.cases import POLICY, cases
from tests.bench.engine.measure import BY_HAND, answers, by_hand, check, ours, seconds

CASES = 3_000
TIMES = 10
"""The budget: reasons and changes_at included, so many times what code costs that explains nothing."""


def test_a_ranking_costs_at_most_ten_times_what_code_by_hand_does() -> None:
    explains, plain, found = ours(compiled(POLICY)), by_hand(), cases(CASES, seed=11)
    check({"the engine": answers(map(explains, found)), BY_HAND: answers(map(plain, found))})
    assert min(seconds(explains, found) for _ in range(5)) <= TIMES * min(seconds(plain, found) for _ in range(5))

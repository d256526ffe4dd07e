"""Measure one ranking, in one process, by processor time: this engine, the peers, and code written by hand."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterable, Mapping
from statistics import median
from typing import Any, TypeAlias

from casereview.policy.compiler import CompiledPolicy
from casereview.policy.engine import rank
from casereview.policy.packaged import compiled, flags, packaged
from casereview.policy.ranking import Ranking, RankInput
from tests.bench.cases import NOW, POLICY, cases
from tests.bench.engine.by_hand import ranker
from tests.bench.engine.peers import PEERS, Evaluate, find_peers
from tests.bench.engine.rules import Answer, Concluder, FlatPolicy, Flattener, facts_of, flatten

BY_HAND = "plain Python"
_OURS = "the engine"
Contestant: TypeAlias = Callable[[RankInput], Ranking | Answer]


def flat_policy() -> FlatPolicy:
    """Return the measured policy for the peers."""
    return flatten(packaged(POLICY), flags(), NOW)


def answer_of(ranking: Ranking) -> Answer:
    """Return what the contestants must agree on; ``verify`` is the engine's alone, which knows what is verified."""
    return Answer(
        ranking.lane,
        ranking.sort_at,
        tuple(category.id for category in ranking.categories),
        tuple(factor.id for factor in ranking.factors),
        tuple(flag for flag in ranking.flags if flag != "verify"),
    )


def answers(found: Iterable[Ranking | Answer]) -> list[Answer]:
    """Return what is compared of whatever a contestant gave."""
    return [each if isinstance(each, Answer) else answer_of(each) for each in found]


def ours(policy: CompiledPolicy) -> Contestant:
    """Rank with this engine: reasons, matched facts and ``changes_at`` included."""
    until = policy.document.in_force[-1].to
    return lambda case: rank(case, policy, NOW, until)


def by_hand() -> Contestant:
    """Rank by the code written by hand."""
    return ranker(NOW)


def by_peer(policy: FlatPolicy, evaluate: Evaluate) -> Contestant:
    """Rank with a peer, from the same facts."""
    flatten = Flattener(frozenset().union(*[facts_of(rule.holds) for rule in policy.rules()])).flatten
    conclude = Concluder(policy, NOW).conclude
    return lambda case: conclude(case, evaluate(flatten(case.facts)))


def seconds(rank_one: Contestant, found: Iterable[RankInput]) -> float:
    """Return the processor time of ranking a set; what stands in memory beforehand is no matter of the collector's."""
    gc.collect()
    gc.freeze()
    began = time.process_time()
    for case in found:
        rank_one(case)
    spent = time.process_time() - began
    gc.unfreeze()
    return spent


def check(answers: Mapping[str, list[Answer]]) -> None:
    """Raise AssertionError where contestants differ."""
    (first, expected), *others = answers.items()
    for name, found in others:
        differing = [number for number, pair in enumerate(zip(expected, found, strict=True)) if pair[0] != pair[1]]
        if differing:
            number = differing[0]
            raise AssertionError(
                f"{len(differing)} answers of {first} and {name} differ: {expected[number]} {found[number]}"
            )


def measure(count: int, rounds: int) -> dict[str, Any]:
    """Return the part ``engine`` of bench.json: the same answers first, then medians over fresh sets of cases."""
    find_peers()
    flat, policy = flat_policy(), compiled(POLICY)
    contestants: dict[str, Contestant] = {
        _OURS: ours(policy),
        BY_HAND: by_hand(),
        **{name: by_peer(flat, make(flat)) for name, make in PEERS.items()},
    }
    checked = cases(count, seed=0)
    check({name: answers(map(rank_one, checked)) for name, rank_one in contestants.items()})
    spent: dict[str, list[float]] = {name: [] for name in contestants}
    for seed in range(1, rounds + 1):
        found = cases(count, seed)
        for name, rank_one in contestants.items():
            spent[name].append(seconds(rank_one, found))
    rates = {name: round(count / median(each)) for name, each in spent.items()}
    own = rates.pop(_OURS)
    fastest = max(rate for name, rate in rates.items() if name != BY_HAND)
    return {
        "cases": count,
        "policy": POLICY,
        "cases_per_second": own,
        "ratio_to_fastest_peer": round(own / fastest, 1),
        "times_of_plain_python": round(rates[BY_HAND] / own, 1),
        "peers": rates,
    }

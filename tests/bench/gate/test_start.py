"""Each function starts for less than a handler in the style of the best-known blueprint."""

from __future__ import annotations

from statistics import median

import pytest

from tests.bench.start.measure import BLUEPRINT, FUNCTIONS, compile_modules, probe

LEAST_ROUNDS, MOST_ROUNDS = 3, 11


@pytest.mark.timeout(600)
def test_each_function_starts_for_less_than_the_blueprint() -> None:
    """What else runs comes and goes: each start is compared with one of the same moment, and a doubt asks for more."""
    compile_modules()
    ratios: dict[str, list[float]] = {name: [] for name in FUNCTIONS}
    for number in range(1, MOST_ROUNDS + 1):
        for name in FUNCTIONS:
            ratios[name].append(probe(name)["ms"] / probe(BLUEPRINT)["ms"])
        if number >= LEAST_ROUNDS and not _slower(ratios):
            break
    assert _slower(ratios) == {}


def _slower(ratios: dict[str, list[float]]) -> dict[str, float]:
    return {name: round(median(found), 2) for name, found in ratios.items() if median(found) >= 1}

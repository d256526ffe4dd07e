"""Each function starts for less than a handler in the style of the best-known blueprint."""

from __future__ import annotations

from tests.bench.start.measure import BLUEPRINT, FUNCTIONS, probe

ROUNDS = 2


def test_each_function_starts_for_less_than_the_blueprint() -> None:
    least = {name: min(probe(name)["ms"] for _ in range(ROUNDS)) for name in (BLUEPRINT, *FUNCTIONS)}
    slower = {name: round(ms / least[BLUEPRINT], 2) for name, ms in least.items() if ms > least[BLUEPRINT]}
    assert slower == {}

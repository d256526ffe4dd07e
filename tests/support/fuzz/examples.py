"""Many examples of what a strategy makes, each a case of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, Phase, given, settings

from tests.support.proofs.sizes import FULL

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_EXAMPLE = TypeVar("_EXAMPLE")


def try_many(strategy: SearchStrategy[_EXAMPLE], examples: int, tried: Callable[[_EXAMPLE], None]) -> None:
    """Try so many examples: always the same ones in the small run, others each time in the full one."""

    @settings(
        max_examples=examples,
        derandomize=not FULL,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def run(example: _EXAMPLE) -> None:
        tried(example)

    run()

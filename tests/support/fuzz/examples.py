"""Run a check with many examples of a hypothesis strategy."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from hypothesis import HealthCheck, Phase, given, settings

from tests.support.proofs.sizes import FULL

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy

_EXAMPLE = TypeVar("_EXAMPLE")


def try_many(strategy: SearchStrategy[_EXAMPLE], examples: int, check: Callable[[_EXAMPLE], None]) -> None:
    """Run a check with examples of a strategy.

    Args:
        strategy: Makes the examples: the same ones in each small run, and new ones in each full run.
        examples: The number of examples.
        check: The check.
    """

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
        check(example)

    run()

"""What every test gets: no real credentials (``environment``), and a system where it asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import tests.environment
from tests.system import System, running

assert tests.environment.REGION


@pytest.fixture
def system() -> Iterator[System]:
    """A system of one's own: empty table, empty queues, the clock at 24 November 2026, 15:00 UTC."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def untouched() -> Iterator[System]:
    """A system that a module's tests share, because none of them may leave anything in it."""
    with running() as found:
        yield found
        assert found.items() == []

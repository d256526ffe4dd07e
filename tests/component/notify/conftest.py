"""A system that the tests of a module share, where each brings a person of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clouds import backend_of
from tests.support.system import System, running


@pytest.fixture(scope="module")
def shared_in_memory() -> Iterator[System]:
    """A system in memory whose clock only moves on; what is in it may be another test's."""
    with running("memory") as found:
        yield found


@pytest.fixture(scope="module")
def shared_on_moto() -> Iterator[System]:
    """The same on moto."""
    with running("moto") as found:
        yield found


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> System:
    """The module's system, on the backend that the test asks for."""
    found: System = request.getfixturevalue(SHARED[backend_of(request.node)])
    return found


SHARED = {"memory": "shared_in_memory", "moto": "shared_on_moto"}

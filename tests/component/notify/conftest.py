"""A system that the tests of a module share; each test files requests for persons of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clouds import backend_of
from tests.support.system import System, running


@pytest.fixture(scope="module")
def shared_in_memory() -> Iterator[System]:
    """A system in memory, which also contains the records of earlier tests; its clock is never set back."""
    with running("memory") as found:
        yield found


@pytest.fixture(scope="module")
def shared_on_moto() -> Iterator[System]:
    """A shared system on moto."""
    with running("moto") as found:
        yield found


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> System:
    """The shared system on the backend that the test requires."""
    found: System = request.getfixturevalue(SHARED[backend_of(request.node)])
    return found


SHARED = {"memory": "shared_in_memory", "moto": "shared_on_moto"}

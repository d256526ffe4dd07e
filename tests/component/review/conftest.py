"""A system whose staff API is held to its document: every answer, and every body that was accepted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clouds import backend_of, cloud
from tests.support.staff_api_contract import Documented


@pytest.fixture(scope="module")
def shared_in_memory() -> Iterator[Documented]:
    """A system that the tests of a module share."""
    with cloud("memory") as found:
        yield Documented(found)


@pytest.fixture(scope="module")
def shared_on_moto() -> Iterator[Documented]:
    """The same on moto: to start one takes longer than most tests."""
    with cloud("moto") as found:
        yield Documented(found)


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> Documented:
    """The module's system, with what earlier tests left in it, on the backend that the test asks for."""
    found: Documented = request.getfixturevalue(SHARED[backend_of(request.node)])
    return found


@pytest.fixture
def system(shared: Documented) -> Documented:
    """The module's system as if it had just been started: nothing in it, the clock at the start."""
    shared.empty()
    return shared


SHARED = {"memory": "shared_in_memory", "moto": "shared_on_moto"}

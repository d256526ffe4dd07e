"""A system that checks every response and every accepted body of the staff API against its OpenAPI document."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clouds import backend_of, cloud
from tests.support.staff_api_contract import Documented


@pytest.fixture(scope="module")
def shared_in_memory() -> Iterator[Documented]:
    """Provide an in-memory system that the tests of a module share."""
    with cloud("memory") as found:
        yield Documented(found)


@pytest.fixture(scope="module")
def shared_on_moto() -> Iterator[Documented]:
    """Provide a shared system on moto, because to start one takes longer than most tests."""
    with cloud("moto") as found:
        yield Documented(found)


@pytest.fixture
def shared(request: pytest.FixtureRequest) -> Documented:
    """Provide the shared system with the data of earlier tests, on the backend that the test requires."""
    found: Documented = request.getfixturevalue(SHARED[backend_of(request.node)])
    return found


@pytest.fixture
def system(shared: Documented) -> Documented:
    """Provide the shared system as new: empty, with the clock at the start."""
    shared.empty()
    return shared


SHARED = {"memory": "shared_in_memory", "moto": "shared_on_moto"}

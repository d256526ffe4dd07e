"""A system whose staff API is held to its document: every answer, and every body that was accepted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.clouds import cloud
from tests.support.staff_api_contract import Documented


@pytest.fixture(scope="module")
def shared() -> Iterator[Documented]:
    """A system that a module's tests share: to start one takes longer than most of them."""
    with cloud() as found:
        yield Documented(found)


@pytest.fixture
def system(shared: Documented) -> Documented:
    """The module's system as if it had just been started: nothing in it, the clock at the start."""
    shared.empty()
    return shared

"""A system that the tests of a module share, where each brings a person of its own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.system import System, running


@pytest.fixture(scope="module")
def shared() -> Iterator[System]:
    """A system whose clock only moves on; what is in it may be another test's."""
    with running() as found:
        yield found

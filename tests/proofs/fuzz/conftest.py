"""Fixtures of the fuzz tests: a local run for each module, and fast systems in process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.large_dockets import fast_system
from tests.support.local.local_system import Local, running
from tests.support.system import System


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local run for the module, initially empty."""
    with running(tmp_path_factory.mktemp("local")) as found:
        yield found


@pytest.fixture
def system() -> Iterator[System]:
    """A new system whose table can be read often."""
    with fast_system() as found:
        yield found

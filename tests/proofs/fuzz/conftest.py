"""What the tests of this folder get: a local system for each module, and systems in process whose table is quick."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.large_dockets import fast_system
from tests.support.local.local_system import Local, running
from tests.support.system import System


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local system of the module's own, empty at first."""
    with running(tmp_path_factory.mktemp("local")) as found:
        yield found


@pytest.fixture
def system() -> Iterator[System]:
    """A system of one's own, which is searched again and again."""
    with fast_system() as found:
        yield found

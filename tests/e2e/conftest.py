"""One local system for each module of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.local.local_system import Local, running


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local system of the module's own, empty at first."""
    with running(tmp_path_factory.mktemp("local")) as found:
        yield found

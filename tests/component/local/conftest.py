from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.local.local_run import LocalRun


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """A local run of the fixture template."""
    local = LocalRun(tmp_path_factory.mktemp("local"), CLOCK="echo.clock:now")
    local.wait_until_ready()
    yield local
    assert local.stop() == 0

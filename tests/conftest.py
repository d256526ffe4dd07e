"""What every test gets: no real credentials, and a system where it asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system import REGION, System, running


@pytest.fixture(scope="session", autouse=True)
def _environment() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
            patch.setenv(name, "testing")
        patch.setenv("AWS_DEFAULT_REGION", REGION)
        patch.setenv("POWERTOOLS_METRICS_NAMESPACE", "CaseReview")
        patch.setenv("POWERTOOLS_SERVICE_NAME", "test")
        yield


@pytest.fixture
def system() -> Iterator[System]:
    """A system of one's own: empty table, empty queues, the clock at 24 November 2026, 15:00 UTC."""
    with running() as found:
        yield found


@pytest.fixture(scope="module")
def untouched() -> Iterator[System]:
    """A system that a module's tests share, because none of them may leave anything in it."""
    with running() as found:
        yield found
        assert found.items() == []

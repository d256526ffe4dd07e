"""What every test gets: no real credentials, and a system where it asks for one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.system import REGION, System, running


@pytest.fixture(autouse=True)
def _environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "CaseReview")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "test")


@pytest.fixture
def system() -> Iterator[System]:
    """A system of one's own: empty table, empty queues, the clock at 24 November 2026, 15:00 UTC."""
    with running() as found:
        yield found

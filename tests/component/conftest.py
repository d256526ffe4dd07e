"""Check every API call of a test against the table of routes: its row must list the problem type of the response."""

from __future__ import annotations

import pytest

from tests.support.problem_types import hold_every_call


@pytest.fixture(autouse=True)
def _listed_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_every_call(monkeypatch)

"""Every call of an API is held to its table of routes: no route answers with a problem type that its row lacks."""

from __future__ import annotations

import pytest

from tests.support.problem_types import hold_every_call


@pytest.fixture(autouse=True)
def _listed_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_every_call(monkeypatch)

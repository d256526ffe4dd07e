"""Internal errors are answered with problem documents without details."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.support.memory.aws import out_of_service
from tests.support.system import System, body

if TYPE_CHECKING:
    import pytest


def test_an_unknown_route_is_answered_with_a_problem_document(system: System) -> None:
    answer = system.call("GET", "/nowhere")
    assert (answer.status, answer.content_type) == (404, "application/problem+json")


def test_an_internal_error_is_answered_without_details(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.cloud.backend, "get", out_of_service)
    answer = system.call("POST", "/requests", body())
    assert (answer.status, answer.content_type) == (503, "application/problem+json")
    assert "ResourceNotFound" not in answer.body

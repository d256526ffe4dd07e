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


def test_an_internal_error_is_logged_with_the_route_and_the_case_and_no_receipt(
    system: System, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    filed = system.file(body())
    case_id = system.case_of(filed).case_id
    monkeypatch.setattr(system.cloud.backend, "transact", out_of_service)
    assert system.on(filed, "POST", "/updates", {"statement": "Look again."}).status == 503
    [line] = [vars(record) for record in caplog.records if record.getMessage() == "a request failed"]
    assert (line["route"], line["case_id"]) == ("POST /requests/{receipt}/updates", case_id)
    assert (line["code"], line["operation"]) == ("ResourceNotFoundException", "GetItem")
    assert filed["receipt"] not in repr(line)

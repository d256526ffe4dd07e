"""Small answers of the public API that clients and people rely on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.system import System, body

KEY = "Idempotency-Key"


@pytest.mark.parametrize("key", ["x" * 15, "x" * 129])
@pytest.mark.parametrize("sent", [{}, {"requester": {"role": "king"}}, "no JSON"])
def test_a_malformed_key_is_refused_before_the_body_is_read(system: System, key: str, sent: object) -> None:
    answer = system.call("POST", "/requests", sent, {KEY: key})
    (error,) = answer.json()["errors"]
    assert (answer.status, error["pointer"], error["code"]) == (400, KEY, "invalid_idempotency_key")


def test_an_empty_body_without_a_content_type_is_an_empty_object(system: System) -> None:
    answer = system.call("POST", "/requests")
    assert answer.status == 422
    assert {error["code"] for error in answer.json()["errors"]} == {"required"}


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_only_allowed_value_is_named_as_in_json(system: System, language: str) -> None:
    filed = system.file(body())
    headers = {"Authorization": f"Bearer {filed['access_code']}", "Accept-Language": language}
    answer = system.call("POST", f"/requests/{filed['receipt']}/withdrawal", {"undo": False}, headers)
    (error,) = answer.json()["errors"]
    assert (answer.status, error["pointer"]) == (422, "/undo")
    assert "true" in error["message"]
    assert "True" not in error["message"]


@pytest.mark.parametrize("stated", [{"language": "fr"}, {"spoken_language": "quc"}, {"interpreter": True}])
def test_another_language_is_no_changed_contact(system: System, stated: dict[str, Any]) -> None:
    filed = system.file(body())
    assert system.on(filed, "POST", "/updates", {"contact": stated}).status == 202
    assert system.look_up(filed)["contact_changed_at"] is None
    system.on(filed, "POST", "/updates", {"contact": {**stated, "phone": None}})
    assert system.look_up(filed)["contact_changed_at"] is not None

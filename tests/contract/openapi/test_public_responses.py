"""Every response of the public API matches its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from casereview.store.transaction import put_over
from infra.paths import ROOT
from tests.support.memory.aws import out_of_service
from tests.support.system import Answer, System, body

DOCUMENT = json.loads((ROOT / "docs/openapi.json").read_text(encoding="utf-8"))
SISTER = {"role": "family", "name": "Eva Example", "contact": {"email": "eva@example.org", "language": "es"}}
RECEIPT = "/requests/{receipt}"
WRONG = {"receipt": "0W40-J2GB-1G6G-W3RG-3", "access_code": "0000"}


@cache
def _documented(method: str, path: str, status: int) -> tuple[str, Draft202012Validator]:
    """Return the documented media type and schema of a response."""
    answers = DOCUMENT["paths"][path][method.lower()]["responses"]
    answer = answers[str(status)]
    if "$ref" in answer:
        answer = DOCUMENT["components"]["responses"][answer["$ref"].rpartition("/")[2]]
    ((media_type, content),) = answer["content"].items()
    schema = {**content["schema"], "components": DOCUMENT["components"]}
    return media_type, Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def _hold(method: str, path: str, answer: Answer, status: int) -> Any:  # noqa: ANN401  # any JSON
    """Check a response against the document, and return its body."""
    assert answer.status == status, answer.body
    media_type, schema = _documented(method, path, status)
    assert answer.content_type == media_type
    schema.validate(answer.json())
    return answer.json()


def _change(system: System, filed: Mapping[str, str], what: str, given: object, status: int) -> None:
    _hold("POST", f"{RECEIPT}/{what}", system.on(filed, "POST", f"/{what}", given), status)


def _read(system: System, filed: Mapping[str, str], status: int = 200) -> Any:  # noqa: ANN401  # any JSON
    return _hold("GET", RECEIPT, system.on(filed, "GET"), status)


def _file(system: System, given: object, status: int = 201, key: str | None = None) -> Any:  # noqa: ANN401  # any JSON
    headers = {"Idempotency-Key": key} if key is not None else {}
    return _hold("POST", "/requests", system.call("POST", "/requests", given, headers), status)


def test_the_responses_over_the_life_of_a_request_are_documented(system: System) -> None:
    filed = _file(system, body())
    assert _read(system, filed)["status"] == "received"
    system.pump()
    assert _read(system, filed)["people_ahead"] == 0
    _change(system, filed, "updates", {"statement": "More."}, 202)
    _change(system, filed, "escalation", {"statement": "Look again."}, 409)
    _decide(system, filed)
    assert _read(system, filed)["status"] == "decided"
    _change(system, filed, "updates", {"statement": "More."}, 409)
    _change(system, filed, "escalation", {"statement": "Look again."}, 202)
    _change(system, filed, "withdrawal", None, 202)
    assert _read(system, filed)["status"] == "withdrawn"


def _decide(system: System, filed: Mapping[str, str]) -> None:
    case = system.case_of(filed)
    decided = case.evolve(status="decided", version=case.version + 1, rank_at=None)
    system.intake.table.write(put_over(decided, version=case.version))


def test_the_response_to_an_incomplete_request_is_documented(system: System) -> None:
    filed = _file(system, {"requester": SISTER, "subject": {"family_name": "Example"}, "grounds": "x"})
    assert filed["deficiencies"]
    system.pump()
    assert _read(system, filed)["disclosure"] == "limited"


@pytest.mark.parametrize(
    ("given", "key", "status"),
    [
        ("{", None, 400),
        (body(), "short", 400),
        (body(grounds=None), None, 422),
        (body(other="x" * 256 * 1024), None, 413),
    ],
)
def test_the_refusals_of_a_request_are_documented(system: System, given: object, key: str | None, status: int) -> None:
    _file(system, given, status, key)


def test_the_refusal_of_a_reused_idempotency_key_is_documented(system: System) -> None:
    _file(system, body(), key="0123456789abcdef")
    _file(system, body(grounds="Other words."), 422, "0123456789abcdef")


@pytest.mark.parametrize("what", ["updates", "withdrawal", "escalation"])
def test_the_refusal_of_a_wrong_access_code_is_documented(system: System, what: str) -> None:
    _change(system, WRONG, what, {"statement": "x"}, 404)
    _read(system, WRONG, 404)


@pytest.mark.parametrize("what", ["updates", "withdrawal", "escalation"])
@pytest.mark.parametrize(("given", "status"), [("[]", 400), ({"x": 1}, 422), ({"x": "x" * 256 * 1024}, 413)])
def test_the_refusals_of_commands_are_documented(system: System, what: str, given: object, status: int) -> None:
    _change(system, system.file(body()), what, given, status)


@pytest.mark.parametrize("query", ["state=TX&county=Webb", "state=ca", "state=TX&county=Nowhere"])
def test_the_response_with_field_offices_is_documented(system: System, query: str) -> None:
    _hold("GET", "/field-offices", system.call("GET", f"/field-offices?{query}"), 200)


@pytest.mark.parametrize("query", ["", "?state=ZZ"])
def test_the_refusal_of_a_missing_or_unknown_state_is_documented(system: System, query: str) -> None:
    _hold("GET", "/field-offices", system.call("GET", f"/field-offices{query}"), 422)


@pytest.mark.parametrize("query", ["", "?language=ht", "?language=quc", "?language=not+a+tag"])
def test_the_response_with_the_notice_is_documented(system: System, query: str) -> None:
    _hold("GET", "/notice", system.call("GET", f"/notice{query}"), 200)


def test_the_response_to_an_outage_is_documented(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.cloud.backend, "get", out_of_service)
    _file(system, body(), 503)
    _read(system, WRONG, 503)

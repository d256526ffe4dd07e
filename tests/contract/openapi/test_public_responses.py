"""Every response of the public API matches its OpenAPI document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from infra.paths import ROOT
from tests.support.memory.aws import out_of_service
from tests.support.staff import OFFICER, ask, claimed, decide
from tests.support.standing import recognized
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
    recognized(system, filed)
    assert _read(system, filed)["status"] == "in_line"
    assert _read(system, filed)["usual_wait"]["office"] == "ATL"
    _change(system, filed, "updates", {"statement": "More."}, 202)
    _change(system, filed, "escalation", {"statement": "Look again."}, 409)
    system.pump()
    case_id = system.case_of(filed).case_id
    system.work(OFFICER, case_id, "claim")
    ask(system, OFFICER, case_id)
    assert [each["text"] for each in _read(system, filed)["asked_for"]] == ["Proof of residence."]
    _change(system, filed, "updates", {"statement": "Here it is."}, 202)
    system.pump()
    system.work(OFFICER, case_id, "claim")
    decide(system, OFFICER, case_id, outcome="declined")
    assert _read(system, filed)["decision"]["reasons"] == ["You have family here."]
    _change(system, filed, "updates", {"statement": "More."}, 409)
    _change(system, filed, "escalation", {"statement": "Look again."}, 202)
    assert _read(system, filed)["status"] == "with_senior_official"
    _change(system, filed, "withdrawal", None, 202)
    assert _read(system, filed)["withdrawal"]["waits"] is False
    _change(system, filed, "withdrawal", {"undo": True}, 202)
    system.later(days=1)
    _change(system, filed, "withdrawal", {}, 202)
    system.later(hours=73)
    _change(system, filed, "withdrawal", {"undo": True}, 409)
    assert _read(system, filed)["status"] == "withdrawn"


@pytest.mark.parametrize("requester", [{}, SISTER], ids=["self", "third party"])
def test_the_responses_to_an_unverified_holder_are_documented(system: System, requester: dict[str, Any]) -> None:
    held = claimed(system, requester=requester)
    unverified = _read(system, held.filed)
    assert (unverified["status"], unverified["disclosure"]) == ("received", "limited")
    asked = {"codes": ["prove_authority" if requester else "prove_identity"]}
    system.work(OFFICER, held.case_id, "information-requests", asked)
    assert _read(system, held.filed)["asked_for"][0]["answer_by"] is None
    _change(system, held.filed, "escalation", {"statement": "Look again."}, 202)
    decide(system, OFFICER, held.case_id)
    assert _read(system, held.filed)["status"] == "received"
    _change(system, held.filed, "updates", {"statement": "More."}, 202)


def test_the_responses_to_a_verified_third_party_are_documented(system: System) -> None:
    held = claimed(system, requester=SISTER)
    recognized(system, held.filed)
    assert (_read(system, held.filed)["status"], _read(system, held.filed)["disclosure"]) == ("in_review", "limited")
    decide(system, OFFICER, held.case_id)
    assert (_read(system, held.filed)["status"], _read(system, held.filed)["disclosure"]) == ("decided", "limited")


def test_the_refusal_beyond_the_bound_of_a_request_is_documented(system: System) -> None:
    filed = system.file(body())
    for _ in range(40):
        _change(system, filed, "updates", {"statement": "."}, 202)
    refused = system.on(filed, "POST", "/updates", {"statement": "."})
    assert _hold("POST", f"{RECEIPT}/updates", refused, 429)["type"] == "/problems/bound-reached"


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


@pytest.mark.parametrize("query", ["state=TX&county=Webb", "state=ca", "state=TX&county=Nowhere", "zip=78040"])
def test_the_response_with_field_offices_is_documented(system: System, query: str) -> None:
    _hold("GET", "/field-offices", system.call("GET", f"/field-offices?{query}"), 200)


@pytest.mark.parametrize("query", ["q=stew&state=GA", "q=jtf", "q=nowhere at all"])
def test_the_response_with_facilities_is_documented(system: System, query: str) -> None:
    _hold("GET", "/facilities", system.call("GET", f"/facilities?{query}"), 200)


@pytest.mark.parametrize(("query", "status"), [("?q=s", 400), ("", 400), ("?q=st&state=ZZ", 422)])
def test_the_refusals_of_a_text_for_suggestions_are_documented(system: System, query: str, status: int) -> None:
    _hold("GET", "/facilities", system.call("GET", f"/facilities{query}"), status)


@pytest.mark.parametrize("query", ["", "?state=ZZ", "?zip=x"])
def test_the_refusal_of_a_missing_or_unknown_state_is_documented(system: System, query: str) -> None:
    _hold("GET", "/field-offices", system.call("GET", f"/field-offices{query}"), 422)


@pytest.mark.parametrize("query", ["", "?language=ht", "?language=quc", "?language=not+a+tag"])
def test_the_response_with_the_notice_is_documented(system: System, query: str) -> None:
    _hold("GET", "/notice", system.call("GET", f"/notice{query}"), 200)


def test_the_response_with_statistics_is_documented(system: System) -> None:
    system.duty("usual_wait")
    _hold("GET", "/statistics", system.call("GET", "/statistics"), 200)


def test_the_response_to_an_outage_is_documented(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system.cloud.backend, "get", out_of_service)
    _file(system, body(), 503)
    _read(system, WRONG, 503)

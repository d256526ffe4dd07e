"""Each reason of a refusal by the public API has a problem type or an error code of its own."""

from __future__ import annotations

import json

import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEvent

from casereview.store import keys
from casereview.store.transaction import RefusedError
from tests.support.contention import contention
from tests.support.problem_types import reason
from tests.support.staff import LAWYER, OFFICER, claimed, decide
from tests.support.standing import recognized
from tests.support.system import System, body

KEY = "0123456789abcdef"
WRONG = {"receipt": "0W40-J2GB-1G6G-W3RG-3", "access_code": "0000"}
LOOK_AGAIN = {"statement": "Look again."}


@pytest.mark.parametrize(
    ("sent", "type_", "code"),
    [
        ("{", "malformed", "not_json"),
        ("[]", "malformed", "not_an_object"),
        ('{"a": 1, "a": 2}', "malformed", "duplicate_key"),
        ("x" * (256 * 1024 + 1), "too-large", "too_large"),
        ('{"a": "\\ud800"}', "invalid", "unpaired_surrogate"),
        (json.dumps(body(grounds=None)), "invalid", "required"),
        (json.dumps(body(other=1)), "invalid", "unknown_field"),
        (json.dumps(body(subject={"born_on": "2199-01-01"})), "invalid", "in_the_future"),
    ],
)
def test_a_body_that_cannot_be_accepted(system: System, sent: str, type_: str, code: str) -> None:
    assert reason(system.call("POST", "/requests", sent))[:2] == (type_, code)


def test_a_body_that_is_not_the_base64_that_the_gateway_announces(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(APIGatewayProxyEvent, "is_base64_encoded", True)
    assert reason(system.call("POST", "/requests", "{")) == ("malformed", "not_base64", "")


def test_an_idempotency_key_that_is_too_short_or_was_used_for_another_request(system: System) -> None:
    short = system.call("POST", "/requests", body(), {"Idempotency-Key": "short"})
    assert reason(short) == ("malformed", "invalid_idempotency_key", "Idempotency-Key")
    system.file(body(), KEY)
    reused = system.call("POST", "/requests", body(grounds="Others."), {"Idempotency-Key": KEY})
    assert reason(reused) == ("key-reused", "key_reused", "Idempotency-Key")


def test_a_concurrent_request_with_the_same_key_and_a_case_that_keeps_changing(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise RefusedError({keys.case("C1"): None})

    with contention(times=1000, of=lambda key: key.pk.startswith("REQUEST#")):
        twin = system.call("POST", "/requests", body(), {"Idempotency-Key": KEY})
    assert reason(twin) == ("still-filing", "still_filing", "")
    monkeypatch.setattr(type(system.intake.table), "write", refuse)
    busy = system.call("POST", "/requests", body())
    assert (busy.status, busy.json()["type"], busy.json()["errors"]) == (503, "/problems/busy", [])


@pytest.mark.parametrize("what", ["", "/updates", "/withdrawal", "/escalation"])
def test_a_wrong_code_and_an_address_without_a_route(system: System, what: str) -> None:
    method = "POST" if what else "GET"
    assert reason(system.on(WRONG, method, what, LOOK_AGAIN)) == ("not-found", "no_such_request", "")
    assert reason(system.call("GET", "/nowhere")) == ("not-found", "no_such_route", "")


def test_an_empty_update_and_an_update_after_the_end(system: System) -> None:
    held = claimed(system)
    recognized(system, held.filed)
    assert reason(system.on(held.filed, "POST", "/updates", {})) == ("invalid", "nothing_to_change", "")
    decide(system, OFFICER, held.case_id)
    assert reason(system.on(held.filed, "POST", "/updates", LOOK_AGAIN)) == ("wrong-state", "case_ended", "")
    system.on(held.filed, "POST", "/withdrawal")
    assert reason(system.on(held.filed, "POST", "/updates", LOOK_AGAIN)) == ("wrong-state", "request_withdrawn", "")
    assert reason(system.on(held.filed, "POST", "/escalation", LOOK_AGAIN))[1] == "request_withdrawn"


def test_an_escalation_before_the_decision(system: System) -> None:
    """Of a requester without verification it is kept: the answer must not tell whether the case is decided."""
    held = claimed(system)
    recognized(system, held.filed)
    lawyer = system.file(body(requester=LAWYER))
    assert reason(system.on(held.filed, "POST", "/escalation", LOOK_AGAIN)) == ("not-decided", "not_decided", "")
    early = system.on(lawyer, "POST", "/escalation", LOOK_AGAIN)
    system.pump()
    decide(system, OFFICER, held.case_id)
    late = system.on(lawyer, "POST", "/escalation", LOOK_AGAIN)
    assert (early.status, early.body) == (202, late.body)


def test_an_unknown_state(system: System) -> None:
    assert reason(system.call("GET", "/field-offices?state=ZZ")) == ("invalid", "unknown_state", "state")

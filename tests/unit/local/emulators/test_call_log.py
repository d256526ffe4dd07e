from __future__ import annotations

import pytest

from infra.local.emulators.call_log import CallLog, invocation_of
from infra.local.http_server import HttpRequest
from infra.local.iam.required_actions import AwsRequest


def request(trace: str | None) -> HttpRequest:
    return HttpRequest("POST", "/", [("X-Amzn-Trace-Id", trace)] if trace else [])


@pytest.mark.parametrize(
    ("trace", "invocation"),
    [
        (None, None),
        ("Root=1-1-1;Sampled=0", None),
        ("Root=1-1-1;Sampled=0;Invocation=8d6c-1", "8d6c-1"),
        ("Invocation=8d6c-1;Sampled=0", "8d6c-1"),
        ("NoInvocation=8d6c-1", None),
    ],
)
def test_the_trace_id_tells_the_invocation(trace: str | None, invocation: str | None) -> None:
    assert invocation_of(request(trace)) == invocation


def test_calls_are_numbered_from_one_and_those_after_a_number_are_returned() -> None:
    log = CallLog()
    for operation in ("GetItem", "PutItem"):
        log.record("F", request("Invocation=i"), AwsRequest("dynamodb", operation, {}), ["arn:a", "arn:b", "arn:a"])
    first = {"n": 1, "function": "F", "request_id": "i", "action": "dynamodb:GetItem", "resource": "arn:a,arn:b"}
    assert log.since(0) == [first, {**first, "n": 2, "action": "dynamodb:PutItem"}]
    assert [call["n"] for call in log.since(1)] == [2]
    assert log.since(2) == log.since(99) == []


def test_the_oldest_calls_are_dropped_and_the_numbers_go_on() -> None:
    log = CallLog(most=3)
    for _ in range(5):
        log.record("F", request(None), AwsRequest("kms", "Decrypt", {}), ["*"])
    assert [call["n"] for call in log.since(0)] == [3, 4, 5]
    assert [call["n"] for call in log.since(3)] == [4, 5]
    assert [call["n"] for call in log.since(4)] == [5]


def test_the_path_of_a_call_is_not_recorded() -> None:
    log = CallLog()
    log.record("F", request(None), AwsRequest("ses", "DELETE /v2/email/x/ana@example.org", {}), ["*"])
    assert log.since(0)[0]["action"] == "ses:DELETE"

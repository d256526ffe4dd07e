from __future__ import annotations

import json

import pytest

from infra.local.lambda_runtime.event_source_mappings import messages_to_delete, sqs_record
from infra.local.lambda_runtime.runtime_api import InvocationResult

MESSAGES = [{"MessageId": name, "ReceiptHandle": name, "Body": "{}", "MD5OfBody": ""} for name in "abc"]


def left(payload: object, *, kind: str = "ok", reports: bool = True) -> str:
    outcome = InvocationResult(kind, json.dumps(payload).encode())
    return "".join(message["MessageId"] for message in messages_to_delete(MESSAGES, outcome, reports_failures=reports))


def test_messages_that_did_not_fail_are_deleted() -> None:
    assert left({"batchItemFailures": [{"itemIdentifier": "b"}]}) == "ac"


@pytest.mark.parametrize("payload", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_empty_report_means_that_all_went_well(payload: object) -> None:
    assert left(payload) == "abc"


@pytest.mark.parametrize(
    "payload",
    [{"batchItemFailures": [{"itemIdentifier": name}]} for name in ("", "x", None)]
    + [{"batchItemFailures": [{}]}, ["a"]],
)
def test_a_report_that_makes_no_sense_fails_the_batch(payload: object) -> None:
    assert not left(payload)


def test_an_error_fails_the_batch() -> None:
    assert not left({"batchItemFailures": []}, kind="error")


def test_without_the_report_a_batch_goes_as_a_whole() -> None:
    assert left({"batchItemFailures": [{"itemIdentifier": "b"}]}, reports=False) == "abc"


def test_a_record_names_its_queue_and_its_attributes() -> None:
    message = {
        **MESSAGES[0],
        "Attributes": {"ApproximateReceiveCount": "2"},
        "MessageAttributes": {"n": {"StringValue": "v", "DataType": "String"}},
    }
    found = sqs_record(message, "arn:q")
    assert (found["eventSourceARN"], found["attributes"]) == ("arn:q", {"ApproximateReceiveCount": "2"})
    assert found["messageAttributes"]["n"]["stringValue"] == "v"

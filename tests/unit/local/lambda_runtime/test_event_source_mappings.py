from __future__ import annotations

import json
from typing import Any

import pytest

from infra.local.lambda_runtime.event_source_mappings import messages_to_delete, read_mappings, sqs_record
from infra.local.lambda_runtime.runtime_api import InvocationResult
from infra.local.template.loader import TemplateError
from tests.support.local.stacks import function_spec, stack_of

MESSAGES = [{"MessageId": name, "ReceiptHandle": name, "Body": "{}", "MD5OfBody": ""} for name in "abc"]


def left(payload: object, *, kind: str = "ok", reports: bool = True) -> str:
    outcome = InvocationResult(kind, json.dumps(payload).encode())
    return "".join(message["MessageId"] for message in messages_to_delete(MESSAGES, outcome, reports_failures=reports))


def test_messages_that_did_not_fail_are_deleted() -> None:
    assert left({"batchItemFailures": [{"itemIdentifier": "b"}]}) == "ac"


@pytest.mark.parametrize("payload", [None, {}, {"batchItemFailures": []}, {"batchItemFailures": None}])
def test_an_empty_failure_report_deletes_the_whole_batch(payload: object) -> None:
    assert left(payload) == "abc"


@pytest.mark.parametrize(
    "payload",
    [{"batchItemFailures": [{"itemIdentifier": name}]} for name in ("", "x", None)]
    + [{"batchItemFailures": [{}]}, ["a"]],
)
def test_an_invalid_failure_report_keeps_the_whole_batch(payload: object) -> None:
    assert not left(payload)


def test_an_error_of_the_handler_keeps_the_whole_batch() -> None:
    assert not left({"batchItemFailures": []}, kind="error")


def test_without_partial_batch_responses_the_whole_batch_is_deleted() -> None:
    assert left({"batchItemFailures": [{"itemIdentifier": "b"}]}, reports=False) == "abc"


def test_a_record_contains_queue_arn_and_attributes() -> None:
    message = {
        **MESSAGES[0],
        "Attributes": {"ApproximateReceiveCount": "2"},
        "MessageAttributes": {"n": {"StringValue": "v", "DataType": "String"}},
    }
    found = sqs_record(message, "arn:q")
    assert (found["eventSourceARN"], found["attributes"]) == ("arn:q", {"ApproximateReceiveCount": "2"})
    assert found["messageAttributes"]["n"]["stringValue"] == "v"


QUEUE_ARN = "arn:aws:sqs:us-east-1:123456789012:work"
READ_QUEUE = {"Effect": "Allow", "Action": "sqs:*", "Resource": QUEUE_ARN}


def mappings(statement: dict[str, Any] = READ_QUEUE, **properties: object) -> Any:  # noqa: ANN401
    """Return the mappings of a template with a queue and one mapping for it."""
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "work", "VisibilityTimeout": 30}}
    mapping = {"EventSourceArn": QUEUE_ARN, "FunctionName": "f", **properties}
    resources = {"Q": queue, "M": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": mapping}}
    functions = {"F": function_spec()}
    return read_mappings(stack_of(resources), functions, {"role": [{"Statement": [statement]}]})


def test_a_mapping_has_the_settings_of_the_template() -> None:
    [mapping] = mappings(BatchSize=5, MaximumBatchingWindowInSeconds=2)
    assert (mapping.queue_arn, mapping.batch_size, mapping.window) == (QUEUE_ARN, 5, 2.0)
    assert not mapping.reports_failures


def test_a_mapping_with_filter_criteria_is_rejected() -> None:
    with pytest.raises(TemplateError, match="M: the local run does not support FilterCriteria"):
        mappings(FilterCriteria={"Filters": [{"Pattern": "{}"}]})


def test_a_mapping_of_a_queue_outside_the_template_is_rejected() -> None:
    with pytest.raises(TemplateError, match="only queues of the template"):
        mappings(EventSourceArn=f"{QUEUE_ARN}-other")


def test_a_mapping_whose_role_may_not_read_the_queue_is_rejected() -> None:
    receive = {**READ_QUEUE, "Action": "sqs:ReceiveMessage"}
    with pytest.raises(TemplateError, match=r"role lacks sqs:DeleteMessage, sqs:GetQueueAttributes"):
        mappings(receive)

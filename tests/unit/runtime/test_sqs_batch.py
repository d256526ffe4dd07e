"""Partial batch responses of an SQS event source."""

from __future__ import annotations

import io
import json
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger

from casereview.runtime.sqs_batch import SqsRecord, process_records

RECORDS = [{"messageId": str(number), "body": f"body-{number}"} for number in range(4)]


class BrokenError(Exception):
    """An error whose message contains the body of a record."""


def run(failing: set[str]) -> tuple[dict[str, list[dict[str, str]]], list[str], list[dict[str, object]]]:
    """Process all records; return the response, the processed bodies and the log entries."""
    stream, done = io.StringIO(), []

    def work(record: SqsRecord) -> None:
        done.append(record["body"])
        if record["messageId"] in failing:
            raise BrokenError(record["body"])

    answer = process_records(RECORDS, work, Logger(service=uuid4().hex, stream=stream))
    return answer, done, [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("failing", [set(), {"0"}, {"1", "3"}, {"0", "1", "2", "3"}])
def test_all_records_are_processed_and_only_the_failed_ones_are_returned(failing: set[str]) -> None:
    answer, done, _logged = run(failing)
    assert answer == {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(failing)]}
    assert done == [record["body"] for record in RECORDS]


def test_an_empty_batch_has_no_failures() -> None:
    assert process_records([], print, Logger(service="none")) == {"batchItemFailures": []}


def test_the_log_contains_error_type_and_message_id_and_no_body() -> None:
    _answer, _done, logged = run({"2"})
    [line] = [line for line in logged if line["level"] == "ERROR"]
    assert (line["error"], line["message_id"]) == ("BrokenError", "2")
    assert "body-2" not in json.dumps(logged)


def test_keyboard_interrupt_is_not_suppressed() -> None:
    def work(_record: SqsRecord) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process_records(RECORDS, work, Logger(service="none"))

from __future__ import annotations

import io
import json
from uuid import uuid4

import pytest
from aws_lambda_powertools import Logger

from casereview.runtime.sqs_batch import SqsRecord, each_record

RECORDS = [{"messageId": str(number), "body": f"body-{number}"} for number in range(4)]


class BrokenError(Exception):
    """What a record may raise, with a text that holds data."""


def run(failing: set[str]) -> tuple[dict[str, list[dict[str, str]]], list[str], list[dict[str, object]]]:
    """Return the answer, the bodies worked on, and what was logged."""
    stream, done = io.StringIO(), []

    def work(record: SqsRecord) -> None:
        done.append(record["body"])
        if record["messageId"] in failing:
            raise BrokenError(record["body"])

    answer = each_record(RECORDS, work, Logger(service=uuid4().hex, stream=stream))
    return answer, done, [json.loads(line) for line in stream.getvalue().splitlines()]


@pytest.mark.parametrize("failing", [set(), {"0"}, {"1", "3"}, {"0", "1", "2", "3"}])
def test_only_the_records_that_failed_come_back_and_all_are_worked_on(failing: set[str]) -> None:
    answer, done, _logged = run(failing)
    assert answer == {"batchItemFailures": [{"itemIdentifier": number} for number in sorted(failing)]}
    assert done == [record["body"] for record in RECORDS]


def test_an_empty_batch_has_no_failures() -> None:
    assert each_record([], print, Logger(service="none")) == {"batchItemFailures": []}


def test_the_log_names_the_error_and_the_message_and_nothing_of_what_was_in_them() -> None:
    _answer, _done, logged = run({"2"})
    [line] = [line for line in logged if line["level"] == "ERROR"]
    assert (line["error"], line["message_id"]) == ("BrokenError", "2")
    assert "body-2" not in json.dumps(logged)


def test_what_ends_the_process_is_not_caught() -> None:
    def work(_record: SqsRecord) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        each_record(RECORDS, work, Logger(service="none"))

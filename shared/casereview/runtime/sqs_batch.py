"""Partial batch responses: one bad message comes back alone, and the others are done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from casereview.runtime.error_logging import Contained

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

SqsRecord = Mapping[str, str]


def each_record(
    records: Iterable[SqsRecord], work: Callable[[SqsRecord], None], logger: Logger
) -> dict[str, list[dict[str, str]]]:
    """Work on each record of an SQS event; return those that failed, for SQS to show again.

    Whatever a record raises, the next one is worked on; the log names the kind of the error, not its text.
    """
    failed = []
    for record in records:
        with Contained(logger, "a message failed", message_id=record["messageId"]) as attempt:
            work(record)
        if attempt.failed:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}

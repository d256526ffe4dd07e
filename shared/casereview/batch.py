"""Partial batch responses: one bad message comes back alone, and the others are done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

from casereview.faults import describe

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
        try:
            work(record)
        except Exception as error:  # noqa: BLE001  # any failure is this record's alone
            logger.error("a message failed", extra=_what(error, record))  # noqa: TRY400  # a traceback may hold data
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def _what(error: Exception, record: SqsRecord) -> dict[str, str]:
    return {**describe(error), "message_id": record["messageId"]}

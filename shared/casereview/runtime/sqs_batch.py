"""Process an SQS batch with partial batch responses: only the failed messages become visible again.

A message is begun only while the invocation has time for it: the others fail untouched, instead of all at the timeout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Final

from casereview.runtime.aws_clients import CALL
from casereview.runtime.error_logging import SuppressAndLog
from casereview.runtime.invocation import concerns, is_time_for, log_ids

if TYPE_CHECKING:
    from aws_lambda_powertools import Logger

SqsRecord = Mapping[str, str]
NEEDED: Final = 2 * CALL.seconds
"""The seconds that must be left, beyond those for the answer, for a message to be begun."""


def process_records(
    records: Iterable[SqsRecord], work: Callable[[SqsRecord], None], logger: Logger
) -> dict[str, list[dict[str, str]]]:
    """Process each record of an SQS event, and continue after a record that fails.

    Args:
        records: the records of the event.
        work: processes one record; any Exception that it raises is logged by its type, without its message.
        logger: the logger to use.

    Returns:
        The partial batch response, which lists the failed records.
    """
    failed = []
    for record in records:
        concerns()
        if not is_time_for(NEEDED):
            logger.warning("no time is left for a message", extra={"message_id": record["messageId"], **log_ids()})
            failed.append({"itemIdentifier": record["messageId"]})
            continue
        with SuppressAndLog(logger, "a message failed", message_id=record["messageId"]) as attempt:
            work(record)
        if attempt.failed:
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}

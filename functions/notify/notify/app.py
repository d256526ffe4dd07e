"""The Lambda handler of notify: messages of the notice queue and of the delivery event queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casereview.runtime.invocation import begin_invocation, concerns
from casereview.runtime.sqs_batch import SqsRecord, process_records
from casereview.schema.base import LENIENT, to_milliseconds
from casereview.schema.messages import NoticeMessage
from casereview.store import keys
from casereview.store.altered import mark_altered
from notify.delivery import deliver
from notify.delivery_events import handle_delivery_event
from notify.services import Services, logger, metrics, services

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def respond(use: Services, event: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Handle one SQS batch.

    Args:
        use: The services to use.
        event: The event that Lambda received.

    Returns:
        The partial batch response.
    """
    return process_records(event["Records"], lambda record: _handle_message(use, record), logger)


def _handle_message(use: Services, record: SqsRecord) -> None:
    try:
        if record["eventSourceARN"] == use.delivery_queue_arn:
            handle_delivery_event(use, record["body"])
        else:
            message = NoticeMessage.model_validate_json(record["body"], context=LENIENT, extra="ignore")
            concerns(case_id=message.case_id, notice=keys.notice_name(message.notice_id))
            deliver(use, message)
    finally:
        mark_altered(use.table, to_milliseconds(use.now()))


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Handle one event of SQS and return the partial batch response."""
    begin_invocation(event, context)
    return respond(services(), event)

"""The Lambda handler of notify: messages of the notice queue and of the delivery event queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casereview.runtime.sqs_batch import SqsRecord, process_records
from casereview.runtime.time_left import begin_invocation
from casereview.schema.base import LENIENT
from casereview.schema.messages import NoticeMessage
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
    if record["eventSourceARN"] == use.delivery_queue_arn:
        handle_delivery_event(use, record["body"])
    else:
        deliver(use, NoticeMessage.model_validate_json(record["body"], context=LENIENT, extra="ignore"))


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Handle one event of SQS and return the partial batch response."""
    begin_invocation(context)
    return respond(services(), event)

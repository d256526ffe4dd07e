"""The Lambda handler of notify: messages of the notice queue, and delivery events of a queue of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from casereview.runtime.sqs_batch import SqsRecord, process_records
from casereview.schema.base import LENIENT
from casereview.schema.messages import NoticeMessage
from notify.delivery import deliver
from notify.delivery_events import learn
from notify.services import Services, logger, metrics, services

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


def respond(use: Services, event: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Work on one SQS event with the services given."""
    return process_records(event["Records"], lambda record: _work(use, record), logger)


def _work(use: Services, record: SqsRecord) -> None:
    if record["eventSourceARN"] == use.delivery_queue_arn:
        learn(use, record["body"])
    else:
        deliver(use, NoticeMessage.model_validate_json(record["body"], context=LENIENT, extra="ignore"))


@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> dict[str, list[dict[str, str]]]:
    """Answer one event of SQS."""
    return respond(services(), event)

"""The Lambda handler of prioritize: messages of the rank queue, the schedule, and an operator's redrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from casereview.runtime.error_logging import SuppressAndLog
from casereview.runtime.sqs_batch import SqsRecord, process_records
from casereview.schema.base import LENIENT
from casereview.schema.errors import CaseReviewError
from casereview.schema.messages import PreviewMessage, RankMessage, ScheduledDuty
from prioritize.policy_preview import preview
from prioritize.policy_switch import switch
from prioritize.services import Services, logger, metrics, services
from prioritize.snapshot import snapshot
from prioritize.sweep import redrive, sweep
from prioritize.worker import rank_case

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class UnsentError(CaseReviewError):
    """A queue did not take what a tick sent; all else of the tick was done, and an alarm must say so."""


def tick(use: Services) -> dict[str, int]:
    """Do what the schedule asks for each minute: sweep, then let the policy in force follow the registry.

    Raises UnsentError in the end, where a queue refused some of what they sent.
    """
    done = {**sweep(use), **switch(use)}
    if done["unsent"] or done["refused"]:
        raise UnsentError
    return done


_DUTIES: dict[str, Callable[[Services], object]] = {"sweep": tick, "redrive": redrive, "snapshot": snapshot}


def respond(use: Services, event: dict[str, Any]) -> object:
    """Do what one event asks for, with the services given."""
    if "Records" in event:
        return process_records(event["Records"], lambda record: _rank(use, record), logger)
    return _DUTIES[ScheduledDuty.model_validate(event).duty](use)


_MESSAGE: TypeAdapter[RankMessage | PreviewMessage] = TypeAdapter(RankMessage | PreviewMessage)


def _rank(use: Services, record: SqsRecord) -> None:
    message = _MESSAGE.validate_json(record["body"], context=LENIENT, extra="ignore")
    if isinstance(message, RankMessage):
        rank_case(use, message.case_id)
    else:
        preview(use, message)


class FailedError(CaseReviewError):
    """A duty failed; the log says where. The runtime logs what a handler raises, so this says nothing of any case."""


@metrics.log_metrics
def handler(event: dict[str, Any], _context: LambdaContext) -> object:
    """Answer one event of SQS or the schedule. Raises FailedError."""
    with SuppressAndLog(logger, "a duty failed"):
        return respond(services(), event)
    raise FailedError

"""The Lambda handler of prioritize: rank queue messages, scheduled tasks, and an operator's redrive."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter

from casereview.runtime.error_logging import SuppressAndLog
from casereview.runtime.invocation import begin_invocation, concerns
from casereview.runtime.sqs_batch import SqsRecord, process_records
from casereview.schema.base import LENIENT
from casereview.schema.errors import CaseReviewError
from casereview.schema.messages import PreviewMessage, RankMessage, ScheduledDuty
from prioritize.bands import bands
from prioritize.draft_counts import recount_drafts
from prioritize.policy_preview import preview
from prioritize.policy_switch import switch
from prioritize.services import Services, logger, metrics, services
from prioritize.snapshot import snapshot
from prioritize.sweep import redrive, sweep
from prioritize.usual_wait import usual_wait
from prioritize.worker import rank_case

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class FailedError(CaseReviewError):
    """A scheduled task failed; the log has the details.

    The Lambda runtime logs whatever a handler raises, so this error has no text.
    """


class UnsentError(CaseReviewError):
    """SQS did not accept all messages of a tick. The rest of the tick was done; the error raises an alarm."""


def tick(use: Services) -> dict[str, int]:
    """Run the tasks of each minute: the sweep, then the policy switch, which runs whatever became of the sweep.

    Returns:
        The counts of both tasks.

    Raises:
        FailedError: A task failed; its error has been logged. Both tasks have been tried.
        UnsentError: SQS did not accept some of their messages. Both tasks have run.
    """
    counts: dict[str, int] = {}
    failed = False
    for task in (sweep, switch):
        with SuppressAndLog(logger, "a task of the tick failed", task=task.__name__) as attempt:
            counts |= task(use)
        failed |= attempt.failed
    if failed:
        raise FailedError
    if counts["unsent"] or counts["refused"]:
        raise UnsentError
    return counts


_DUTIES: dict[str, Callable[[Services], object]] = {
    "sweep": tick,
    "redrive": redrive,
    "snapshot": snapshot,
    "usual_wait": usual_wait,
    "bands": bands,
}


def respond(use: Services, event: dict[str, Any]) -> object:
    """Handle one event: an SQS batch, or a scheduled task by its name.

    Args:
        use: The services to use.
        event: The event that Lambda received.

    Returns:
        The partial batch response of an SQS batch, or the counts of a task.
    """
    if "Records" in event:
        return process_records(event["Records"], lambda record: _handle_message(use, record), logger)
    started = ScheduledDuty.model_validate(event)
    return recount_drafts(use, started.author) if started.author else _DUTIES[started.duty](use)


_MESSAGE: TypeAdapter[RankMessage | PreviewMessage] = TypeAdapter(RankMessage | PreviewMessage)


def _handle_message(use: Services, record: SqsRecord) -> None:
    message = _MESSAGE.validate_json(record["body"], context=LENIENT, extra="ignore")
    if isinstance(message, RankMessage):
        concerns(case_id=message.case_id)
        rank_case(use, message.case_id)
    else:
        concerns(policy=message.preview, office=message.office)
        preview(use, message)


@metrics.log_metrics
def handler(event: dict[str, Any], context: LambdaContext) -> object:
    """Handle one event of SQS or of the schedule.

    Raises:
        FailedError: A scheduled task failed; its error has been logged.
    """
    begin_invocation(event, context)
    with SuppressAndLog(logger, "a duty failed"):
        return respond(services(), event)
    raise FailedError

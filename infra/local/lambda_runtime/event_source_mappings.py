"""Event source mappings: polls queues and invokes functions with batches of messages, as Lambda does."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from infra.local.account import ACCOUNT, REGION
from infra.local.iam.policy_evaluation import Policy, allowed
from infra.local.lambda_runtime.activity import Activity
from infra.local.lambda_runtime.functions import FunctionSpec, find_function
from infra.local.lambda_runtime.lineage import Lineage, is_stopped, lineage_in, merged
from infra.local.lambda_runtime.runtime_api import InvocationResult
from infra.local.template.loader import TemplateError
from infra.local.template.stack import Stack

MAX_RECEIVED: Final = 10  # messages; SQS's limit for ReceiveMessage
WAIT: Final = 20  # seconds of a long poll
POLLERS: Final = 2  # threads per mapping; each polls and invokes
REQUIRED_ACTIONS: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")


@dataclass(frozen=True)
class EventSourceMapping:
    """One event source mapping of the template. `window` is the batching window in seconds."""

    function: FunctionSpec
    queue_arn: str
    queue_url: str
    batch_size: int
    window: float
    reports_failures: bool


def read_mappings(
    stack: Stack, functions: Mapping[str, FunctionSpec], policies: Mapping[str, list[Policy]]
) -> list[EventSourceMapping]:
    """Return all event source mappings of the template, checked as AWS does when it creates them.

    Raises:
        TemplateError: the source is not a queue of the template, the mapping has filter criteria, the function's role
            may not read the queue, or its visibility timeout is shorter than the function's timeout.
    """
    urls = {stack.get(name).attributes["Arn"]: name for name in stack.of_type("AWS::SQS::Queue")}
    found = []
    for name in stack.of_type("AWS::Lambda::EventSourceMapping"):
        properties = stack.properties(name)
        arn = properties["EventSourceArn"]
        if arn not in urls:
            raise TemplateError(f"{name}: the local run polls only queues of the template")
        if "FilterCriteria" in properties:
            raise TemplateError(f"{name}: the local run does not support FilterCriteria")
        mapping = _mapping(properties, find_function(functions, properties["FunctionName"]), stack.get(urls[arn]).ref)
        _check(name, mapping, policies.get(mapping.function.role, []), stack.properties(urls[arn]))
        found.append(mapping)
    return found


def _mapping(properties: Mapping[str, Any], function: FunctionSpec, url: str) -> EventSourceMapping:
    return EventSourceMapping(
        function=function,
        queue_arn=properties["EventSourceArn"],
        queue_url=url,
        batch_size=int(properties.get("BatchSize", 10)),
        window=float(properties.get("MaximumBatchingWindowInSeconds", 0)),
        reports_failures="ReportBatchItemFailures" in properties.get("FunctionResponseTypes", []),
    )


def _check(name: str, mapping: EventSourceMapping, policies: list[Policy], queue: Mapping[str, Any]) -> None:
    missing = [action for action in REQUIRED_ACTIONS if not allowed(policies, action, mapping.queue_arn)]
    if queue.get("KmsMasterKeyId"):
        key = queue["KmsMasterKeyId"]
        arn = key if key.startswith("arn:") else f"arn:aws:kms:{REGION}:{ACCOUNT}:key/{key}"
        service = {"kms:ViaService": f"sqs.{REGION}.amazonaws.com"}
        missing += [] if allowed(policies, "kms:Decrypt", arn, service) else ["kms:Decrypt via SQS"]
    if missing:
        raise TemplateError(f"{name}: the role {mapping.function.role} lacks {', '.join(missing)} on its queue")
    visibility = float(queue.get("VisibilityTimeout", 30))
    if visibility < mapping.function.timeout:
        raise TemplateError(
            f"{name}: the queue's visibility timeout ({visibility:.0f} s) is less than "
            f"the function's timeout ({mapping.function.timeout:.0f} s)"
        )


class Poller:
    """Polls the queue of one mapping until stopped.

    Args:
        mapping: the event source mapping.
        client: an SQS client.
        invoke: invokes the function with an event, in the chain of its messages.
        activity: counts the messages that were handled.
    """

    def __init__(
        self,
        mapping: EventSourceMapping,
        client: Any,  # noqa: ANN401
        invoke: Callable[[bytes, Lineage], InvocationResult],
        activity: Activity,
    ) -> None:
        self._mapping = mapping
        self._client = client
        self._invoke = invoke
        self._activity = activity
        self._stopping = Event()

    def start(self) -> None:
        """Start polling from daemon threads."""
        for _ in range(POLLERS):
            Thread(target=self._run, daemon=True).start()

    def stop(self) -> None:
        """Stop polling. Received messages become visible again after their visibility timeout."""
        self._stopping.set()

    def _run(self) -> None:
        while not self._stopping.is_set():
            messages: list[dict[str, Any]] = []
            try:
                self._collect(messages)
                if messages:
                    self._handle(messages)
            except (BotoCoreError, ClientError) as error:
                if not self._stopping.wait(0.5):  # not an effect of the run stopping
                    print(f"{self._mapping.function.logical_id}: {type(error).__name__}: {error}", file=sys.stderr)
            finally:
                self._activity.add_handled(len(messages))

    def _receive(self, most: int, wait: int) -> list[dict[str, Any]]:
        answer = self._client.receive_message(
            QueueUrl=self._mapping.queue_url,
            MaxNumberOfMessages=min(most, MAX_RECEIVED),
            WaitTimeSeconds=wait,
            MessageSystemAttributeNames=["All"],
            MessageAttributeNames=["All"],
        )
        messages: list[dict[str, Any]] = answer.get("Messages", [])
        return messages

    def _collect(self, messages: list[dict[str, Any]]) -> None:
        """Add a batch to `messages`: those of one receive call, or of several within the batching window."""
        size, window = self._mapping.batch_size, self._mapping.window
        messages += self._receive(size, WAIT)
        deadline = time.monotonic() + window
        while messages and len(messages) < size and window and time.monotonic() < deadline:
            messages += self._receive(size - len(messages), 1)

    def _handle(self, messages: list[dict[str, Any]]) -> None:
        going_on = self._without_loops(messages)
        if going_on and not self._stopping.is_set():
            chain = merged(map(_lineage_of, going_on))
            result = self._invoke(json.dumps(self._event(going_on)).encode(), chain)
            if not result.ok:
                error = result.payload.decode("utf-8", "replace")
                print(f"{self._mapping.function.logical_id}: {result.kind}: {error}", file=sys.stderr)
            self._delete(messages_to_delete(going_on, result, reports_failures=self._mapping.reports_failures))

    def _without_loops(self, messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """Return the messages without those that Lambda takes for a loop, which stay in the queue."""
        function = self._mapping.function
        found = [message for message in messages if not is_stopped(function, _lineage_of(message))]
        if stopped := len(messages) - len(found):
            print(f"{function.logical_id}: stopped {stopped} messages that run in a loop", file=sys.stderr)
        return found

    def _event(self, messages: list[dict[str, Any]]) -> dict[str, Any]:
        return {"Records": [sqs_record(message, self._mapping.queue_arn) for message in messages]}

    def _delete(self, messages: list[dict[str, Any]]) -> None:
        for start in range(0, len(messages), MAX_RECEIVED):
            entries = [
                {"Id": str(number), "ReceiptHandle": message["ReceiptHandle"]}
                for number, message in enumerate(messages[start : start + MAX_RECEIVED])
            ]
            self._client.delete_message_batch(QueueUrl=self._mapping.queue_url, Entries=entries)


def _lineage_of(message: Mapping[str, Any]) -> Lineage:
    return lineage_in(message.get("Attributes", {}).get("AWSTraceHeader"))


def messages_to_delete(
    messages: list[dict[str, Any]], result: InvocationResult, *, reports_failures: bool
) -> list[dict[str, Any]]:
    """Return the messages of a batch that were handled, following Lambda's rules for partial batch responses."""
    if not result.ok:
        return []
    if not reports_failures:
        return messages
    try:
        failures = (json.loads(result.payload) or {}).get("batchItemFailures") or []
        failed = {failure["itemIdentifier"] for failure in failures}
    except (ValueError, AttributeError, TypeError, KeyError):
        return []
    if not failed <= {message["MessageId"] for message in messages}:
        return []  # an unknown or empty identifier fails the whole batch
    return [message for message in messages if message["MessageId"] not in failed]


def sqs_record(message: Mapping[str, Any], queue_arn: str) -> dict[str, Any]:
    """Return a message as a record of an SQS event."""
    attributes = {
        name: {key[0].lower() + key[1:]: value for key, value in each.items()}
        | {"stringListValues": [], "binaryListValues": []}
        for name, each in message.get("MessageAttributes", {}).items()
    }
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": message.get("Attributes", {}),
        "messageAttributes": attributes,
        "md5OfBody": message["MD5OfBody"],
        "eventSource": "aws:sqs",
        "eventSourceARN": queue_arn,
        "awsRegion": REGION,
    }

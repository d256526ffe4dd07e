"""A system whose processes can die at any AWS call, whose messages the test delivers, and whose state can be restored.

A hook (``botocore_hook``) sees all AWS calls of the functions. Whenever a process ends, the messages in the queues are
moved to ``messages``; a message that was not deleted is delivered again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend

import notify.app
import prioritize.app
import prioritize.bands
import prioritize.policy_switch
import prioritize.snapshot
import prioritize.usual_wait
import review.policies.previews
import review.policies.publication
from casereview.policy.compiler import CompiledPolicy
from casereview.store.policy_repository import PolicyRepository
from tests.support.clouds import MotoCloud
from tests.support.controlled_system import Known, QueuedMessage, Snapshot, look_at
from tests.support.crashes.botocore_hook import CallHook
from tests.support.environment import REGION
from tests.support.moto_speed import fast_moto
from tests.support.moto_texts import SENT, SentText
from tests.support.system import START, Answer, System

_RIG = TypeVar("_RIG", bound="Rig")
_ACCOUNT = "123456789012"
_BATCH = 10
"""The maximum number of messages of one invocation."""
WORKLISTS = ("ATL", "ELP", "HQ", "SRO")
"""The worklists of the flows. Code that reads the worklists of all offices reads only these; the calls for the other 22
would be the same."""
Item = dict[str, Any]
QueueBehavior = Callable[[list[QueuedMessage], list[QueuedMessage]], list[QueuedMessage]]
"""Returns the messages to deliver, from those that wait and those that were just sent."""


def in_order(waiting: list[QueuedMessage], sent: list[QueuedMessage]) -> list[QueuedMessage]:
    """Deliver messages in the order in which they were sent."""
    return waiting + sent


@dataclass(frozen=True, slots=True)
class SystemState:
    """Everything that outlives a process: the table, the messages, sent mails and text messages, and the time."""

    time: datetime
    items: dict[tuple[str, str], Item]
    messages: tuple[QueuedMessage, ...]
    mails: tuple[Any, ...]
    texts: tuple[SentText, ...]


class Rig(System):
    """A system with a hook on its AWS calls, whose messages the test delivers."""

    def __init__(self) -> None:
        """Create an empty system; use ``rig`` instead."""
        super().__init__(MotoCloud())
        self.hook = CallHook()
        self.messages: list[QueuedMessage] = []
        self.failed_messages: list[QueuedMessage] = []
        self.enqueue: QueueBehavior = in_order
        """How the queues behave: they can lose, duplicate or reorder messages."""
        self._known: Known = {}
        self._compiled: dict[str, CompiledPolicy] = {}
        self.empty_state = self.capture_state()

    # ---- processes

    @contextmanager
    def process(self) -> Iterator[None]:
        """Run a process of a function; its messages are collected even if it fails."""
        try:
            with self.hook.process():
                yield
        finally:
            self._flush()
            self._collect()

    def restart(self) -> None:
        """Discard what the functions keep in memory between two invocations: copies of the registry, derived secrets.

        Compiled policies are kept: they are looked up by the digest of their text, and take long to compile.
        """
        self.intake.macs._secrets.clear()
        self.intake = replace(self.intake, policies=self._policies())
        self.prioritize = replace(self.prioritize, policies=self._policies())

    def _policies(self) -> PolicyRepository:
        found = PolicyRepository(self.intake.table, self.clock)
        found._compiled = self._compiled  # see restart
        return found

    def read_table(self) -> Snapshot:
        """Read the whole table."""
        found, policies = look_at(self, self._known), self._policies()
        found.policies.update(
            (record.policy_id, policies.compiled(record.policy_id))
            for record in policies.registry().records.values()
            if policies.registry().approved(record.policy_id)
        )
        return found

    def call(self, *args: Any, **more: Any) -> Answer:  # noqa: ANN401  # as System's
        """Run a process of intake."""
        with self.process():
            return super().call(*args, **more)

    def staff(self, *args: Any, **more: Any) -> Answer:  # noqa: ANN401  # as System's
        """Run a process of review."""
        with self.process():
            return super().staff(*args, **more)

    def bounce(self, event: dict[str, Any]) -> dict[str, Any]:
        """Run a process of notify with a delivery event."""
        with self.process():
            return super().bounce(event)

    def duty(self, duty: str, **more: str) -> dict[str, int]:
        """Run a process of prioritize with a scheduled task."""
        with self.process():
            return super().duty(duty, **more)

    # ---- messages

    def pump(self) -> None:
        """Process all messages, including those that are sent meanwhile; failed ones go to ``failed_messages``."""
        while self.messages:
            self.process_batch()

    def process_batch(self) -> None:
        """Have the worker of the first message's queue process one batch."""
        queue = self.messages[0].queue
        batch = [message for message in self.messages if message.queue == queue][:_BATCH]
        failed = self.invoke_worker(batch)
        for message in batch:
            self.messages.remove(message)
        self.failed_messages += failed

    def invoke_worker(self, batch: list[QueuedMessage]) -> list[QueuedMessage]:
        """Invoke a worker with a batch of one queue; return the messages that failed."""
        records = [
            {"messageId": str(number), "body": message.body, "eventSourceARN": message.queue}
            for number, message in enumerate(batch)
        ]
        work: Callable[[], Any] = lambda: notify.app.respond(self.notify, {"Records": records})  # noqa: E731
        if batch[0].queue == "rank":
            work = lambda: prioritize.app.respond(self.prioritize, {"Records": records})  # noqa: E731
        with self.process():
            found = work()
        return [batch[int(failure["itemIdentifier"])] for failure in found["batchItemFailures"]]

    def _collect(self) -> None:
        backend: Any = get_backend("sqs")[_ACCOUNT][REGION]
        for name in self.queues:
            messages = backend.queues[name]._messages  # moto's own
            self.messages = self.enqueue(self.messages, [QueuedMessage(name, message.body) for message in messages])
            messages.clear()

    def delivery_message(self, event: dict[str, Any]) -> QueuedMessage:
        """Return a delivery event as a message of the delivery queue."""
        return QueuedMessage("delivery", json.dumps({"Type": "Notification", "Message": json.dumps(event)}))

    # ---- states

    def capture_state(self) -> SystemState:
        """Return the state of everything that outlives a process."""
        ses: Any = get_backend("ses")[_ACCOUNT][REGION]
        messages = (*self.messages, *self.failed_messages)
        items = {(item["pk"]["S"], item["sk"]["S"]): item for item in self.items()}
        return SystemState(self.time, items, messages, tuple(ses.sent_messages), tuple(SENT))

    def restore(self, state: SystemState) -> None:
        """Restore a state, with new processes."""
        self._restore_table(state.items)
        ses: Any = get_backend("ses")[_ACCOUNT][REGION]
        ses.sent_messages[:] = state.mails
        SENT[:] = state.texts
        self.messages, self.failed_messages = list(state.messages), []
        self.time, self.enqueue = state.time, in_order
        self.restart()

    def _restore_table(self, items: dict[tuple[str, str], Item]) -> None:
        now = {(item["pk"]["S"], item["sk"]["S"]): item for item in self.items()}
        requests: list[Any] = [{"PutRequest": {"Item": item}} for key, item in items.items() if now.get(key) != item]
        for pk, sk in now.keys() - items.keys():
            requests.append({"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}})
        for start in range(0, len(requests), 25):
            self.dynamodb.batch_write_item(RequestItems={self.table: requests[start : start + 25]})

    def reset(self) -> None:
        """Restore the initial state: an empty table, no messages, and the clock at the start time."""
        self.restore(self.empty_state)
        self.time = START


@contextmanager
def rig(kind: type[_RIG], dynamodb: str = "") -> Iterator[_RIG]:
    """Start a rig on moto.

    Args:
        kind: The class of the rig.
        dynamodb: The endpoint of DynamoDB Local, if the table is to be there.
    """
    with fast_moto(), mock_aws(), pytest.MonkeyPatch.context() as patch:
        walking = (prioritize.bands, prioritize.policy_switch, prioritize.snapshot, prioritize.usual_wait)
        for module in (*walking, review.policies.publication, review.policies.previews):
            patch.setattr(module, "queues", lambda: WORKLISTS)
        if dynamodb:
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)
            patch.setenv("AWS_ACCESS_KEY_ID", uuid4().hex)  # the engine keeps a database per access key
            patch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep the credentials of an earlier test
        found = kind()
        with found.hook.installed():
            yield found

"""A system whose processes can die at any call: its messages lie in the test's hand, its state can be taken back.

The functions reach AWS through the tapped wire (``wire.py``); the queues are emptied into ``letters`` whenever a
process has ended, so that a message which nobody deleted is simply there again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

import boto3
import pytest
from moto import mock_aws
from moto.backends import get_backend

import notify.app
import prioritize.app
import prioritize.policy_switch
import prioritize.snapshot
import review.policies.publication
from casereview.policy.compiler import CompiledPolicy
from casereview.store.policy_repository import PolicyRepository
from tests.support.clouds import MotoCloud
from tests.support.controlled_system import Known, QueuedMessage, Snapshot, look_at
from tests.support.crashes.botocore_hook import Wire
from tests.support.environment import REGION
from tests.support.moto_speed import fast_moto
from tests.support.system import START, Answer, System

if TYPE_CHECKING:
    from collections.abc import Mapping

_RIG = TypeVar("_RIG", bound="Rig")
_ACCOUNT = "123456789012"
_BATCH = 10
"""Messages that one invocation gets."""
WORKLISTS = ("ATL", "ELP", "HQ", "SRO")
"""Those of the flows: what goes through all offices goes through these, and the other 22 would be no other calls."""
Item = dict[str, Any]


Arrive = Callable[[list[QueuedMessage], list[QueuedMessage]], list[QueuedMessage]]
"""From the messages under way and those just sent to the messages under way."""


def add(waiting: list[QueuedMessage], sent: list[QueuedMessage]) -> list[QueuedMessage]:
    """Deliver what was sent after what was sent before."""
    return waiting + sent


@dataclass(frozen=True, slots=True)
class Picture:
    """All that outlives a process: the table, the messages, what was sent, the time."""

    time: datetime
    items: dict[tuple[str, str], Item]
    letters: tuple[QueuedMessage, ...]
    mails: tuple[Any, ...]
    texts: Mapping[str, Any]


class Rig(System):
    """The system with its wire tapped and its messages in hand."""

    def __init__(self) -> None:
        """Make an empty system; call within ``rig``."""
        super().__init__(MotoCloud())
        self.wire = Wire()
        self.letters: list[QueuedMessage] = []
        self.given_back: list[QueuedMessage] = []
        self.arrive: Arrive = add
        """What becomes of messages that were sent: a queue may lose, repeat or reorder them."""
        self._known: Known = {}
        self._compiled: dict[str, CompiledPolicy] = {}
        self.empty = self.picture()

    # ---- processes

    @contextmanager
    def process(self) -> Iterator[None]:
        """Run a process of a function; however it ends, what it sent is under way."""
        try:
            with self.wire.process():
                yield
        finally:
            self._flush()
            self._collect()

    def restart(self) -> None:
        """Forget all that the functions keep in memory between two invocations: the copies of the registry.

        What was compiled is kept, because it is found by the digest of its text and takes long.
        """
        self.intake = replace(self.intake, policies=self._policies())
        self.prioritize = replace(self.prioritize, policies=self._policies())

    def _policies(self) -> PolicyRepository:
        found = PolicyRepository(self.intake.table, self.clock)
        found._compiled = self._compiled  # see restart
        return found

    def look(self) -> Snapshot:
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
        """Have notify take a delivery event."""
        with self.process():
            return super().bounce(event)

    def duty(self, duty: str) -> dict[str, int]:
        """Have prioritize do a duty."""
        with self.process():
            return super().duty(duty)

    # ---- messages

    def pump(self) -> None:
        """Work on all messages and those that come of it; what fails is given back."""
        while self.letters:
            self.turn()

    def turn(self) -> None:
        """Hand the worker of the first message's queue a batch, and take away what it did not fail."""
        queue = self.letters[0].queue
        batch = [letter for letter in self.letters if letter.queue == queue][:_BATCH]
        failed = self.hand_over(batch)
        for letter in batch:
            self.letters.remove(letter)
        self.given_back += failed

    def hand_over(self, batch: list[QueuedMessage]) -> list[QueuedMessage]:
        """Hand a worker a batch of one queue; return what it failed."""
        records = [
            {"messageId": str(number), "body": letter.body, "eventSourceARN": letter.queue}
            for number, letter in enumerate(batch)
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
            self.letters = self.arrive(self.letters, [QueuedMessage(name, message.body) for message in messages])
            messages.clear()

    def letter(self, event: dict[str, Any]) -> QueuedMessage:
        """Return a delivery event as it lies in its queue."""
        return QueuedMessage("delivery", json.dumps({"Type": "Notification", "Message": json.dumps(event)}))

    # ---- pictures

    def picture(self) -> Picture:
        """Take a picture of all that outlives a process."""
        ses: Any = get_backend("ses")[_ACCOUNT][REGION]
        sns: Any = get_backend("sns")[_ACCOUNT][REGION]
        letters = (*self.letters, *self.given_back)
        items = {(item["pk"]["S"], item["sk"]["S"]): item for item in self.items()}
        return Picture(self.time, items, letters, tuple(ses.sent_messages), dict(sns.sms_messages))

    def restore(self, picture: Picture) -> None:
        """Make all be as it was when a picture was taken, with new processes."""
        self._restore_table(picture.items)
        ses: Any = get_backend("ses")[_ACCOUNT][REGION]
        sns: Any = get_backend("sns")[_ACCOUNT][REGION]
        ses.sent_messages[:] = picture.mails
        sns.sms_messages = dict(picture.texts)
        self.letters, self.given_back = list(picture.letters), []
        self.time, self.arrive = picture.time, add
        self.restart()

    def _restore_table(self, items: dict[tuple[str, str], Item]) -> None:
        now = {(item["pk"]["S"], item["sk"]["S"]): item for item in self.items()}
        requests: list[Any] = [{"PutRequest": {"Item": item}} for key, item in items.items() if now.get(key) != item]
        for pk, sk in now.keys() - items.keys():
            requests.append({"DeleteRequest": {"Key": {"pk": {"S": pk}, "sk": {"S": sk}}}})
        for start in range(0, len(requests), 25):
            self.dynamodb.batch_write_item(RequestItems={self.table: requests[start : start + 25]})

    def begin(self) -> None:
        """Begin anew: an empty table, no message, the clock at the tests' day."""
        self.restore(self.empty)
        self.time = START


@contextmanager
def rig(kind: type[_RIG], dynamodb: str = "") -> Iterator[_RIG]:
    """Start a rig on moto, its table on another engine where one is given by its endpoint."""
    with fast_moto(), mock_aws(), pytest.MonkeyPatch.context() as patch:
        for module in (prioritize.policy_switch, prioritize.snapshot, review.policies.publication):
            patch.setattr(module, "queues", lambda: WORKLISTS)
        if dynamodb:
            patch.setenv("AWS_ENDPOINT_URL_DYNAMODB", dynamodb)
            patch.setenv("AWS_ACCESS_KEY_ID", uuid4().hex)  # the engine keeps a database per access key
            patch.setattr(boto3, "DEFAULT_SESSION", None)  # it would keep the credentials of an earlier test
        found = kind()
        with found.wire.tapped():
            yield found

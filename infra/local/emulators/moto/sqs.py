"""Patches for the speed of moto's SQS; `patches.py` installs them.

moto reads every message of a queue, several times, for each message that is sent, received or deleted. With these
patches queue attributes are computed when they are read, the clock is read once per pass, and a deletion stops
searching once it has found the message. All queues wait on the lock that guards moto, so that a long poll releases it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

from moto.core.utils import camelcase_to_underscores, unix_time, unix_time_millis
from moto.sqs.exceptions import ReceiptHandleIsInvalid
from moto.sqs.models import Message, Queue, SQSBackend

_ORIGINAL_INIT: Final = Queue.__init__


class QueueAttributes(Mapping[str, Any]):
    """The attributes of a queue, each computed when it is read."""

    def __init__(self, queue: Queue) -> None:
        self._queue = queue

    def _names(self) -> list[str]:
        queue = self._queue
        names = [*queue.BASE_ATTRIBUTES]
        names += queue.FIFO_ATTRIBUTES if queue.fifo_queue else []
        names += queue.KMS_ATTRIBUTES if vars(queue).get("kms_master_key_id") else []
        return names

    def __getitem__(self, name: str) -> Any:  # noqa: ANN401  moto's attributes are of several types
        if name not in self._names():
            raise KeyError(name)
        value = getattr(self._queue, camelcase_to_underscores(name))
        if name == "RedrivePolicy" and value:
            return json.dumps(value)
        return str(value).lower() if isinstance(value, bool) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names())

    def __len__(self) -> int:
        return len(self._names())


def messages(queue: Queue) -> list[Message]:
    """Return the visible messages as moto does, reading the clock once."""
    now = unix_time_millis()
    return [message for message in queue._messages if message.visible_at < now and message.delayed_until <= now]  # noqa: SLF001


def delayed(queue: Queue) -> int:
    """Count the delayed messages as moto does, reading the clock once."""
    now = unix_time_millis()
    return sum(message.delayed_until > now for message in queue._messages)  # noqa: SLF001


def not_visible(queue: Queue) -> int:
    """Count the messages in flight as moto does, reading the clock once."""
    now = unix_time_millis()
    return sum(message.visible_at >= now for message in queue._messages)  # noqa: SLF001


def delete_message(queue: Queue, receipt_handle: str) -> None:
    """Delete a message as moto does, in one pass. Messages in flight are at the front, so the search is short."""
    if receipt_handle in queue.deleted_messages:
        return
    held = queue._messages  # noqa: SLF001
    for position, message in enumerate(held):
        if message.receipt_handle == receipt_handle or receipt_handle in message._old_receipt_handles:  # noqa: SLF001
            queue.pending_messages.discard(message)
            queue.deleted_messages.update(handle for handle in message.all_receipt_handles if handle)
            del held[position]
            return
    raise ReceiptHandleIsInvalid


def is_within_retention(backend: SQSBackend, queue_name: str, message: Message) -> bool:
    """Return whether a message is within the retention period, as moto does, without computing all queue attributes."""
    period: int = vars(backend.get_queue(queue_name))["message_retention_period"]
    return bool(period + (vars(message)["sent_timestamp"] or 0) / 1000 > unix_time())


def apply(lock: threading.RLock) -> None:
    """Install the patches in this process.

    Args:
        lock: the lock that a thread holds while it calls moto.
    """

    def init(queue: Queue, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  moto's own signature
        _ORIGINAL_INIT(queue, *args, **kwargs)
        queue._messages_lock = threading.Condition(lock)  # noqa: SLF001

    replacements: list[tuple[type, str, Any]] = [
        (Queue, "__init__", init),
        (Queue, "attributes", property(QueueAttributes)),
        (Queue, "messages", property(messages)),
        (Queue, "approximate_number_of_messages_delayed", property(delayed)),
        (Queue, "approximate_number_of_messages_not_visible", property(not_visible)),
        (Queue, "delete_message", delete_message),
        (SQSBackend, "is_message_valid_based_on_retention_period", is_within_retention),
    ]
    for owner, name, replacement in replacements:
        setattr(owner, name, replacement)

"""An SQS queue that hints are sent to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casereview.schema.messages import Hint

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef


_PER_CALL = 10
"""What SQS takes at once."""


class Queue:
    """A queue that messages are sent to, in groups by office, so that one office's flood does not delay the others."""

    def __init__(self, client: SQSClient, url: str) -> None:
        """Keep the client; nothing is called."""
        self._client = client
        self._url = url

    def send(self, message: Hint, office: str) -> None:
        """Send one message. Raises botocore's errors."""
        self._client.send_message(
            QueueUrl=self._url, MessageBody=message.model_dump_json(by_alias=True), MessageGroupId=office
        )

    def send_all(self, messages: Sequence[tuple[Hint, str]]) -> int:
        """Send messages, each to the group of its office, ten a call; return how many of them SQS did not take.

        Raises botocore's errors; some may have been sent then.
        """
        refused = 0
        for start in range(0, len(messages), _PER_CALL):
            entries: list[SendMessageBatchRequestEntryTypeDef] = [
                {"Id": str(number), "MessageBody": message.model_dump_json(by_alias=True), "MessageGroupId": office}
                for number, (message, office) in enumerate(messages[start : start + _PER_CALL])
            ]
            answer = self._client.send_message_batch(QueueUrl=self._url, Entries=entries)
            refused += len(answer.get("Failed", []))
        return refused

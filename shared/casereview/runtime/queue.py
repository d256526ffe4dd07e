"""Send hints to an SQS queue."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from casereview.schema.messages import Hint

if TYPE_CHECKING:
    from types_boto3_sqs import SQSClient
    from types_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef


_PER_CALL = 10
"""The maximum number of messages per SendMessageBatch call."""


class Queue:
    """A queue with one message group per office, so that many messages of one office do not delay the others."""

    def __init__(self, client: SQSClient, url: str) -> None:
        """Store the client and the URL; makes no SQS call."""
        self._client = client
        self._url = url

    def send(self, message: Hint, office: str) -> None:
        """Send one message.

        Raises:
            botocore.exceptions.ClientError: if SQS rejects the call.
            botocore.exceptions.BotoCoreError: if SQS cannot be reached.
        """
        self._client.send_message(
            QueueUrl=self._url, MessageBody=message.model_dump_json(by_alias=True), MessageGroupId=office
        )

    def send_all(self, messages: Sequence[tuple[Hint, str]]) -> int:
        """Send messages in batches of ten, each message in the group of its office.

        Args:
            messages: pairs of a message and the office that it belongs to.

        Returns:
            The number of messages that SQS rejected.

        Raises:
            botocore.exceptions.ClientError: if SQS rejects a call; earlier batches have been sent.
            botocore.exceptions.BotoCoreError: if SQS cannot be reached; earlier batches have been sent.
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

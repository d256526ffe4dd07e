"""The operations of SQS, KMS, SES and AWS End User Messaging that the functions use, in memory, as boto3 names them."""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import count
from typing import Any, NoReturn

from botocore.exceptions import ClientError

from infra.local.emulators.text_messages import accept
from tests.support.moto_texts import CONFIGURATION_SET

USER_POOL = "us-east-1_memory"


@dataclass(slots=True)
class _Message:
    number: str
    body: str
    group: str | None
    visible: bool = True
    receipts: int = 0

    def as_received(self) -> dict[str, Any]:
        return {"MessageId": self.number, "Body": self.body, "ReceiptHandle": f"{self.number}:{self.receipts}"}


@dataclass(slots=True)
class MemorySqs:
    """Standard queues: a received message is invisible until it is deleted or its visibility timeout is set to 0."""

    queues: dict[str, list[_Message]] = field(default_factory=dict)
    _numbers: Any = field(default_factory=lambda: count(1))

    def create_queue(self, *, QueueName: str, **_: object) -> dict[str, str]:  # noqa: N803  # the name in boto3
        url = f"https://sqs.example/{QueueName}"
        self.queues.setdefault(url, [])
        return {"QueueUrl": url}

    def delete_queue(self, *, QueueUrl: str) -> None:  # noqa: N803  # the name in boto3
        del self.queues[QueueUrl]

    def purge_queue(self, *, QueueUrl: str) -> None:  # noqa: N803  # the name in boto3
        self._of(QueueUrl, "PurgeQueue").clear()

    def send_message(
        self,
        *,
        QueueUrl: str,  # noqa: N803  # the name in boto3
        MessageBody: str,  # noqa: N803  # the name in boto3
        MessageGroupId: str | None = None,  # noqa: N803  # the name in boto3
    ) -> dict[str, str]:
        message = _Message(str(next(self._numbers)), MessageBody, MessageGroupId)
        self._of(QueueUrl, "SendMessage").append(message)
        return {"MessageId": message.number}

    def send_message_batch(self, *, QueueUrl: str, Entries: Sequence[Mapping[str, str]]) -> dict[str, Any]:  # noqa: N803  # the name in boto3
        self._of(QueueUrl, "SendMessageBatch")
        for entry in Entries:
            self.send_message(
                QueueUrl=QueueUrl, MessageBody=entry["MessageBody"], MessageGroupId=entry.get("MessageGroupId")
            )
        return {"Successful": [{"Id": entry["Id"]} for entry in Entries]}

    def receive_message(self, *, QueueUrl: str, MaxNumberOfMessages: int = 1, **_: object) -> dict[str, Any]:  # noqa: N803  # the name in boto3
        found = [message for message in self._of(QueueUrl, "ReceiveMessage") if message.visible][:MaxNumberOfMessages]
        for message in found:
            message.visible = False
            message.receipts += 1
        return {"Messages": [message.as_received() for message in found]} if found else {}

    def delete_message(self, *, QueueUrl: str, ReceiptHandle: str) -> None:  # noqa: N803  # the name in boto3
        number = ReceiptHandle.partition(":")[0]
        messages = self._of(QueueUrl, "DeleteMessage")
        messages[:] = [message for message in messages if message.number != number]

    def change_message_visibility(self, *, QueueUrl: str, ReceiptHandle: str, VisibilityTimeout: int) -> None:  # noqa: N803  # the name in boto3
        number = ReceiptHandle.partition(":")[0]
        for message in self._of(QueueUrl, "ChangeMessageVisibility"):
            if message.number == number:
                message.visible = VisibilityTimeout == 0

    def get_queue_attributes(self, *, QueueUrl: str, **_: object) -> dict[str, Any]:  # noqa: N803  # the name in boto3
        messages = self._of(QueueUrl, "GetQueueAttributes")
        visible = sum(message.visible for message in messages)
        return {
            "Attributes": {
                "ApproximateNumberOfMessages": str(visible),
                "ApproximateNumberOfMessagesNotVisible": str(len(messages) - visible),
            }
        }

    def _of(self, url: str, operation: str) -> list[_Message]:
        if url not in self.queues:
            raise refused("AWS.SimpleQueueService.NonExistentQueue", operation)
        return self.queues[url]


@dataclass(slots=True)
class MemoryUserPool:
    """The user pool of the staff: accounts by user name, whatever its case."""

    users: dict[str, dict[str, Any]] = field(default_factory=dict)

    def add(self, user: str, attributes: Mapping[str, str], groups: Sequence[str], *, enabled: bool) -> None:
        """Create an account, or replace it."""
        listed = [{"Name": name, "Value": value} for name, value in attributes.items()]
        self.users[user.lower()] = {"user": user, "attributes": listed, "groups": list(groups), "enabled": enabled}

    def admin_get_user(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:  # noqa: N803  # the name in boto3
        found = self._of(UserPoolId, Username, "AdminGetUser")
        return {"Username": found["user"], "UserAttributes": found["attributes"], "Enabled": found["enabled"]}

    def admin_list_groups_for_user(self, *, UserPoolId: str, Username: str) -> dict[str, Any]:  # noqa: N803  # the name in boto3
        found = self._of(UserPoolId, Username, "AdminListGroupsForUser")
        return {"Groups": [{"GroupName": group} for group in found["groups"]]}

    def _of(self, pool: str, user: str, operation: str) -> dict[str, Any]:
        assert pool == USER_POOL
        if user.lower() not in self.users:
            raise refused("UserNotFoundException", operation)
        return self.users[user.lower()]


class MemoryKms:
    """HMAC keys; the key material is derived from the key id."""

    def generate_mac(self, *, Message: bytes, KeyId: str, MacAlgorithm: str) -> dict[str, bytes]:  # noqa: N803  # the name in boto3
        assert MacAlgorithm == "HMAC_SHA_256"
        return {"Mac": hmac.digest(KeyId.encode(), Message, sha256)}


@dataclass(slots=True)
class MemoryMail:
    """SES v2: keeps the mails that were sent, as raw MIME, oldest first."""

    sent: list[str] = field(default_factory=list)

    def send_email(self, *, Content: Mapping[str, Any], **_: object) -> dict[str, str]:  # noqa: N803  # the name in boto3
        self.sent.append(Content["Raw"]["Data"].decode())
        return {"MessageId": f"mail-{len(self.sent)}"}


@dataclass(slots=True)
class MemoryTexts:
    """AWS End User Messaging: keeps the text messages that were sent, with their numbers, oldest first."""

    sent: list[tuple[str, str]] = field(default_factory=list)

    def send_text_message(self, **request: Any) -> dict[str, str]:  # noqa: ANN401  # any member of the request
        accept(request, frozenset({CONFIGURATION_SET}))
        self.sent.append((request["DestinationPhoneNumber"], request["MessageBody"]))
        return {"MessageId": f"text-{len(self.sent)}"}


def refused(code: str, operation: str) -> ClientError:
    """Return the error that a boto3 client raises for an error code."""
    return ClientError({"Error": {"Code": code, "Message": "refused"}}, operation)


def out_of_service(*_: object) -> NoReturn:
    """Raise the error of a service that cannot find the resource of a request."""
    raise refused("ResourceNotFoundException", "GetItem")

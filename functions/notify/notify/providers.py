"""Mail and text messages: one call each, and every failure as one of three kinds.

DeliveryError
├── TransientError    not sent, try again later: throttled, down, paused, out of reach
├── UnansweredError   the connection ended without an answer: it may have been sent
└── PermanentError    this message to this address will never go
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from casereview.schema.errors import CaseReviewError
from notify.mime import UnsendableError, build_mime

if TYPE_CHECKING:
    from types_boto3_sesv2 import SESV2Client
    from types_boto3_sns import SNSClient

    from notify.render import Message

_PERMANENT = frozenset(
    {
        "MessageRejected",
        "BadRequestException",
        "InvalidParameter",
        "ParameterValueInvalid",
        "ValidationException",
    }
)
"""Error codes of SES v2 and SNS that speak of this message or address, a number that opted out among them.

All others speak of the service or of how it is set up.
"""


class DeliveryError(CaseReviewError):
    """A message was not accepted; ``code`` is the service's own, without its text."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class TransientError(DeliveryError):
    """Worth trying again."""


class UnansweredError(DeliveryError):
    """It may have been sent: worth trying again, but not often."""


class PermanentError(DeliveryError):
    """Not worth trying again."""


def _classify(error: ClientError | BotoCoreError) -> DeliveryError:
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        return PermanentError(code) if code in _PERMANENT else TransientError(code)
    kind = UnansweredError if isinstance(error, HTTPClientError) else TransientError  # not where it never connected
    return kind(type(error).__name__)


class Mail:
    """SES v2, with the configuration set that reports bounces and complaints."""

    def __init__(self, client: SESV2Client, sender: str, configuration_set: str) -> None:
        """Keep the client; nothing is called."""
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, message: Message, address: str, tags: dict[str, str]) -> str:
        """Send one mail and return the provider's id. Raises DeliveryError."""
        try:
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [address]},
                Content={"Raw": {"Data": build_mime(message, self._sender, address)}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
            )
        except UnsendableError as error:
            raise PermanentError(type(error).__name__) from error
        except (ClientError, BotoCoreError) as error:
            raise _classify(error) from error
        return answer["MessageId"]


class TextMessages:
    """SMS through SNS."""

    def __init__(self, client: SNSClient) -> None:
        """Keep the client; nothing is called."""
        self._client = client

    def send(self, message: Message, number: str) -> str:
        """Send one text message to an E.164 number and return the provider's id.

        Raises DeliveryError.
        """
        try:
            answer = self._client.publish(
                PhoneNumber=number,
                Message=message.sms,
                MessageAttributes={
                    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
                    "language": {"DataType": "String", "StringValue": message.language},
                },
            )
        except (ClientError, BotoCoreError) as error:
            raise _classify(error) from error
        return answer["MessageId"]

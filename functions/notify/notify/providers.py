"""Send mail through SES and text messages through SNS, one call each; errors are of three kinds.

DeliveryError
├── TransientError    not sent, retry later: throttled, service unavailable, sending paused, connection failed
├── UnansweredError   the connection ended without a response: the message may have been sent
└── PermanentError    the provider will never accept this message for this address
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
"""Error codes of SES v2 and SNS that concern this message or address, such as a number that opted out.

All other codes concern the service or its configuration.
"""


class DeliveryError(CaseReviewError):
    """A provider did not accept a message.

    Attributes:
        code: The provider's error code; its text is left out, because it can contain the address.
    """

    def __init__(self, code: str) -> None:
        """Store the code."""
        super().__init__(code)
        self.code = code


class TransientError(DeliveryError):
    """Not sent; a retry can succeed."""


class UnansweredError(DeliveryError):
    """No response; the message may have been sent, so the number of retries is limited."""


class PermanentError(DeliveryError):
    """Not sent; a retry cannot succeed."""


def _classify(error: ClientError | BotoCoreError) -> DeliveryError:
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        return PermanentError(code) if code in _PERMANENT else TransientError(code)
    connected = isinstance(error, HTTPClientError)  # botocore's errors of a failed connection are not of this class
    kind = UnansweredError if connected else TransientError
    return kind(type(error).__name__)


class Mail:
    """Sends mail through SES v2, with the configuration set that publishes bounces and complaints."""

    def __init__(self, client: SESV2Client, sender: str, configuration_set: str) -> None:
        """Store the client; makes no request."""
        self._client = client
        self._sender = sender
        self._configuration_set = configuration_set

    def send(self, message: Message, address: str, tags: dict[str, str]) -> str:
        """Send one mail.

        Args:
            message: The mail.
            address: The recipient's address.
            tags: Mail tags, which delivery events repeat.

        Returns:
            The message id of SES.

        Raises:
            DeliveryError: SES did not accept the mail, or did not respond.
        """
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
    """Sends text messages (SMS) through SNS."""

    def __init__(self, client: SNSClient) -> None:
        """Store the client; makes no request."""
        self._client = client

    def send(self, message: Message, number: str) -> str:
        """Send one text message.

        Args:
            message: The message; only ``sms`` is sent.
            number: The recipient's number in E.164 format.

        Returns:
            The message id of SNS.

        Raises:
            DeliveryError: SNS did not accept the message, or did not respond.
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

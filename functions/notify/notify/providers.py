"""Send mail through SES and text messages through SNS, one call each; errors are of three kinds.

DeliveryError
├── TransientError    not sent, retry later: throttled, service unavailable, connection failed
│   └── SetUpError    not sent before somebody changes something: an unverified sender, a paused account, a right
├── UnansweredError   the connection ended without a response: the message may have been sent
└── PermanentError    the provider will never accept this message for this address
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError

from casereview.schema.errors import CaseReviewError
from notify.mime import SenderError, UnsendableError, build_mime

if TYPE_CHECKING:
    from types_boto3_sesv2 import SESV2Client
    from types_boto3_sns import SNSClient

    from notify.render import Message

_ABOUT_ADDRESS: Final = re.compile(
    r"missing final '@domain'|illegal address|local address (contains|starts|ends)|domain (contains|starts|ends)"
    r"|user name is missing|invalid domain name|address (length )?is (too long|more than)|missing '\"'"
    r"|blacklist|suppression list",
    re.IGNORECASE,
)
"""What SES says of an address in the text of ``MessageRejected`` and ``BadRequestException``. It has the same codes for
an identity that is not verified, a configuration set that is unknown and an account in the sandbox."""
_ABOUT_NUMBER: Final = frozenset({"InvalidParameter", "ParameterValueInvalid", "ValidationException"})
"""Error codes of SNS that concern this number, such as that it opted out."""
_THROTTLED: Final = re.compile(r"throttl|too_?many_?requests|request_?limit|slow_?down", re.IGNORECASE)
_UNAVAILABLE: Final = re.compile("internal|unavailable", re.IGNORECASE)
_SERVER_ERROR: Final = 500
"""From this HTTP status on, the service failed; below it, the request was refused."""


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


class SetUpError(TransientError):
    """Not sent, because the service is set up wrongly, or may not be used; it concerns all messages, not this one."""


class UnansweredError(DeliveryError):
    """No response; the message may have been sent, so the number of retries is limited."""


class PermanentError(DeliveryError):
    """Not sent; a retry cannot succeed."""


def _mail_error(error: ClientError | BotoCoreError) -> DeliveryError:
    is_permanent = isinstance(error, ClientError) and _is_about_address(error)
    return _classify(error, is_permanent=is_permanent)


def _is_about_address(error: ClientError) -> bool:
    """Return whether SES refused an address; what it does not say clearly is taken for a fault of the set-up."""
    details = error.response["Error"]
    is_refusal = details["Code"] in {"MessageRejected", "BadRequestException"}
    return is_refusal and _ABOUT_ADDRESS.search(details.get("Message", "")) is not None


def _text_error(error: ClientError | BotoCoreError) -> DeliveryError:
    is_permanent = isinstance(error, ClientError) and error.response["Error"]["Code"] in _ABOUT_NUMBER
    return _classify(error, is_permanent=is_permanent)


def _classify(error: ClientError | BotoCoreError, *, is_permanent: bool) -> DeliveryError:
    if isinstance(error, NoCredentialsError):
        return SetUpError(type(error).__name__)
    if not isinstance(error, ClientError):
        connected = isinstance(error, HTTPClientError)  # botocore's errors of a failed connection are not of this class
        return (UnansweredError if connected else TransientError)(type(error).__name__)
    code = error.response["Error"]["Code"]
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    if is_permanent:
        return PermanentError(code)
    is_temporary = status >= _SERVER_ERROR or _THROTTLED.search(code) or _UNAVAILABLE.search(code)
    return TransientError(code) if is_temporary else SetUpError(code)


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
        except SenderError as error:
            raise SetUpError(type(error).__name__) from error
        except UnsendableError as error:
            raise PermanentError(type(error).__name__) from error
        except (ClientError, BotoCoreError) as error:
            raise _mail_error(error) from error
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
            raise _text_error(error) from error
        return answer["MessageId"]

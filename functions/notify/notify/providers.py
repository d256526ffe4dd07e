"""Send mail through SES and text messages through AWS End User Messaging, one call each."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from notify.message_parts import parts_of
from notify.mime import SenderError, UnsendableError, build_mime
from notify.provider_errors import PermanentError, SetUpError, mail_error, text_error

if TYPE_CHECKING:
    from types_boto3_pinpoint_sms_voice_v2 import PinpointSMSVoiceV2Client
    from types_boto3_pinpoint_sms_voice_v2.type_defs import SendTextMessageRequestTypeDef
    from types_boto3_sesv2 import SESV2Client

    from notify.pace import Pace
    from notify.render import Message


class Mail:
    """Sends mail through SES v2, with the configuration set that publishes bounces and complaints."""

    def __init__(self, client: SESV2Client, sender: str, configuration_set: str, pace: Pace | None = None) -> None:
        """Store the client, and the pace at which it is used; makes no request."""
        self._client = client
        self._pace = pace
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
            DeliveryError: SES did not accept the mail, or did not respond; or the sending rate is used up.
        """
        try:
            raw = build_mime(message, self._sender, address)
            if self._pace:
                self._pace.wait()
            answer = self._client.send_email(
                FromEmailAddress=self._sender,
                Destination={"ToAddresses": [address]},
                Content={"Raw": {"Data": raw}},
                ConfigurationSetName=self._configuration_set,
                EmailTags=[{"Name": name, "Value": value} for name, value in tags.items()],
            )
        except SenderError as error:
            raise SetUpError(type(error).__name__) from error
        except UnsendableError as error:
            raise PermanentError(type(error).__name__) from error
        except (ClientError, BotoCoreError) as error:
            raise mail_error(error) from error
        return answer["MessageId"]


class TextSettings(NamedTuple):
    """How text messages are sent.

    Attributes:
        configuration_set: The configuration set, which publishes the delivery status.
        identity: The ARN of the telephone number, pool or sender id that they come from.
        max_price: The highest price of a message in US dollars, such as ``0.50``; empty for no limit.
        time_to_live: For how many seconds the carrier tries to deliver one.
    """

    configuration_set: str
    identity: str
    max_price: str
    time_to_live: int


class TextMessages:
    """Sends text messages (SMS) through AWS End User Messaging; their configuration set publishes their status."""

    def __init__(self, client: PinpointSMSVoiceV2Client, settings: TextSettings, pace: Pace | None = None) -> None:
        """Store the client, and the pace at which it is used; makes no request."""
        self._client = client
        self._pace = pace
        self._settings = settings

    def send(self, message: Message, number: str, tags: dict[str, str]) -> str:
        """Send one text message.

        Args:
            message: The message; only ``sms`` is sent.
            number: The recipient's number in E.164 format.
            tags: What delivery events repeat as their context.

        Returns:
            The message id of AWS End User Messaging.

        Raises:
            DeliveryError: The service did not accept the message, or did not respond; or the sending rate is used up.
        """
        if self._pace:
            self._pace.wait(parts_of(message.sms))
        request: SendTextMessageRequestTypeDef = {
            "DestinationPhoneNumber": number,
            "OriginationIdentity": self._settings.identity,
            "MessageBody": message.sms,
            "MessageType": "TRANSACTIONAL",
            "ConfigurationSetName": self._settings.configuration_set,
            "TimeToLive": self._settings.time_to_live,
            "Context": {**tags, "language": message.language},
        }
        if self._settings.max_price:
            request["MaxPrice"] = self._settings.max_price
        try:
            return self._client.send_text_message(**request)["MessageId"]
        except (ClientError, BotoCoreError) as error:
            raise text_error(error) from error

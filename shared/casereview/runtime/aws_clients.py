"""Create the AWS clients of a function from one botocore session: it shortens the cold start, and sets all limits.

The clients of one session share what botocore loads: endpoints of all regions, models and handlers. The loader below
also skips the search of the data folders for every AWS service, which botocore does before it creates the first client.

Each attempt of a call has a timeout, and begins only if the invocation has time left for it and for an answer: a
service that accepts connections and never responds makes a call fail, however many calls came before it, and not the
function (``casereview.runtime.invocation``).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError
from botocore.loaders import Loader
from botocore.session import Session, get_session
from typing_extensions import override

from casereview.runtime.invocation import is_time_for
from casereview.schema.errors import CaseReviewError

SERVICES: Final = ("cognito-idp", "dynamodb", "kms", "lambda", "pinpoint-sms-voice-v2", "sesv2", "sqs")
"""The services that the functions call; botocore raises UnknownServiceError for any other."""


class Limits(NamedTuple):
    """How long one attempt of a call may take, in seconds, and how many attempts botocore makes of a call."""

    connect: float
    read: float
    attempts: int

    @property
    def seconds(self) -> float:
        """The longest duration of one attempt."""
        return self.connect + self.read

    def config(self) -> Config:
        """Return the limits as the configuration of a client.

        The mode ``standard`` retries throttling and lost connections after a random pause of up to 1, 2 … seconds.
        """
        retries = {"mode": "standard", "total_max_attempts": self.attempts}
        return Config(connect_timeout=self.connect, read_timeout=self.read, retries=retries)  # type: ignore[arg-type]  # the stub wants a TypedDict


CALL: Final = Limits(connect=1, read=4, attempts=3)
"""The limits of every client for which no others are named, that of the Encryption SDK included."""
SENDING: Final = Limits(connect=1, read=8, attempts=1)
"""The limits of the providers of messages: botocore does not retry, because the table counts the attempts."""
INVOKING: Final = Limits(connect=1, read=16, attempts=1)
"""The limits of an invocation of another function, which ends after 15 seconds; who waits for it may ask again."""
_OF_SENDING: Final = frozenset({"pinpoint-sms-voice-v2", "sesv2"})
"""The providers of messages, as botocore names them in its events."""


class OutOfTimeError(CaseReviewError, BotoCoreError):
    """A call was not made, because the invocation has no time left for it."""

    fmt = "the invocation has no time left for the call"


class _Loader(Loader):
    """Lists ``SERVICES`` instead of searching the data folders."""

    @override
    def list_available_services(self, type_name: str) -> list[str]:
        return list(SERVICES)


class AwsClients:
    """A botocore session, and the factory of its clients."""

    def __init__(self) -> None:
        self.botocore: Session = get_session()
        self.botocore.register_component("data_loader", _Loader())
        self.botocore.set_default_client_config(CALL.config())
        self.botocore.register("before-send", _require_time)
        self.make: Final = boto3.Session(botocore_session=self.botocore).client
        """Create a client, as ``boto3.client`` does; makes no AWS call."""


def _limits_of(service: str) -> Limits:
    if service == "lambda":
        return INVOKING
    return SENDING if service in _OF_SENDING else CALL


def _require_time(**event: Any) -> None:  # noqa: ANN401  # what botocore passes
    """Refuse an attempt for which the invocation has no time left.

    Raises:
        OutOfTimeError: No request was sent; botocore does not retry.
    """
    service = event["event_name"].split(".")[1]
    if not is_time_for(_limits_of(service).seconds):
        raise OutOfTimeError

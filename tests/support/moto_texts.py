"""AWS End User Messaging beside moto, which lacks it: the local run's emulator answers SendTextMessage."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from moto.core.botocore_stubber import BotocoreStubber

from infra.local.emulators.text_messages import InvalidInputError, accept

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

CONFIGURATION_SET: Final = "texts"


class SentText(NamedTuple):
    """A text message that was accepted."""

    message_id: str
    number: str
    body: str


SENT: Final[list[SentText]] = []
"""Those that were accepted since ``SENT.clear()``, oldest first."""
_JSON: Final = {"Content-Type": "application/x-amz-json-1.0"}


def apply() -> None:
    """Have moto pass the requests of the service to the emulator."""
    original = BotocoreStubber.process_request

    def process(stubber: BotocoreStubber, request: AWSPreparedRequest) -> Any:  # noqa: ANN401  # moto's own type
        return _answer(request) if "//sms-voice." in request.url else original(stubber, request)

    BotocoreStubber.process_request = process  # type: ignore[method-assign,assignment]


def sent() -> list[tuple[str, str]]:
    """Return the text messages that were sent, each with its telephone number."""
    return [(text.number, text.body) for text in SENT]


def _answer(request: AWSPreparedRequest) -> tuple[int, dict[str, str], str]:
    body: bytes = request.body  # type: ignore[assignment]
    parameters = json.loads(body)
    try:
        message_id = accept(parameters, frozenset({CONFIGURATION_SET}))
    except InvalidInputError as error:
        return 400, {**_JSON, "x-amzn-ErrorType": error.code}, json.dumps({"__type": error.code, **error.members})
    SENT.append(SentText(message_id, parameters["DestinationPhoneNumber"], parameters["MessageBody"]))
    return 200, _JSON, json.dumps({"MessageId": message_id})

"""AWS End User Messaging (SMS): answers SendTextMessage, and says what becomes of the message. moto lacks the service.

The input is validated by the service model of botocore. As numbers that fail, those ending in 0199 do; those ending in
0198 stay without a status, as with a silent carrier; all others are delivered.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any, Final

from botocore.loaders import Loader
from botocore.model import ServiceModel, Shape, StructureShape
from botocore.validate import validate_parameters

FAILING: Final = "0199"
SILENT: Final = "0198"
_SERVICE: Final = "pinpoint-sms-voice-v2"
_OPERATION: Final = "SendTextMessage"
_DESCRIPTIONS: Final = {
    "QUEUED": "Message is queued for delivery",
    "SUCCESSFUL": "Message has been accepted by phone carrier",
    "DELIVERED": "Message has been accepted by phone",
    "INVALID": "The phone number is invalid",
}
_EVERY: Final = frozenset({"ALL", "TEXT_ALL"})


class InvalidInputError(Exception):
    """The service refuses the input of a call.

    Attributes:
        code: The error code.
        members: The further members of the error document.
    """

    def __init__(self, code: str, message: str, **members: Any) -> None:  # noqa: ANN401  any JSON value
        super().__init__(message)
        self.code = code
        self.members = members


@dataclass(frozen=True)
class TextEventDestination:
    """An event destination of a configuration set: an SNS topic and the event types it receives."""

    topic: str
    kinds: frozenset[str]


def accept(parameters: Mapping[str, Any], configuration_sets: frozenset[str]) -> str:
    """Check a call of SendTextMessage, and return the id of its message.

    Args:
        parameters: The parameters of the call.
        configuration_sets: The names of those that exist.

    Raises:
        InvalidInputError: The service refuses the call.
    """
    _validate(parameters)
    name = parameters.get("ConfigurationSetName")
    if name is not None and name.rpartition("/")[2] not in configuration_sets:
        raise InvalidInputError(
            "ResourceNotFoundException",
            "Resource not found",
            ResourceType="configuration-set",
            ResourceId=name,
        )
    return str(uuid.uuid4())


def events_of(
    parameters: Mapping[str, Any],
    message_id: str,
    destinations: Mapping[str, list[TextEventDestination]],
    lead: timedelta = timedelta(0),
) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the events that a message causes.

    Args:
        parameters: The parameters of SendTextMessage.
        message_id: The message id that it returned.
        destinations: The event destinations of each configuration set.
        lead: How far the times in the events are ahead of real time.

    Yields:
        (topic ARN, event) pairs.
    """
    wanted = destinations.get((parameters.get("ConfigurationSetName") or "").rpartition("/")[2], [])
    for status in _statuses(parameters["DestinationPhoneNumber"]):
        for destination in wanted:
            if destination.kinds & {f"TEXT_{status}", *_EVERY}:
                yield destination.topic, _event(parameters, message_id, status, datetime.now(UTC) + lead)


def _statuses(number: str) -> list[str]:
    if number.endswith(SILENT):
        return ["QUEUED"]
    return ["QUEUED", "INVALID"] if number.endswith(FAILING) else ["QUEUED", "SUCCESSFUL", "DELIVERED"]


def _event(parameters: Mapping[str, Any], message_id: str, status: str, now: datetime) -> dict[str, Any]:
    instant = int(now.timestamp() * 1000)
    return {
        "eventType": f"TEXT_{status}",
        "eventVersion": "1.0",
        "eventTimestamp": instant,
        "isFinal": status not in {"QUEUED", "SUCCESSFUL"},
        "originationPhoneNumber": "+12065550100",
        "destinationPhoneNumber": parameters["DestinationPhoneNumber"],
        "isoCountryCode": "US",
        "messageId": message_id,
        "messageRequestTimestamp": instant,
        "messageEncoding": "GSM" if parameters["MessageBody"].isascii() else "UCS2",
        "messageType": parameters.get("MessageType", "TRANSACTIONAL"),
        "messageStatus": status,
        "messageStatusDescription": _DESCRIPTIONS[status],
        "context": dict(parameters.get("Context") or {}),
        "totalMessageParts": 1,
        "totalMessagePrice": 0.00581,
        "totalCarrierFee": 0.0,
    }


@cache
def _input() -> StructureShape:
    service = ServiceModel(Loader().load_service_model(_SERVICE, "service-2"), _SERVICE)
    shape = service.operation_model(_OPERATION).input_shape
    if shape is None:
        raise TypeError("the operation has no input")
    return shape


def _validate(parameters: Mapping[str, Any]) -> None:
    """Check the input by the service model: types, lengths and required members, then patterns and enumerations.

    botocore's own validation, which the service repeats, knows neither patterns nor enumerations.
    """
    shape = _input()
    try:
        validate_parameters(dict(parameters), shape)
    except Exception as error:  # botocore raises one class, which it does not export
        raise _invalid(str(error)) from error
    for name, value in parameters.items():
        _check(name, value, shape.members[name])


def _check(name: str, value: Any, shape: Shape) -> None:  # noqa: ANN401  any JSON value
    longest, shortest = shape.metadata.get("max"), shape.metadata.get("min")
    if isinstance(value, str | dict) and ((longest and len(value) > longest) or (shortest and len(value) < shortest)):
        raise _invalid(f"{name} has a wrong length", name)
    if isinstance(value, int) and longest and value > longest:
        raise _invalid(f"{name} is too large", name)
    if isinstance(value, dict):
        for key, one in value.items():
            _check(name, key, shape.key)  # type: ignore[attr-defined]
            _check(name, one, shape.value)  # type: ignore[attr-defined]
        return
    pattern, allowed = shape.metadata.get("pattern"), shape.metadata.get("enum")
    if (pattern and not re.fullmatch(pattern, value)) or (allowed and value not in allowed):
        raise _invalid(f"{name} is not valid", name)


def _invalid(message: str, field: str = "") -> InvalidInputError:
    fields = [{"Name": field, "Message": message}] if field else []
    return InvalidInputError("ValidationException", message, Reason="FIELD_VALIDATION_FAILED", Fields=fields)

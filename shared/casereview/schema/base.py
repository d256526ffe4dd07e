"""The base class of every record: frozen, without extra fields, and with time zones required.

Creating or changing a record is strict: an unknown field or a value of the wrong type raises ValidationError. Records
from the table or a queue are read with ``read_leniently``, because another release may have written them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from types import MappingProxyType
from typing import Annotated, Any, Final, Self, TypeVar, get_args
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)

SCHEMA: Final = 1
"""The schema version of every stored record and message; raised when the meaning of a record changes."""

LENIENT: Final[Mapping[str, bool]] = MappingProxyType({"lenient": True})
"""The validation context under which an unknown value of an enumeration is kept."""

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


class Record(BaseModel):
    """An immutable value that rejects unknown fields."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, defer_build=True
    )  # a cold start builds only the validators that it uses
    __slots__ = ("_unknown",)  # a private attribute of pydantic would double the cost of each record

    @property
    def unknown_attributes(self) -> Mapping[str, object]:
        """Stored attributes that this release does not know; they are written back unchanged."""
        try:
            found: Mapping[str, object] = object.__getattribute__(self, "_unknown")
        except AttributeError:
            return _NOTHING
        return found

    def _evolved(self, changes: Mapping[str, object]) -> Self:
        """Return a copy with some fields changed; unknown attributes and the set of explicitly set fields are kept.

        Raises:
            ValidationError: A name is not a field of the record, or a value is not valid for its field.
        """
        stated = {name: getattr(self, name) for name in self.model_fields_set}
        after = self.model_validate({**stated, **changes})
        _keep(after, self.unknown_attributes)
        return after

    def merged(self, stated: Self) -> Self:
        """Return a copy that takes every field that is explicitly set in ``stated``.

        Raises:
            ValidationError: The combination is not valid.
        """
        after = self._evolved({name: getattr(stated, name) for name in stated.model_fields_set})
        _keep(after, {**self.unknown_attributes, **stated.unknown_attributes})
        return after


def build_records() -> None:
    """Build the validators of all record classes now, instead of at their first use."""
    pending = [Record]
    while pending:
        for model in pending.pop().__subclasses__():
            model.model_rebuild()
            pending.append(model)


def _keep(record: Record, unknown: Mapping[str, object]) -> None:
    if unknown:
        object.__setattr__(record, "_unknown", unknown)


_RECORD = TypeVar("_RECORD", bound=Record)
_T = TypeVar("_T")


def read_leniently(model: type[_RECORD], fields: dict[str, Any]) -> _RECORD:
    """Read a record that another release may have written.

    Attributes that this release does not know are kept, in nested records too, and so are unknown values of
    enumerations.

    Raises:
        ValidationError: A field is missing, or its value has the wrong type.
    """
    record = model.model_validate(fields, context=LENIENT, extra="ignore")
    _keep_unknown(record, fields)
    return record


def _keep_unknown(value: object, read: object) -> None:
    """Attach to each record in ``value`` the attributes of its source ``read`` that validation ignored."""
    if isinstance(value, Record) and isinstance(read, dict):
        names, nested = _attributes(type(value))
        if not read.keys() <= names:
            _keep(value, {name: read[name] for name in read.keys() - names})
        for name, attribute in nested:
            _keep_unknown(getattr(value, name), read.get(attribute))
    elif isinstance(value, tuple) and isinstance(read, list | tuple):
        for one, source in zip(value, read, strict=True):
            _keep_unknown(one, source)
    elif isinstance(value, dict) and isinstance(read, dict):
        for key, one in value.items():
            _keep_unknown(one, read[key])


@cache
def _attributes(model: type[Record]) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """Return the stored names of a record's fields, and the field and stored name of each that contains records."""
    stored = {name: field.alias or name for name, field in model.model_fields.items()}
    nested = [name for name, field in model.model_fields.items() if _holds_records(field.annotation)]
    return frozenset(stored.values()), tuple((name, stored[name]) for name in nested)


def _holds_records(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return True
    return any(map(_holds_records, get_args(annotation)))


class Unrecognized(str):
    """An enumeration value that this release does not know: it is shown and written back, but never acted on."""

    __slots__ = ()


def _known_or_kept(value: object, validate: ValidatorFunctionWrapHandler, info: ValidationInfo) -> object:
    if isinstance(value, Unrecognized):
        return value
    try:
        return validate(value)
    except ValidationError:
        if info.context is LENIENT and isinstance(value, str):
            return Unrecognized(value)
        raise


Lenient = Annotated[_T, WrapValidator(_known_or_kept), PlainSerializer(lambda value: value, when_used="unless-none")]
"""An enumeration, such as ``Lenient[Status]``, of which a lenient read keeps an unknown value as ``Unrecognized``."""


def rfc3339(instant: datetime) -> str:
    """Format an aware time as RFC 3339 in UTC with milliseconds; the result sorts as text."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(instant: datetime) -> datetime:
    """Convert an aware time to UTC and truncate it to milliseconds, the precision of the table."""
    return instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)


def _in_utc(value: datetime) -> datetime:
    try:
        return to_milliseconds(value)
    except OverflowError:
        raise ValueError("is before the year 1 or after the year 9999 in UTC") from None


Instant = Annotated[
    AwareDatetime,
    AfterValidator(_in_utc),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema(
        {
            "title": "Instant",
            "description": "An instant in UTC, to the millisecond (RFC 3339).",
            "type": "string",
            "format": "date-time",
            "pattern": r"^[0-9-]{10}T[0-9:]{8}\.[0-9]{3}Z$",
        },
        mode="serialization",
    ),
]
"""An instant in UTC, to the millisecond. A time without an offset is rejected."""


EASTERN = ZoneInfo("America/New_York")


Clock = Callable[[], datetime]

"""The base of every record: frozen, closed to unknown fields, and strict about time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
)

SCHEMA: Literal[1] = 1
"""The version that everything stored or sent carries; raised when a record changes its meaning."""


class Record(BaseModel):
    """A value that does not change after it was made, and refuses what it does not know."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def rfc3339(instant: datetime) -> str:
    """Write an aware time as RFC 3339 in UTC with milliseconds, a form that sorts as text."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(instant: datetime) -> datetime:
    """Cut an aware time to the milliseconds that the table keeps."""
    return instant.astimezone(UTC).replace(microsecond=instant.microsecond // 1000 * 1000)


Instant = Annotated[
    AwareDatetime,
    AfterValidator(to_milliseconds),
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
"""An instant in UTC, to the millisecond; without an offset it is refused."""


EASTERN = ZoneInfo("America/New_York")


Clock = Callable[[], datetime]

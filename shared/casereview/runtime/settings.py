"""The environment of a function, read once when its first event arrives."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Self

from casereview.schema.base import Record


def now() -> datetime:
    """Return the time in UTC."""
    return datetime.now(UTC)


class Settings(Record):
    """Base of a function's settings: each field is the environment variable of the same name in capitals."""

    @classmethod
    def from_environment(cls) -> Self:
        """Read the variables. Raises pydantic's ValidationError naming the missing ones."""
        found = {name: os.environ.get(name.upper()) for name in cls.model_fields}
        return cls.model_validate({name: value for name, value in found.items() if value is not None})

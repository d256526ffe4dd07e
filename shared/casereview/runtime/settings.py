"""Settings of a function, read once from the environment when the first event arrives."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Self

from casereview.schema.base import Record


def now() -> datetime:
    """Return the current time in UTC."""
    return datetime.now(UTC)


class Settings(Record):
    """Base class of settings: each field is read from the environment variable of its name in upper case."""

    @classmethod
    def from_environment(cls) -> Self:
        """Read the environment variables.

        Raises:
            pydantic.ValidationError: if a variable is missing or invalid; the error names it.
        """
        found = {name: os.environ.get(name.upper()) for name in cls.model_fields}
        return cls.model_validate({name: value for name, value in found.items() if value is not None})

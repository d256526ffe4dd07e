"""What an API of the application answered, for the pages that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any


@dataclass(frozen=True, slots=True)
class ApiAnswer:
    """An answer: a result, or a problem document."""

    status: int
    body: Mapping[str, Any]

    @property
    def ok(self) -> bool:
        """Whether the request was accepted."""
        return self.status < HTTPStatus.BAD_REQUEST

    @property
    def problem(self) -> str:
        """The last part of the problem's type; empty if there is none."""
        return str(self.body.get("type", "")).rpartition("/")[2]

    @property
    def errors(self) -> list[Mapping[str, str]]:
        """What was refused: ``pointer``, ``code`` and ``message`` of each."""
        return list(self.body.get("errors", ()))

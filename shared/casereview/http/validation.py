"""Validate a request body against its model; every fault becomes a pointer, a code and a message."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from pydantic import BaseModel, ValidationError

from casereview.http.json_body import Json, canonical, escape, read_object
from casereview.http.problems import Fault, unprocessable
from casereview.schema.submission import Submission

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


_Body = TypeVar("_Body", bound=BaseModel)


_WORDS = {"extra_forbidden": "is not a known field", "missing": "is required", "string_type": "must be a text"}


def _fault(error: ErrorDetails) -> Fault:
    message = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return Fault("".join(f"/{escape(str(part))}" for part in error["loc"]), message[:1].lower() + message[1:])


def parse(body: type[_Body], raw: bytes | str, received_at: datetime) -> _Body:
    """Read one body. Raises ProblemError: 400, 413 (see ``read_object``), or 422 with a pointer for each bad field."""
    return validate(body, read_object(raw), received_at)


def validate(body: type[_Body], value: Json, received_at: datetime) -> _Body:
    """Validate a JSON value that was read; births, entries and convictions after the day it was received are refused.

    Raises ProblemError 422 with a pointer for each field at fault.
    """
    context = {"today": received_at.astimezone(UTC).date()}
    try:
        return body.model_validate_json(canonical(value), strict=True, context=context)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        raise unprocessable(*map(_fault, faults)) from None


def parse_submission(raw: bytes | str, received_at: datetime) -> Submission:
    """Read the body of ``POST /requests``. Raises ProblemError as ``parse`` does."""
    return parse(Submission, raw, received_at)

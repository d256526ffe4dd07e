"""Validate a request body against its model; every error has a pointer, a code and a message, and never a value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError

from casereview.http.json_body import Json, canonical, escape, read_object
from casereview.http.problems import Fault, ProblemError
from casereview.schema.error_codes import ErrorCode
from casereview.schema.submission import Submission

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


_Body = TypeVar("_Body", bound=BaseModel)

_OWN: Final = frozenset(get_args(ErrorCode))
_FALLBACK: Final[tuple[ErrorCode, str]] = ("invalid_value", "is not valid")
BY_PYDANTIC: Final[Mapping[str, tuple[ErrorCode, str]]] = {
    "missing": ("required", "is required"),
    "extra_forbidden": ("unknown_field", "is not a known field"),
    "string_type": ("wrong_type", "must be a string"),
    "bool_type": ("wrong_type", "must be true or false"),
    "int_type": ("wrong_type", "must be a whole number"),
    "int_from_float": ("wrong_type", "must be a whole number"),
    "tuple_type": ("wrong_type", "must be a list"),
    "model_type": ("wrong_type", "must be an object"),
    "literal_error": ("not_allowed", "must be one of {expected}"),
    "string_too_long": ("too_long", "must have at most {max_length} characters"),
    "too_long": ("too_many_items", "must have at most {max_length} items"),
    "too_short": ("too_few_items", "must have at least {min_length} items"),
    "greater_than_equal": ("number_too_small", "must be {ge} or more"),
    "less_than_equal": ("number_too_large", "must be {le} or less"),
}
"""The code and the message of each of pydantic's own error types that a body can have."""


def _fault(error: ErrorDetails) -> Fault:
    pointer = "".join(f"/{escape(str(part))}" for part in error["loc"])
    code, message = _read(error)
    return Fault(pointer, code, message)


def _read(error: ErrorDetails) -> tuple[ErrorCode, str]:
    """Return code and message: pydantic's own types first, for ``too_long`` is a type there and a code here."""
    kind = error["type"]
    if error["input"] is None and kind != "extra_forbidden":
        kind = "missing"
    if kind in BY_PYDANTIC:
        code, message = BY_PYDANTIC[kind]
        return code, message.format(**error.get("ctx", {}))
    return (cast("ErrorCode", kind), error["msg"]) if kind in _OWN else _FALLBACK


def parse(body: type[_Body], raw: bytes | str, received_at: datetime) -> _Body:
    """Read and validate one body.

    Raises:
        ProblemError: 400, 413 (see ``read_object``), or 422 with an error for each field that is not valid.
    """
    return validate(body, read_object(raw), received_at)


def validate(body: type[_Body], value: Json, received_at: datetime) -> _Body:
    """Validate a JSON value; births, entries and convictions after the day on which it was received are refused.

    Raises:
        ProblemError: 422 with an error for each field that is not valid.
    """
    context = {"today": received_at.astimezone(UTC).date()}
    try:
        return body.model_validate_json(canonical(value), strict=True, context=context)
    except ValidationError as error:
        raise ProblemError("invalid", *map(_fault, error.errors(include_url=False))) from None


def parse_submission(raw: bytes | str, received_at: datetime) -> Submission:
    """Read the body of ``POST /requests``. Raises ProblemError as ``parse`` does."""
    return parse(Submission, raw, received_at)

"""Validate a request body against its model; every error has a pointer, a code and a message, but no value."""

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

_OWN_CODES: Final = frozenset(get_args(ErrorCode))
_FALLBACK: Final[tuple[ErrorCode, str]] = ("invalid_value", "is not valid")
PYDANTIC_ERRORS: Final[Mapping[str, tuple[ErrorCode, str]]] = {
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
"""The code and the message for each error type of pydantic that a body can cause."""


def _fault(error: ErrorDetails) -> Fault:
    pointer = "".join(f"/{escape(str(part))}" for part in error["loc"])
    code, message = _code_and_message(error)
    return Fault(pointer, code, message)


def _code_and_message(error: ErrorDetails) -> tuple[ErrorCode, str]:
    """Return the code and the message of an error.

    Pydantic's own types are looked up first, because ``too_long`` is both a type of pydantic and a code of this API.
    """
    kind = error["type"]
    if error["input"] is None and kind != "extra_forbidden":
        kind = "missing"
    if kind in PYDANTIC_ERRORS:
        code, message = PYDANTIC_ERRORS[kind]
        return code, message.format(**error.get("ctx", {}))
    return (cast("ErrorCode", kind), error["msg"]) if kind in _OWN_CODES else _FALLBACK


def parse(body: type[_Body], raw: bytes | str, received_at: datetime) -> _Body:
    """Read and validate one body.

    Raises:
        ProblemError: 400 or 413, as ``read_object`` does; 422 with an error for each field that is not valid.
    """
    return validate(body, read_object(raw), received_at)


def validate(body: type[_Body], value: Json, received_at: datetime) -> _Body:
    """Validate a JSON value; dates of birth, entry and conviction must not be after the day on which it was received.

    Raises:
        ProblemError: 422 with an error for each field that is not valid.
    """
    context = {"today": received_at.astimezone(UTC).date()}
    try:
        return body.model_validate_json(canonical(value), strict=True, context=context)
    except ValidationError as error:
        raise ProblemError("invalid", *map(_fault, error.errors(include_url=False))) from None


def parse_submission(raw: bytes | str, received_at: datetime) -> Submission:
    """Read the body of ``POST /requests``.

    Raises:
        ProblemError: As ``parse`` does.
    """
    return parse(Submission, raw, received_at)

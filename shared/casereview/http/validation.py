"""Validate a request body against its model; every error has a pointer, a code and a message, but no value."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar, cast, get_args

from pydantic import BaseModel, ValidationError

from casereview.http.json_body import Json, canonical, escape, read_object
from casereview.http.problems import Fault, ProblemError, public_text
from casereview.schema.error_codes import ErrorCode
from casereview.schema.lists import LongList, long_lists
from casereview.schema.submission import Submission
from casereview.texts.catalog import PublicText, RefusalText

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


_Body = TypeVar("_Body", bound=BaseModel)

_IN_JSON: Final[Mapping[str, str]] = {"True": "true", "False": "false"}
MAX_FAULTS: Final = 50
"""How many errors of one body are shown."""
_OWN_CODES: Final = frozenset(get_args(ErrorCode))
PYDANTIC_ERRORS: Final[Mapping[str, tuple[ErrorCode, RefusalText]]] = {
    "missing": ("required", "required"),
    "extra_forbidden": ("unknown_field", "unknown_field"),
    "string_type": ("wrong_type", "wrong_type_string"),
    "bool_type": ("wrong_type", "wrong_type_boolean"),
    "int_type": ("wrong_type", "wrong_type_number"),
    "int_from_float": ("wrong_type", "wrong_type_number"),
    "tuple_type": ("wrong_type", "wrong_type_list"),
    "model_type": ("wrong_type", "wrong_type_object"),
    "literal_error": ("not_allowed", "not_allowed"),
    "string_too_long": ("too_long", "too_long"),
    "too_long": ("too_many_items", "too_many_items"),
    "too_short": ("too_few_items", "too_few_items"),
    "greater_than_equal": ("number_too_small", "number_too_small"),
    "less_than_equal": ("number_too_large", "number_too_large"),
}
"""The code and the text for each error type of pydantic that a body can cause."""


def _fault(error: ErrorDetails) -> Fault:
    pointer = "".join(f"/{escape(str(part))}" for part in error["loc"])
    code, message = _code_and_message(error)
    return Fault(pointer, code, message)


def _code_and_message(error: ErrorDetails) -> tuple[ErrorCode, str | PublicText]:
    """Return the code and the message of an error.

    Pydantic's own types are looked up first, because ``too_long`` is both a type of pydantic and a code of this API,
    whose own errors have a message.
    """
    kind, values = error["type"], error.get("ctx", {})
    if error["input"] is None and kind != "extra_forbidden":
        kind = "missing"
    if kind in PYDANTIC_ERRORS and "message" not in values:
        code, name = PYDANTIC_ERRORS[kind]
        return code, PublicText(name, _without_words(values))
    if kind not in _OWN_CODES:
        return "invalid_value", PublicText("invalid_value")
    code = cast("ErrorCode", kind)
    return code, values.get("message") or public_text(code, **values) or error["msg"]


def _without_words(values: dict[str, object]) -> dict[str, object]:
    """Return the values of an error without the English word in pydantic's list of allowed values, true as in JSON."""
    shown = {name: str(value).replace(" or ", ", ") for name, value in values.items()}
    return {name: _IN_JSON.get(value, value) for name, value in shown.items()}


def _long_list(found: LongList) -> Fault:
    pointer = "".join(f"/{escape(str(part))}" for part in found.path)
    return Fault(pointer, "too_many_items", public_text("too_many_items", max_length=found.most) or "")


def parse(body: type[_Body], raw: bytes | str, received_at: datetime) -> _Body:
    """Read and validate one body.

    Raises:
        ProblemError: 400 or 413, as ``read_object`` does; 422 with an error for each field that is not valid.
    """
    return validate(body, read_object(raw), received_at)


def validate(body: type[_Body], value: Json, received_at: datetime) -> _Body:
    """Validate a JSON value; dates of birth, entry and conviction must not be after the day on which it was received.

    Raises:
        ProblemError: 422 with an error for each field that is not valid, 50 at most.
    """
    context = {"today": received_at.astimezone(UTC).date()}
    if too_long := tuple(map(_long_list, islice(long_lists(body, value), MAX_FAULTS))):
        raise ProblemError("invalid", *too_long)
    try:
        return body.model_validate_json(canonical(value), strict=True, context=context)
    except ValidationError as error:
        faults = error.errors(include_url=False)[:MAX_FAULTS]
        raise ProblemError("invalid", *map(_fault, faults)) from None


def parse_submission(raw: bytes | str, received_at: datetime) -> Submission:
    """Read the body of ``POST /requests``.

    Raises:
        ProblemError: As ``parse`` does.
    """
    return parse(Submission, raw, received_at)

"""Problem documents (RFC 9457): the answer to every refused request, with a type, a status, and errors with codes.

An error names the field at fault and never repeats its value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, NewType, cast

from casereview.http.problem_types import PREFIX, PROBLEMS, ProblemKind, ProblemType
from casereview.policy.errors import DocumentCheck
from casereview.schema.error_codes import MEANINGS, ErrorCode
from casereview.schema.errors import CaseReviewError
from casereview.schema.languages import DEFAULT
from casereview.texts.catalog import CODES, PublicText, TextCode, title

TypeCode = NewType("TypeCode", str)
"""The name of a problem type with underscores: the code of an error that adds nothing to the type."""


_RETRY_AFTER: Final[Mapping[ProblemType, int]] = {"busy": 1, "still-filing": 1}
"""After how many seconds the same request can succeed, by the problem types that say so of themselves."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a problem document."""

    pointer: str
    """A JSON Pointer (RFC 6901) into the body, the name of a header or parameter, or empty for the whole."""
    code: ErrorCode | DocumentCheck | TypeCode
    message: str | PublicText
    """English, or a text that is shown in the language of the caller."""

    def message_in(self, language: str = DEFAULT) -> str:
        """Return the message in a language; a message of the staff API is always in English."""
        return self.message if isinstance(self.message, str) else self.message.shown_in(language)


class ProblemError(CaseReviewError):
    """A request is refused, and nothing was stored.

    Attributes:
        language: The language tag of the stored request that was refused a change, for a caller who states no language.
        retry_after: After how many seconds the same request may be sent again; None if that is not known.
    """

    language: str | None = None
    retry_after: int | None

    def __init__(self, type_: ProblemType, *errors: Fault) -> None:
        """Create a problem.

        Args:
            type_: The problem type.
            errors: What is wrong. Without any, a type below status 500 gets one error with the meaning of the type.
        """
        kind = PROBLEMS[type_]
        super().__init__(kind.title)
        self.type: ProblemType = type_
        self.status = kind.status
        self.title = kind.title
        self.errors = errors or _by_type(type_, kind)
        self.retry_after = _RETRY_AFTER.get(type_)

    def document(self, language: str = DEFAULT) -> dict[str, object]:
        """Return the ``application/problem+json`` document, with its title and messages in a language.

        Args:
            language: A BCP 47 tag; what has no text in a near language is in English.
        """
        return {
            "type": PREFIX + self.type,
            "title": title(self.type, language) or self.title,
            "status": int(self.status),
            "errors": [
                {"pointer": fault.pointer, "code": fault.code, "message": fault.message_in(language)}
                for fault in self.errors
            ],
        }


def _code(type_: ProblemType) -> TypeCode:
    return TypeCode(type_.replace("-", "_"))


def _by_type(type_: ProblemType, kind: ProblemKind) -> tuple[Fault, ...]:
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ()
    return (Fault("", _code(type_), public_text(_code(type_)) or kind.meaning),)


def public_text(code: str, **values: object) -> PublicText | None:
    """Return the public text of a code, with the values of its placeholders, or None if it has none."""
    return PublicText(cast("TextCode", code), values) if code in CODES else None


def problem(type_: ProblemType, message: str | None = None, pointer: str = "") -> ProblemError:
    """Return a problem with one error, whose code is the name of the type; by default with the meaning of the type."""
    code = _code(type_)
    return ProblemError(type_, Fault(pointer, code, message or public_text(code) or PROBLEMS[type_].meaning))


def malformed(pointer: str, code: ErrorCode, message: str | None = None, **values: object) -> ProblemError:
    """Return a problem of status 400: the request cannot be read.

    Args:
        pointer: What cannot be read.
        code: The code of the error.
        message: A message in English, for the staff API; by default the public text of the code.
        values: The values of the placeholders of the public text.
    """
    return ProblemError("malformed", _fault(pointer, code, message, values))


def invalid(pointer: str, code: ErrorCode, message: str | None = None, **values: object) -> ProblemError:
    """Return a problem of status 422: a part of the request is not valid. The arguments are those of ``malformed``."""
    return ProblemError("invalid", _fault(pointer, code, message, values))


def wrong_state(code: ErrorCode, message: str | None = None, pointer: str = "") -> ProblemError:
    """Return a problem of status 409: the request is valid, but the current state does not allow it."""
    return ProblemError("wrong-state", _fault(pointer, code, message, {}))


def not_correctable(message: str) -> ProblemError:
    """Return a problem of status 409: the event cannot be corrected; the message says what to do instead."""
    return problem("not-correctable", message, "/event")


def _fault(pointer: str, code: ErrorCode, message: str | None, values: Mapping[str, object]) -> Fault:
    return Fault(pointer, code, message or public_text(code, **values) or MEANINGS[code])


def forbidden(code: ErrorCode, message: str) -> ProblemError:
    """Return a problem of status 403: the caller is authenticated, but is not allowed to do this."""
    return ProblemError("forbidden", Fault("", code, message))


def throttled(message: str, retry_after: int) -> ProblemError:
    """Return a problem of status 429: too many requests of this kind; the header ``Retry-After`` says when to go on."""
    found = problem("throttled", message)
    found.retry_after = retry_after
    return found


def no_such_request(pointer: str = "") -> ProblemError:
    """Return a problem of status 404: the same for a wrong receipt and a wrong access code."""
    return ProblemError("not-found", Fault(pointer, "no_such_request", PublicText("no_such_request")))


def not_of_this_case(pointer: str) -> ProblemError:
    """Return a problem of status 404 for a receipt that is not of the case, for staff."""
    return ProblemError("not-found", Fault(pointer, "no_such_request", "The case has no request with this receipt."))


def no_such_duty() -> ProblemError:
    """Return a problem of status 404 for a duty that is not one of the case and of the caller's office."""
    return ProblemError("not-found", Fault("", "no_such_duty", "There is no such duty for you."))


def no_such_case(pointer: str = "") -> ProblemError:
    """Return a problem of status 404: the same for a case that does not exist and one that the caller may not open."""
    return ProblemError("not-found", Fault(pointer, "no_such_case", "There is no such case for you."))

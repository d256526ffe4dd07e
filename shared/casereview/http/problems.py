"""Problem documents (RFC 9457): the answer to every refused request, with a type, a status, and errors with codes.

An error names the field at fault and never repeats its value.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import NewType

from casereview.http.problem_types import PREFIX, PROBLEMS, ProblemKind, ProblemType
from casereview.policy.errors import DocumentCheck
from casereview.schema.error_codes import ErrorCode
from casereview.schema.errors import CaseReviewError

TypeCode = NewType("TypeCode", str)
"""The name of a problem type with underscores: the code of an error that adds nothing to the type."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One error of a problem document."""

    pointer: str
    """A JSON Pointer (RFC 6901) into the body, the name of a header or parameter, or empty for the whole."""
    code: ErrorCode | DocumentCheck | TypeCode
    message: str


class ProblemError(CaseReviewError):
    """A request is refused, and nothing was stored."""

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

    def document(self) -> dict[str, object]:
        """Return the ``application/problem+json`` document."""
        return {
            "type": PREFIX + self.type,
            "title": self.title,
            "status": int(self.status),
            "errors": [
                {"pointer": fault.pointer, "code": fault.code, "message": fault.message} for fault in self.errors
            ],
        }


def _code(type_: ProblemType) -> TypeCode:
    return TypeCode(type_.replace("-", "_"))


def _by_type(type_: ProblemType, kind: ProblemKind) -> tuple[Fault, ...]:
    if kind.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return ()
    return (Fault("", _code(type_), kind.meaning),)


def problem(type_: ProblemType, message: str, pointer: str = "") -> ProblemError:
    """Return a problem with one error: a message of its own, and the name of the type as its code."""
    return ProblemError(type_, Fault(pointer, _code(type_), message))


def malformed(pointer: str, code: ErrorCode, message: str) -> ProblemError:
    """Return a problem of status 400: the request cannot be read."""
    return ProblemError("malformed", Fault(pointer, code, message))


def invalid(pointer: str, code: ErrorCode, message: str) -> ProblemError:
    """Return a problem of status 422: one part of the request is not valid."""
    return ProblemError("invalid", Fault(pointer, code, message))


def wrong_state(code: ErrorCode, message: str, pointer: str = "") -> ProblemError:
    """Return a problem of status 409: the request is valid, but the current state does not allow it."""
    return ProblemError("wrong-state", Fault(pointer, code, message))


def forbidden(code: ErrorCode, message: str) -> ProblemError:
    """Return a problem of status 403: the caller is authenticated, but is not allowed to do this."""
    return ProblemError("forbidden", Fault("", code, message))


def no_such_request(pointer: str = "") -> ProblemError:
    """Return a problem of status 404: the same for a wrong receipt and a wrong access code."""
    return ProblemError(
        "not-found", Fault(pointer, "no_such_request", "There is no request with this receipt and access code.")
    )


def no_such_case(pointer: str = "") -> ProblemError:
    """Return a problem of status 404: the same for a case that does not exist and one that the caller may not open."""
    return ProblemError("not-found", Fault(pointer, "no_such_case", "There is no such case for you."))

"""Errors that a caller may see, as RFC 9457 problem details: they name the field, never its value."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong: ``pointer`` is a JSON Pointer (RFC 6901) into the body, or a header or parameter."""

    pointer: str
    message: str


class ProblemError(Exception):
    """A refusal with its HTTP status; whoever raises it has stored nothing."""

    def __init__(self, status: HTTPStatus, title: str, *errors: Fault) -> None:
        """Keep the status, a title that is the same for all problems of this kind, and the faults."""
        super().__init__(title)
        self.status = status
        self.title = title
        self.errors = errors

    def document(self) -> dict[str, object]:
        """Return the ``application/problem+json`` document."""
        return {
            "type": "about:blank",
            "title": self.title,
            "status": int(self.status),
            "errors": [{"pointer": fault.pointer, "message": fault.message} for fault in self.errors],
        }


def malformed(pointer: str, message: str) -> ProblemError:
    """400: the message cannot be read at all."""
    return ProblemError(HTTPStatus.BAD_REQUEST, "The request cannot be read", Fault(pointer, message))


def unprocessable(*errors: Fault) -> ProblemError:
    """422: the message can be read, and these parts of it cannot be accepted."""
    return ProblemError(HTTPStatus.UNPROCESSABLE_ENTITY, "Parts of the request cannot be accepted", *errors)


def not_found() -> ProblemError:
    """404: the same for a wrong receipt and a wrong access code."""
    fault = Fault("", "receipt or access code is not right")
    return ProblemError(HTTPStatus.NOT_FOUND, "Nothing is found under this receipt and access code", fault)


def conflict(message: str) -> ProblemError:
    """409: the request is sound, and the case's state does not allow it now."""
    return ProblemError(HTTPStatus.CONFLICT, "This is not possible now", Fault("", message))


def not_yours() -> ProblemError:
    """404: the same for a case that does not exist and one that the caller may not open."""
    return ProblemError(HTTPStatus.NOT_FOUND, "There is no such case for you")


def forbidden(message: str) -> ProblemError:
    """403: the caller is known, and this is not theirs to do."""
    return ProblemError(HTTPStatus.FORBIDDEN, message)

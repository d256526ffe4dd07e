"""Problem documents (RFC 9457): every answer that refuses a request, with a type, a status and errors with codes.

A problem names the field that is wrong and never repeats its value. ``PROBLEMS`` is the only place that gives a type
its status, title and meaning; docs/problems.md is generated from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final, Literal, NamedTuple, NewType, get_args

from casereview.policy.errors import DocumentCheck
from casereview.schema.error_codes import ErrorCode
from casereview.schema.errors import CaseReviewError

ProblemType = Literal[
    "malformed",
    "unsupported-media-type",
    "too-large",
    "invalid",
    "not-found",
    "unauthenticated",
    "forbidden",
    "throttled",
    "bound-reached",
    "key-reused",
    "still-filing",
    "verification-required",
    "not-decided",
    "claim-required",
    "already-claimed",
    "cap-reached",
    "wrong-state",
    "moved",
    "policy-changed",
    "own-decision",
    "approver-twice",
    "overruled",
    "was-reviewer",
    "preview-required",
    "nobody-would-learn",
    "not-correctable",
    "busy",
    "internal-error",
    "timeout",
]
PREFIX: Final = "/problems/"
"""What comes before the name in the ``type`` of a document."""


class ProblemKind(NamedTuple):
    """What is the same for all problems of a type."""

    status: HTTPStatus
    title: str
    meaning: str
    remedy: str
    """What a client or its user can do."""


PROBLEMS: Final[Mapping[ProblemType, ProblemKind]] = {
    "malformed": ProblemKind(
        HTTPStatus.BAD_REQUEST,
        "The request cannot be read",
        "The body, a header or a parameter cannot be read.",
        "Correct what `errors` names.",
    ),
    "unsupported-media-type": ProblemKind(
        HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
        "The content type is not supported",
        "The body is not `application/json`.",
        "Send `application/json`.",
    ),
    "too-large": ProblemKind(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        "The request is too large",
        "The body is larger than 256 KB.",
        "Shorten the body.",
    ),
    "invalid": ProblemKind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "Parts of the request are not valid",
        "The request can be read, and the parts that `errors` names are not valid. Nothing was stored.",
        "Correct what `errors` names.",
    ),
    "not-found": ProblemKind(
        HTTPStatus.NOT_FOUND,
        "Not found",
        "There is no such route, request, case or policy for you; whether it exists for others is not disclosed.",
        "Check the address, and the receipt and access code where the route takes them.",
    ),
    "unauthenticated": ProblemKind(
        HTTPStatus.UNAUTHORIZED,
        "Authentication is required",
        "There is no valid ID token.",
        "Sign in, and send the ID token; an access token is not accepted.",
    ),
    "forbidden": ProblemKind(
        HTTPStatus.FORBIDDEN,
        "You are not allowed to do this",
        "Your role, your office or the firewall does not allow this request.",
        "Use an account with the role and the office that the route requires.",
    ),
    "throttled": ProblemKind(
        HTTPStatus.TOO_MANY_REQUESTS,
        "Too many requests",
        "Too many requests arrived at once.",
        "Wait as long as `Retry-After` says, then send it again.",
    ),
    "bound-reached": ProblemKind(
        HTTPStatus.TOO_MANY_REQUESTS,
        "A limit is reached",
        "As much as the limit allows was stored already.",
        "Ask the field office.",
    ),
    "key-reused": ProblemKind(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "The Idempotency-Key was used for another request",
        "The Idempotency-Key was used for a request with another body.",
        "Send the request with a new Idempotency-Key.",
    ),
    "still-filing": ProblemKind(
        HTTPStatus.CONFLICT,
        "The same request is being filed",
        "A request with the same Idempotency-Key is being filed at this moment.",
        "Send it again, with the same Idempotency-Key.",
    ),
    "verification-required": ProblemKind(
        HTTPStatus.CONFLICT,
        "Verification is required",
        "The field office has not verified your identity or authority.",
        "Ask the field office what it needs to verify you.",
    ),
    "not-decided": ProblemKind(
        HTTPStatus.CONFLICT,
        "The case is not decided",
        "The field office has not decided the case.",
        "Wait for the decision of the field office.",
    ),
    "claim-required": ProblemKind(
        HTTPStatus.CONFLICT,
        "Claim the case first",
        "You have not claimed the case, and this requires the claim.",
        "Claim the case, then send it again.",
    ),
    "already-claimed": ProblemKind(
        HTTPStatus.CONFLICT,
        "The case is already claimed",
        "Another officer has claimed the case.",
        "Choose another case, or ask a supervisor to release this one.",
    ),
    "cap-reached": ProblemKind(
        HTTPStatus.CONFLICT,
        "You have claimed as many cases as the policy allows",
        "You have claimed as many cases as the policy allows.",
        "Finish or release a case first.",
    ),
    "wrong-state": ProblemKind(
        HTTPStatus.CONFLICT,
        "The current state does not allow this",
        "The request is valid, but the current state of the case, request or policy does not allow it.",
        "Read the case or the policy again; the code says what stands in the way.",
    ),
    "moved": ProblemKind(
        HTTPStatus.CONFLICT,
        "It has changed since you read it",
        "The case or the draft has changed since the version that you read.",
        "Read it again, then decide again.",
    ),
    "policy-changed": ProblemKind(
        HTTPStatus.CONFLICT,
        "Another policy is in force",
        "The policy in force is not the one that the decision names, or the case is not ranked under it yet.",
        "Read the case again, then decide again.",
    ),
    "own-decision": ProblemKind(
        HTTPStatus.CONFLICT,
        "You cannot approve your own work",
        "You are the author of this decision or draft.",
        "Ask another person with your role.",
    ),
    "approver-twice": ProblemKind(
        HTTPStatus.CONFLICT,
        "You have approved this decision already",
        "Two approvals must be given by two people.",
        "Ask another person with the role that the approval names.",
    ),
    "overruled": ProblemKind(
        HTTPStatus.CONFLICT,
        "You were overruled in this case",
        "The Senior Reviewing Official decided against your decision, so you cannot reopen the case.",
        "Ask another supervisor.",
    ),
    "was-reviewer": ProblemKind(
        HTTPStatus.FORBIDDEN,
        "You reviewed this case before",
        "You took part in the first review of this case.",
        "Leave the case to another Senior Reviewing Official.",
    ),
    "preview-required": ProblemKind(
        HTTPStatus.CONFLICT,
        "A preview is required",
        "No finished preview has the digest of this draft.",
        "Ask for a preview, and read it.",
    ),
    "nobody-would-learn": ProblemKind(
        HTTPStatus.CONFLICT,
        "No requester would learn of this decision",
        "No requester of the case can be notified.",
        "Acknowledge it with the decision; the office then has to tell the person.",
    ),
    "not-correctable": ProblemKind(
        HTTPStatus.CONFLICT,
        "This event cannot be corrected",
        "The event is not of a kind that can be corrected, or others rest on it.",
        "Read the history of the case.",
    ),
    "busy": ProblemKind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service cannot complete the request now",
        "Others change the same data at this moment, or a part of the service does not answer.",
        "Send it again, with the same Idempotency-Key where it had one.",
    ),
    "internal-error": ProblemKind(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        "The service failed",
        "The gateway could not reach the service.",
        "Send it again later, with the same Idempotency-Key where it had one.",
    ),
    "timeout": ProblemKind(
        HTTPStatus.GATEWAY_TIMEOUT,
        "The service did not answer in time",
        "The service did not answer in time; whether it acted is not known.",
        "Look up what you changed, or send it again with the same Idempotency-Key where it had one.",
    ),
}

TypeCode = NewType("TypeCode", str)
"""The name of a problem type with underscores: the code of an error that says no more than the type."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong."""

    pointer: str
    """A JSON Pointer (RFC 6901) into the body, the name of a header or parameter, or empty for the whole."""
    code: ErrorCode | DocumentCheck | TypeCode
    message: str


class ProblemError(CaseReviewError):
    """A request is refused, and nothing was stored."""

    def __init__(self, type_: ProblemType, *errors: Fault) -> None:
        """Keep the type and the errors; without any, a refusal of the caller has one that says what the type means."""
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


def problem_types() -> tuple[ProblemType, ...]:
    """Return all types, in the order of their statuses."""
    return tuple(sorted(get_args(ProblemType), key=lambda each: PROBLEMS[each].status))


def problem(type_: ProblemType, message: str, pointer: str = "") -> ProblemError:
    """Return a problem with one error, whose message says more than the type, and whose code does not."""
    return ProblemError(type_, Fault(pointer, _code(type_), message))


def malformed(pointer: str, code: ErrorCode, message: str) -> ProblemError:
    """400: the request cannot be read."""
    return ProblemError("malformed", Fault(pointer, code, message))


def invalid(pointer: str, code: ErrorCode, message: str) -> ProblemError:
    """422: one part of the request is not valid."""
    return ProblemError("invalid", Fault(pointer, code, message))


def wrong_state(code: ErrorCode, message: str, pointer: str = "") -> ProblemError:
    """409: the request is valid, and the current state does not allow it."""
    return ProblemError("wrong-state", Fault(pointer, code, message))


def forbidden(code: ErrorCode, message: str) -> ProblemError:
    """403: the caller is known, and is not allowed to do this."""
    return ProblemError("forbidden", Fault("", code, message))


def no_such_request(pointer: str = "") -> ProblemError:
    """404: the same for a wrong receipt and a wrong access code."""
    return ProblemError(
        "not-found", Fault(pointer, "no_such_request", "There is no request with this receipt and access code.")
    )


def no_such_case(pointer: str = "") -> ProblemError:
    """404: the same for a case that does not exist and for one that the caller may not open."""
    return ProblemError("not-found", Fault(pointer, "no_such_case", "There is no such case for you."))

"""The types of problem documents (RFC 9457): each with its status, its title, its meaning and what a client can do.

docs/problems.md is generated from ``PROBLEMS``.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final, Literal, NamedTuple, get_args

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
    "unreadable",
    "busy",
    "internal-error",
    "timeout",
]
PREFIX: Final = "/problems/"
"""The prefix of the type's name in the ``type`` of a problem document."""


class ProblemKind(NamedTuple):
    """The status and the texts that all problems of a type share."""

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
        "There is no such route, request, case or policy, or you have no access to it; which of the two is not"
        " disclosed.",
        "Check the address, and the receipt and access code where the route takes them.",
    ),
    "unauthenticated": ProblemKind(
        HTTPStatus.UNAUTHORIZED,
        "Authentication is required",
        "The request has no valid ID token.",
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
        "This request cannot hold more text. Everything that you sent before is kept. To tell us more, call the field"
        " office, or write it a letter with your receipt number. A letter is still read.",
        "Call the field office, or write it a letter.",
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
        "Only the officer who has claimed the case can do this, and you have not claimed it.",
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
        "Read the case or the policy again; the code names the reason.",
    ),
    "moved": ProblemKind(
        HTTPStatus.CONFLICT,
        "The case or draft has changed",
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
        "A second person is needed",
        "Two people must give this approval, or make this check, and you are the first.",
        "Ask another person whose role allows it.",
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
        "Acknowledge this with the decision; the office must then inform the person.",
    ),
    "not-correctable": ProblemKind(
        HTTPStatus.CONFLICT,
        "This event cannot be corrected",
        "Events of this kind cannot be corrected, or later events depend on it.",
        "Read the history of the case.",
    ),
    "unreadable": ProblemKind(
        HTTPStatus.CONFLICT,
        "A record of the case cannot be read",
        "Until the record is repaired, nothing in the case is changed, decided or sent, and the case counts as"
        " restricted. The log names the record.",
        "Tell whoever runs the system; what waits goes on once the record is repaired.",
    ),
    "busy": ProblemKind(
        HTTPStatus.SERVICE_UNAVAILABLE,
        "The service cannot complete the request now",
        "Other requests are changing the same data, or a part of the service is not available.",
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
        "The service did not answer in time; the request may or may not have taken effect.",
        "Look up what you changed, or send it again with the same Idempotency-Key where it had one.",
    ),
}


def problem_types() -> tuple[ProblemType, ...]:
    """Return all types, in the order of their statuses."""
    return tuple(sorted(get_args(ProblemType), key=lambda each: PROBLEMS[each].status))

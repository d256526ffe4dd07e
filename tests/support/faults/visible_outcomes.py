"""What the caller sees when AWS fails: the table in docs/proofs.md, checked for every fault that is injected."""

from __future__ import annotations

from typing import Final, Literal

from tests.support.crashes.flow import Flow

Outcome = Literal["no effect", "retry requested", "redelivered"]
"""The same result as without a fault; a response 503 or 409 that asks the client to retry; or a failed message or
scheduled task, which is delivered or run again."""

_NO_EFFECT: Final[frozenset[Outcome]] = frozenset({"no effect"})
_RETRY: Final[frozenset[Outcome]] = frozenset({"retry requested"})
_REDELIVERED: Final[frozenset[Outcome]] = frozenset({"redelivered"})
_STATE: Final = ("dynamodb", "kms")
_SENDING: Final = ("sesv2", "pinpoint-sms-voice-v2")
_LASTING: Final = ("unavailable, repeatedly", "response lost, repeatedly")

EXPECTED: Final[dict[tuple[str, str], tuple[frozenset[Outcome], frozenset[Outcome]]]] = {
    **{(fault, "any"): (_NO_EFFECT, _NO_EFFECT) for fault in ("throttled, once", "response lost, once")},
    ("conflict at the first write, once", "dynamodb"): (_NO_EFFECT, _NO_EFFECT),
    ("conflict at the last write, once", "dynamodb"): (_NO_EFFECT, _NO_EFFECT),
    ("conflict at the last write, repeatedly", "dynamodb"): (_RETRY, _NO_EFFECT | _REDELIVERED),
    ("transaction throttled, repeatedly", "dynamodb"): (_RETRY, _NO_EFFECT | _REDELIVERED),
    ("partially done, once", "dynamodb"): (_NO_EFFECT, _NO_EFFECT),
    ("partially done, repeatedly", "dynamodb"): (_RETRY, _REDELIVERED),
    **{(f"partially done, {lasts}", "sqs"): (_NO_EFFECT, _REDELIVERED) for lasts in ("once", "repeatedly")},
    **{
        (fault, service): (_RETRY, _REDELIVERED)
        for fault in ("unavailable, repeatedly", "response lost, repeatedly")
        for service in _STATE
    },
    ("refused, repeatedly", "kms"): (_RETRY, _REDELIVERED),
    **{(fault, "cognito-idp"): (_RETRY, _REDELIVERED) for fault in ("refused, repeatedly", *_LASTING)},
    **{
        (fault, service): (_NO_EFFECT, _REDELIVERED if service == "sqs" else _NO_EFFECT)
        for fault in ("refused, repeatedly", *_LASTING)
        for service in ("sqs", *_SENDING)
    },
}
"""By fault and service: the outcomes for requesters and staff, and for the system's own work. An error of SES or AWS
End User Messaging has no effect for the caller, because no client waits for a response; the notice stays pending."""


def expected_outcomes(fault: str, service: str, flow: Flow) -> frozenset[Outcome]:
    """Return the outcomes that a fault of a service may have for a flow.

    Raises:
        KeyError: The table has no such fault.
    """
    clients, system = EXPECTED[(fault, service) if (fault, service) in EXPECTED else (fault, "any")]
    if flow.caller == "operator":
        return _NO_EFFECT | _REDELIVERED  # the task reports what it did, or fails
    if flow.caller == "system":
        return system
    return clients

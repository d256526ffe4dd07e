"""What whoever asked sees when AWS fails: the table that docs/proofs.md shows, checked at every fault that is tried."""

from __future__ import annotations

from typing import Final, Literal

from tests.support.crashes.flow import Flow

Seen = Literal["as ever", "try again", "comes again"]
"""As where nothing fails; a 503 or 409 that asks to send it again; or nothing: a message or a tick comes again."""
Askers = Literal["people", "system"]

_EVER: Final[frozenset[Seen]] = frozenset({"as ever"})
_TRY: Final[frozenset[Seen]] = frozenset({"try again"})
_COMES: Final[frozenset[Seen]] = frozenset({"comes again"})
_STATE: Final = ("dynamodb", "kms")
_SENDING: Final = ("sesv2", "sns")
_LASTING: Final = ("down, on and on", "answer lost, on and on")

SEEN: Final[dict[tuple[str, str], tuple[frozenset[Seen], frozenset[Seen]]]] = {
    **{(fault, "any"): (_EVER, _EVER) for fault in ("throttled, once", "answer lost, once")},
    ("conflict at the first write, once", "dynamodb"): (_EVER | _TRY, _EVER | _COMES),
    ("conflict at the last write, once", "dynamodb"): (_EVER, _EVER | _COMES),
    ("conflict at the last write, on and on", "dynamodb"): (_TRY, _EVER | _COMES),
    ("transaction throttled, on and on", "dynamodb"): (_TRY, _EVER | _COMES),
    ("partly done, once", "dynamodb"): (_EVER, _EVER),
    ("partly done, on and on", "dynamodb"): (_TRY, _COMES),
    **{(f"partly done, {lasts}", "sqs"): (_EVER, _COMES) for lasts in ("once", "on and on")},
    **{
        (fault, service): (_TRY, _COMES)
        for fault in ("down, on and on", "answer lost, on and on")
        for service in _STATE
    },
    ("refused, on and on", "kms"): (_TRY, _COMES),
    **{
        (fault, service): (_EVER, _COMES if service == "sqs" else _EVER)
        for fault in ("refused, on and on", *_LASTING)
        for service in ("sqs", *_SENDING)
    },
}
"""By fault and service: what requesters and staff may see, and what the system's own work does. A message that SES or
SNS did not take is as ever: nobody waits for an answer, and its notice is owed again later. The first write of a filing
is its request, which only a twin can be at: it is asked to send it again. Who does not start again by itself
(``Flow.again``) may be asked to try again at each conflict."""


def may_see(fault: str, service: str, flow: Flow) -> frozenset[Seen]:
    """Return what may be seen of a fault of a service. Raises KeyError for one that the table does not know."""
    people, system = SEEN[(fault, service) if (fault, service) in SEEN else (fault, "any")]
    if flow.asker == "operator":
        return _EVER | _COMES  # a duty that says how much it did, or fails
    if flow.asker == "system":
        return system
    return people if flow.again or ("transaction" not in fault and "conflict" not in fault) else _EVER | _TRY

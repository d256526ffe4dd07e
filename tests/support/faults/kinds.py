"""How AWS fails without a process dying: each kind of fault, where it can occur, and what comes back over the wire."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.exceptions import ReadTimeoutError
from moto.core.botocore_stubber import MockRawResponse

from tests.support.aws_faults import Forward, Responder, refuses

if TYPE_CHECKING:
    from botocore.awsrequest import AWSPreparedRequest

WRITES = "dynamodb.TransactWriteItems"
BATCH_GET = "dynamodb.BatchGetItem"
BATCH_SEND = "sqs.SendMessageBatch"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault: one attempt of a call, or every attempt at its service from that call on (``lasts``)."""

    name: str
    act: Callable[[str], Responder | None]
    """From an operation to what becomes of it; None where this fault cannot occur."""
    lasts: bool

    def __str__(self) -> str:
        """Say what happens, and for how long."""
        return f"{self.name}, {'on and on' if self.lasts else 'once'}"


_THROTTLED = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "kms": ("ThrottlingException", 400),
    "sqs": ("ThrottlingException", 400),
    "sesv2": ("TooManyRequestsException", 429),
    "sns": ("Throttled", 429),
}
_REFUSED = {
    "dynamodb": ("AccessDeniedException", 400),
    "kms": ("KMSInvalidStateException", 400),
    "sqs": ("AccessDenied", 403),
    "sesv2": ("SendingPausedException", 400),
    "sns": ("AuthorizationError", 403),
}
_LOST_ONCE = frozenset({"dynamodb.UpdateItem", "dynamodb.PutItem", "sqs.SendMessage", "sqs.SendMessageBatch"})
"""What takes effect and is sent again by botocore, without a token: ``prove_tokens`` has the transactions, and
``test_sending.py`` what botocore sends only once. A read whose answer is lost is as one that is throttled."""


def service_of(operation: str) -> str:
    """Return the service of an operation."""
    return operation.partition(".")[0]


def _throttled(operation: str) -> Responder:
    code, status = _THROTTLED[service_of(operation)]
    return refuses(code, status=status)


def _down(operation: str) -> Responder:
    return refuses("InternalFailure" if service_of(operation) == "sns" else "InternalServerError", status=500)


def _refused(operation: str) -> Responder:
    code, status = _REFUSED[service_of(operation)]
    return refuses(code, status=status)


def lost(_operation: str) -> Responder:
    """Carry the call out, and let its answer not arrive."""

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        perform()
        raise ReadTimeoutError(endpoint_url=request.url)

    return act


def _lost_once(operation: str) -> Responder | None:
    return lost(operation) if operation in _LOST_ONCE else None


def _cancelled(reason: str, place: int) -> Callable[[str], Responder | None]:
    """Cancel a transaction for a reason that is no condition's, at its first write (0) or its last (-1)."""

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        asked: bytes = request.body  # type: ignore[assignment]
        reasons = [{"Code": "None"} for _ in json.loads(asked)["TransactItems"]]
        reasons[place]["Code"] = reason
        return refuses("TransactionCanceledException", CancellationReasons=reasons)(request, perform)

    return lambda operation: act if operation == WRITES else None


def _without_the_last(
    operation: str, asked: dict[str, Any], perform: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Do a batch but for its last part, and hand that back."""
    if operation == BATCH_SEND:
        *taken, last = asked["Entries"]
        done = perform({**asked, "Entries": taken}) if taken else {"Successful": []}
        return {**done, "Failed": [{"Id": last["Id"], "Code": "InternalError", "SenderFault": False}]}
    ((table, wanted),) = asked["RequestItems"].items()
    *read, last = wanted["Keys"]
    done = perform({"RequestItems": {table: {**wanted, "Keys": read}}}) if read else {"Responses": {table: []}}
    return {**done, "UnprocessedKeys": {table: {**wanted, "Keys": [last]}}}


def partly(operation: str) -> Responder | None:
    """Do what was asked for in part: the answer is a success, and says what was left."""

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        def performed(asked: dict[str, Any]) -> dict[str, Any]:
            request.body = json.dumps(asked).encode()
            found: dict[str, Any] = json.loads(perform().content)
            return found

        asked: bytes = request.body  # type: ignore[assignment]
        body = json.dumps(_without_the_last(operation, json.loads(asked), performed))
        return AWSResponse(request.url, 200, {"Content-Type": "application/json"}, MockRawResponse(body))  # type: ignore[arg-type]

    return act if operation in {BATCH_GET, BATCH_SEND} else None


def _not_the_table(operation: str) -> Responder | None:
    return None if service_of(operation) == "dynamodb" else _refused(operation)


KINDS = [
    Kind("throttled", _throttled, lasts=False),
    Kind("down", _down, lasts=True),
    Kind("refused", _not_the_table, lasts=True),
    Kind("answer lost", _lost_once, lasts=False),
    Kind("answer lost", lost, lasts=True),
    Kind("conflict at the first write", _cancelled("TransactionConflict", 0), lasts=False),
    Kind("conflict at the last write", _cancelled("TransactionConflict", -1), lasts=False),
    Kind("conflict at the last write", _cancelled("TransactionConflict", -1), lasts=True),
    Kind("partly done", partly, lasts=False),
    Kind("partly done", partly, lasts=True),
    Kind("transaction throttled", _cancelled("ThrottlingError", -1), lasts=True),
]

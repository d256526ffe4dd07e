"""The kinds of faults of AWS: where each one can occur, and the response to the request."""

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
class FaultKind:
    """A kind of fault.

    Attributes:
        name: The name of the fault.
        responder: Returns the responder for an operation; None if the fault cannot occur there.
        lasts: Whether it affects all later attempts at the same service, or one attempt only.
    """

    name: str
    responder: Callable[[str], Responder | None]
    lasts: bool

    def __str__(self) -> str:
        """Return the name, and whether the fault occurs once or repeatedly."""
        return f"{self.name}, {'repeatedly' if self.lasts else 'once'}"


_SERVICES = {"cognito-identity-provider": "cognito-idp"}
"""The names of services whose operations botocore names otherwise."""
_THROTTLED = {
    "dynamodb": ("ProvisionedThroughputExceededException", 400),
    "kms": ("ThrottlingException", 400),
    "sqs": ("ThrottlingException", 400),
    "cognito-idp": ("TooManyRequestsException", 400),
    "sesv2": ("TooManyRequestsException", 429),
    "pinpoint-sms-voice-v2": ("ThrottlingException", 400),
}
_REFUSED = {
    "dynamodb": ("AccessDeniedException", 400),
    "kms": ("KMSInvalidStateException", 400),
    "sqs": ("AccessDenied", 403),
    "cognito-idp": ("NotAuthorizedException", 400),
    "sesv2": ("SendingPausedException", 400),
    "pinpoint-sms-voice-v2": ("AccessDeniedException", 400),
}
_RETRIED_WITHOUT_TOKEN = frozenset(
    {"dynamodb.UpdateItem", "dynamodb.PutItem", "sqs.SendMessage", "sqs.SendMessageBatch"}
)
"""The writes that botocore retries without a token. ``prove_tokens`` tests transactions, and ``test_messages.py``
the calls that botocore does not retry. A read whose response is lost is like a read that is throttled."""


def service_of(operation: str) -> str:
    """Return the service of an operation."""
    return _SERVICES.get(name := operation.partition(".")[0], name)


def _throttled(operation: str) -> Responder:
    code, status = _THROTTLED[service_of(operation)]
    return refuses(code, status=status)


def _unavailable(_operation: str) -> Responder:
    return refuses("InternalServerError", status=500)


def _refused(operation: str) -> Responder:
    code, status = _REFUSED[service_of(operation)]
    return refuses(code, status=status)


def response_lost(_operation: str) -> Responder:
    """Have the service handle the call, and lose its response."""

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        perform()
        raise ReadTimeoutError(endpoint_url=request.url)

    return act


def _response_lost_once(operation: str) -> Responder | None:
    return response_lost(operation) if operation in _RETRIED_WITHOUT_TOKEN else None


def _cancelled(reason: str, place: int) -> Callable[[str], Responder | None]:
    """Cancel a transaction for a reason other than a failed condition, at its first write (0) or its last (-1)."""

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        body: bytes = request.body  # type: ignore[assignment]
        reasons = [{"Code": "None"} for _ in json.loads(body)["TransactItems"]]
        reasons[place]["Code"] = reason
        return refuses("TransactionCanceledException", CancellationReasons=reasons)(request, perform)

    return lambda operation: act if operation == WRITES else None


def _all_but_the_last(
    operation: str, batch: dict[str, Any], perform: Callable[[dict[str, Any]], dict[str, Any]]
) -> dict[str, Any]:
    """Perform a batch without its last entry, and return that entry as failed or unprocessed."""
    if operation == BATCH_SEND:
        *entries, last = batch["Entries"]
        done = perform({**batch, "Entries": entries}) if entries else {"Successful": []}
        return {**done, "Failed": [{"Id": last["Id"], "Code": "InternalError", "SenderFault": False}]}
    ((table, wanted),) = batch["RequestItems"].items()
    *read, last = wanted["Keys"]
    done = perform({"RequestItems": {table: {**wanted, "Keys": read}}}) if read else {"Responses": {table: []}}
    return {**done, "UnprocessedKeys": {table: {**wanted, "Keys": [last]}}}


def partially_done(operation: str) -> Responder | None:
    """Perform a batch in part: the response reports success, and lists what was not done."""

    def act(request: AWSPreparedRequest, perform: Forward) -> AWSResponse:
        def performed(batch: dict[str, Any]) -> dict[str, Any]:
            request.body = json.dumps(batch).encode()
            found: dict[str, Any] = json.loads(perform().content)
            return found

        sent: bytes = request.body  # type: ignore[assignment]
        body = json.dumps(_all_but_the_last(operation, json.loads(sent), performed))
        return AWSResponse(request.url, 200, {"Content-Type": "application/json"}, MockRawResponse(body))  # type: ignore[arg-type]

    return act if operation in {BATCH_GET, BATCH_SEND} else None


def _refused_except_by_dynamodb(operation: str) -> Responder | None:
    return None if service_of(operation) == "dynamodb" else _refused(operation)


KINDS = [
    FaultKind("throttled", _throttled, lasts=False),
    FaultKind("unavailable", _unavailable, lasts=True),
    FaultKind("refused", _refused_except_by_dynamodb, lasts=True),
    FaultKind("response lost", _response_lost_once, lasts=False),
    FaultKind("response lost", response_lost, lasts=True),
    FaultKind("conflict at the first write", _cancelled("TransactionConflict", 0), lasts=False),
    FaultKind("conflict at the last write", _cancelled("TransactionConflict", -1), lasts=False),
    FaultKind("conflict at the last write", _cancelled("TransactionConflict", -1), lasts=True),
    FaultKind("partially done", partially_done, lasts=False),
    FaultKind("partially done", partially_done, lasts=True),
    FaultKind("transaction throttled", _cancelled("ThrottlingError", -1), lasts=True),
]

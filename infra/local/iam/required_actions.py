"""The IAM actions and resources that a request requires, and its condition keys. Pure functions.

The rules follow the Service Authorization Reference. Some operations require several actions (a transaction), or an
action of another name (a raw e-mail).
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

RequiredAction = tuple[str, str]  # action, resource

_DYNAMODB_WRITES: Final = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
}
_INVOCATIONS: Final = re.compile(r"/2015-03-31/functions/([^/]+)/invocations")
_BLOB_KEY_ID: Final = 36  # characters; moto's ciphertexts start with the id of their key


@dataclass(frozen=True, slots=True)
class AwsRequest:
    """One request: the service it is signed for, the operation, and its parameters.

    `identities` are the SES identities that exist: sending is authorized on the address if it is an identity, else on
    its domain.
    """

    service: str
    operation: str
    parameters: Mapping[str, Any]
    region: str = "us-east-1"
    account: str = "123456789012"
    identities: frozenset[str] = field(default=frozenset())

    def arn(self, service: str, rest: str) -> str:
        """Return the ARN of a resource in the account and region of this request."""
        return f"arn:aws:{service}:{self.region}:{self.account}:{rest}"


def required_actions(request: AwsRequest) -> list[RequiredAction]:
    """Return the (action, resource) pairs that must all be allowed.

    A service without rules here requires the action of the operation's name, on `*`.
    """
    rule = _SERVICES.get(request.service)
    return _unique(rule(request)) if rule else [(f"{request.service}:{request.operation}", "*")]


def condition_keys(request: AwsRequest) -> dict[str, str | Sequence[str]]:
    """Return the condition keys of a request that a function makes itself.

    `kms:ViaService` is never among them: AWS sets it only for calls that a service makes on behalf of a principal.
    """
    context: dict[str, str | Sequence[str]] = {"aws:RequestedRegion": request.region}
    parameters = request.parameters
    if request.service == "kms" and parameters.get("EncryptionContext"):
        pairs = parameters["EncryptionContext"]
        context["kms:EncryptionContextKeys"] = list(pairs)
        context |= {f"kms:EncryptionContext:{key}": value for key, value in pairs.items()}
    if request.service == "kms" and parameters.get("MacAlgorithm"):
        context["kms:MacAlgorithm"] = parameters["MacAlgorithm"]
    if request.service == "ses" and parameters.get("FromEmailAddress"):
        context["ses:FromAddress"] = address_of(parameters["FromEmailAddress"])
    return context


def address_of(sender: str) -> str:
    """Return the address of `Name <address>`."""
    return sender.rpartition("<")[2].rstrip("> ") if "<" in sender else sender.strip()


def _unique(calls: list[RequiredAction]) -> list[RequiredAction]:
    return list(dict.fromkeys(calls))


def _table(request: AwsRequest, name: str, index: str | None = None) -> str:
    arn = name if name.startswith("arn:") else request.arn("dynamodb", f"table/{name}")
    return f"{arn}/index/{index}" if index else arn


def _dynamodb(request: AwsRequest) -> list[RequiredAction]:
    parameters = request.parameters
    match request.operation:
        case "TransactWriteItems":
            return [
                (_DYNAMODB_WRITES.get(kind, f"dynamodb:{kind}"), _table(request, operation.get("TableName", "")))
                for entry in parameters.get("TransactItems", [])
                for kind, operation in entry.items()
            ]
        case "TransactGetItems":
            gets = [entry.get("Get", {}) for entry in parameters.get("TransactItems", [])]
            return [("dynamodb:GetItem", _table(request, get.get("TableName", ""))) for get in gets]
        case "BatchGetItem" | "BatchWriteItem":
            action = f"dynamodb:{request.operation}"
            return [(action, _table(request, name)) for name in parameters.get("RequestItems", {})]
    name = parameters.get("TableName")
    resource = _table(request, name, parameters.get("IndexName")) if name else "*"
    return [(f"dynamodb:{request.operation}", resource)]


def _sqs(request: AwsRequest) -> list[RequiredAction]:
    name = request.parameters.get("QueueUrl", "").rpartition("/")[2] or request.parameters.get("QueueName")
    action = request.operation.removesuffix("Batch")
    return [(f"sqs:{action}", request.arn("sqs", name) if name else "*")]


def _kms_key(request: AwsRequest, key: str) -> str:
    if key.startswith("arn:"):
        return key
    return request.arn("kms", key if key.startswith("alias/") else f"key/{key}")


def _key_of_blob(blob: str | bytes) -> str:
    if isinstance(blob, bytes):
        return blob[:_BLOB_KEY_ID].decode("ascii", "replace")
    return b64decode(blob)[:_BLOB_KEY_ID].decode("ascii", "replace")


def _kms(request: AwsRequest) -> list[RequiredAction]:
    parameters = request.parameters
    source = parameters.get("KeyId") or parameters.get("SourceKeyId")
    if source is None and "CiphertextBlob" in parameters:
        source = _key_of_blob(parameters["CiphertextBlob"])
    resource = _kms_key(request, source) if source else "*"
    if request.operation == "ReEncrypt":
        target = _kms_key(request, parameters["DestinationKeyId"])
        return [("kms:ReEncryptFrom", resource), ("kms:ReEncryptTo", target)]
    return [(f"kms:{request.operation}", resource)]


def _sns(request: AwsRequest) -> list[RequiredAction]:
    parameters = request.parameters
    topic = parameters.get("TopicArn") or parameters.get("TargetArn")
    return [(f"sns:{request.operation.removesuffix('Batch')}", topic or "*")]


def _ses(request: AwsRequest) -> list[RequiredAction]:
    parameters = request.parameters
    if request.operation != "SendEmail":
        return [(f"ses:{request.operation}", "*")]
    action = "ses:SendRawEmail" if "Raw" in parameters.get("Content", {}) else "ses:SendEmail"
    sender = address_of(parameters.get("FromEmailAddress", ""))
    domain = sender.rpartition("@")[2]
    identity = domain if sender not in request.identities and domain in request.identities else sender
    calls = [(action, request.arn("ses", f"identity/{identity}"))]
    if parameters.get("ConfigurationSetName"):
        calls.append((action, request.arn("ses", f"configuration-set/{parameters['ConfigurationSetName']}")))
    return calls


def _sms_voice(request: AwsRequest) -> list[RequiredAction]:
    return [(f"sms-voice:{request.operation}", request.parameters.get("OriginationIdentity") or "*")]


def invoked_function(method: str, path: str) -> str | None:
    """Return the name or ARN of the function that a request of Lambda's Invoke API names, as sent; None for others."""
    found = _INVOCATIONS.fullmatch(path) if method == "POST" else None
    return unquote(found[1]) if found else None


def _lambda(request: AwsRequest) -> list[RequiredAction]:
    if request.operation != "Invoke":
        return [(f"lambda:{request.operation}", "*")]
    name, qualifier = request.parameters["FunctionName"], request.parameters.get("Qualifier")
    arn = name if name.startswith("arn:") else request.arn("lambda", f"function:{name}")
    return [("lambda:InvokeFunction", f"{arn}:{qualifier}" if qualifier else arn)]


def _cognito(request: AwsRequest) -> list[RequiredAction]:
    pool = request.parameters.get("UserPoolId")
    resource = request.arn("cognito-idp", f"userpool/{pool}") if pool else "*"
    return [(f"cognito-idp:{request.operation}", resource)]


_SERVICES: Final[dict[str, Callable[[AwsRequest], list[RequiredAction]]]] = {
    "dynamodb": _dynamodb,
    "sqs": _sqs,
    "kms": _kms,
    "sns": _sns,
    "ses": _ses,
    "sms-voice": _sms_voice,
    "cognito-idp": _cognito,
    "lambda": _lambda,
}

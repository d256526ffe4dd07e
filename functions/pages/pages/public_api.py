"""The public API, reached by invoking the function behind it: the only door of this site.

The event is the one that API Gateway sends for the same request, with the caller's address. Nothing is tried twice:
a filing has its Idempotency-Key, and the person sees what failed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from botocore.exceptions import BotoCoreError, ClientError

from casereview.runtime.aws_clients import INVOKING, AwsClients
from casereview.web.api_answer import ApiAnswer

if TYPE_CHECKING:
    from types_boto3_lambda.client import LambdaClient


@dataclass(frozen=True, slots=True)
class ApiRequest:
    """A request to the public API."""

    method: str
    resource: str
    """The path of the route, with ``{receipt}`` for the receipt."""
    receipt: str | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: Mapping[str, Any] | None = None


FAILED: Final = ApiAnswer(HTTPStatus.SERVICE_UNAVAILABLE, {})
"""Stands for every error that is not an answer of the public API; what it was is never shown."""


def lambda_client() -> LambdaClient:
    """Create the client of Lambda; makes no call."""
    return AwsClients().make("lambda", config=INVOKING.config())


class PublicApi:
    """The public API.

    Args:
        client: invokes the function.
        function: the ARN of its published version.
    """

    def __init__(self, client: LambdaClient, function: str) -> None:
        self._client = client
        self._function = function

    def ask(self, request: ApiRequest, address: str, language: str) -> ApiAnswer:
        """Send a request.

        Args:
            request: the request.
            address: the network address of the person who makes it.
            language: the language of what a refusal says.

        Returns:
            The answer, or ``FAILED`` where there is none.
        """
        event = json.dumps(proxy_event(request, address, language)).encode()
        try:
            answer = self._client.invoke(FunctionName=self._function, Payload=event)
            payload = answer["Payload"].read()
        except (BotoCoreError, ClientError):
            return FAILED
        if answer.get("FunctionError"):
            return FAILED
        return _read(payload)


def proxy_event(request: ApiRequest, address: str, language: str) -> dict[str, Any]:
    """Return the event that API Gateway sends to the function for a request."""
    headers = {
        "Accept": "application/json",
        "Accept-Language": language,
        **({} if request.body is None else {"Content-Type": "application/json"}),
        **request.headers,
        "X-Forwarded-For": address,
    }
    path = request.resource.replace("{receipt}", quote(request.receipt or "", safe=""))
    query = dict(request.query)
    return {
        "resource": request.resource,
        "path": path,
        "httpMethod": request.method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": {"receipt": request.receipt} if request.receipt else None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": request.resource,
            "httpMethod": request.method,
            "path": path,
            "protocol": "HTTP/1.1",
            "stage": "site",
            "identity": {"sourceIp": address},
        },
        "body": None if request.body is None else json.dumps(request.body),
        "isBase64Encoded": False,
    }


def _read(payload: bytes) -> ApiAnswer:
    try:
        answer = json.loads(payload)
        body = json.loads(answer["body"])
        return ApiAnswer(int(answer["statusCode"]), body)
    except (ValueError, KeyError, TypeError):
        return FAILED

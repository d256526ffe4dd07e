"""Lambda proxy integration of a REST API: builds proxy events, reads proxy responses, makes gateway responses."""

from __future__ import annotations

import base64
import json
import re
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qsl, quote

from infra.local.account import ACCOUNT
from infra.local.api_gateway.routes import Api, GatewayResponse, RouteMatch
from infra.local.http_server import HttpRequest, HttpResponse

_CONTEXT: Final = re.compile(r"\$context\.([\w.]+)")
_HOP_BY_HOP: Final = {"content-length", "connection", "transfer-encoding", "keep-alive"}

_NOT_SIGNED: Final = (
    "accessKey",
    "accountId",
    "caller",
    "cognitoAuthenticationProvider",
    "cognitoAuthenticationType",
    "cognitoIdentityId",
    "cognitoIdentityPoolId",
    "principalOrgId",
    "user",
    "userArn",
)
"""What API Gateway says of a caller who signed the request with IAM; null for any other."""

# API Gateway's default status and message of each gateway response.
_DEFAULTS: Final[Mapping[str, tuple[int, str]]] = {
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "UNAUTHORIZED": (401, "Unauthorized"),
    "REQUEST_TOO_LARGE": (413, "Request Too Long"),
    "INTEGRATION_TIMEOUT": (504, "Endpoint request timed out"),
    "DEFAULT_5XX": (502, "Internal server error"),
}


@dataclass(frozen=True)
class ProxyRequest:
    """A request that matched a route, with its id and the claims of its token."""

    http: HttpRequest
    match: RouteMatch
    request_id: str
    claims: Mapping[str, str] | None = None


class MalformedProxyResponseError(ValueError):
    """The function returned something that is not a proxy response."""


def new_request_id() -> str:
    """Return a new request id."""
    return str(uuid.uuid4())


def proxy_event(request: ProxyRequest) -> dict[str, Any]:
    """Return the event of the Lambda proxy integration (payload format 1.0)."""
    http, found = request.http, request.match
    headers = [*http.headers, *_forwarded(http)]
    query = parse_qsl(http.query.encode("latin-1", "replace").decode("utf-8", "replace"), keep_blank_values=True)
    binary = is_binary_type(found.api.binary_types, http.header("content-type") or "")
    return {
        "resource": found.route.resource,
        "path": _encoded(http.path),
        "httpMethod": http.method,
        "headers": dict(headers) or None,
        "multiValueHeaders": _group_by_name(headers),
        "queryStringParameters": dict(query) or None,
        "multiValueQueryStringParameters": _group_by_name(query),
        "pathParameters": {name: _encoded(value) for name, value in found.parameters.items()} or None,
        "stageVariables": None,
        "requestContext": _request_context(request),
        "body": _body(http.body, binary=binary),
        "isBase64Encoded": binary and bool(http.body),
    }


def _encoded(path: str) -> str:
    """Return a path as it was sent, percent-encoded; API Gateway decodes neither it nor its parameters.

    Bytes that a client should have encoded are encoded here.
    """
    return quote(path.encode("latin-1", "replace"), safe="/%:@!$&'()*+,;=~-._")


def _forwarded(http: HttpRequest) -> list[tuple[str, str]]:
    return [("X-Forwarded-For", http.client), ("X-Forwarded-Port", "443"), ("X-Forwarded-Proto", "https")]


def _group_by_name(pairs: list[tuple[str, str]]) -> dict[str, list[str]] | None:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found or None


def _body(body: bytes, *, binary: bool) -> str | None:
    if not body:
        return None
    return base64.b64encode(body).decode() if binary else body.decode("utf-8", "replace")


def is_binary_type(types: tuple[str, ...], content_type: str) -> bool:
    """Return whether a media type is among the binary media types of an API."""
    plain = content_type.partition(";")[0].strip().lower()
    family = plain.partition("/")[0]
    return any(each in {"*/*", plain, f"{family}/*"} for each in types) and bool(plain or "*/*" in types)


def _request_context(request: ProxyRequest) -> dict[str, Any]:
    http, found = request.http, request.match
    now = time.time()
    host = http.header("host") or "localhost"
    context: dict[str, Any] = {
        "accountId": ACCOUNT,
        "apiId": found.api.api_id,
        "deploymentId": "local",
        "domainName": host,
        "domainPrefix": host.partition(".")[0],
        "extendedRequestId": request.request_id,
        "httpMethod": http.method,
        "identity": {
            **dict.fromkeys(_NOT_SIGNED),
            "sourceIp": http.client,
            "userAgent": http.header("user-agent"),
        },
        "path": _encoded(http.path) if found.api.has_domain else f"/{found.api.stage}{_encoded(http.path)}",
        "protocol": "HTTP/1.1",
        "requestId": request.request_id,
        "requestTime": datetime.fromtimestamp(now, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now * 1000),
        "resourceId": found.route.resource.strip("/") or "root",
        "resourcePath": found.route.resource,
        "stage": found.api.stage,
    }
    if request.claims is not None:
        context["authorizer"] = {"claims": dict(request.claims)}
    return context


def http_response(payload: bytes, request: ProxyRequest) -> HttpResponse:
    """Convert a function's result to an HTTP response.

    Raises:
        MalformedProxyResponseError: the result is not a proxy response.
    """
    try:
        answer = json.loads(payload)
        status = int(answer["statusCode"])
        headers = _response_headers(answer)
        body = _response_body(answer, request.match.api)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise MalformedProxyResponseError(str(error)) from None
    if not 100 <= status <= 599:  # noqa: PLR2004
        raise MalformedProxyResponseError(f"{status} is not an HTTP status")
    if not any(name.lower() == "content-type" for name, _ in headers):
        headers.append(("Content-Type", "application/json"))
    return HttpResponse(status, [*headers, ("x-amzn-RequestId", request.request_id)], body)


def _response_headers(answer: Mapping[str, Any]) -> list[tuple[str, str]]:
    several: Mapping[str, list[Any]] = answer.get("multiValueHeaders") or {}
    named = {name.lower() for name in several}
    single = {name: [value] for name, value in (answer.get("headers") or {}).items() if name.lower() not in named}
    return [
        (name, str(value))
        for name, values in {**single, **several}.items()
        for value in values
        if name.lower() not in _HOP_BY_HOP
    ]


def _response_body(answer: Mapping[str, Any], api: Api) -> bytes:
    body = answer.get("body")
    if body is None:
        return b""
    if not isinstance(body, str):
        raise MalformedProxyResponseError("the body is not a string")
    if answer.get("isBase64Encoded") and api.binary_types:
        return base64.b64decode(body)
    return body.encode()


def gateway_response(api: Api | None, kind: str, request: HttpRequest, request_id: str) -> HttpResponse:
    """Return a gateway response: the template's definition of it if there is one, else API Gateway's default."""
    status, message = _DEFAULTS[kind]
    family = "DEFAULT_4XX" if status < 500 else "DEFAULT_5XX"  # noqa: PLR2004
    responses = api.responses if api else {}
    definition = responses.get(kind) or responses.get(family) or GatewayResponse(None, {}, {})
    status = definition.status or status
    context = {
        "error.message": message,
        "error.messageString": json.dumps(message),
        "error.responseType": kind,
        "requestId": request_id,
        "extendedRequestId": request_id,
        "httpMethod": request.method,
        "path": request.path,
    }
    media, text = _select_template(definition, request.header("accept") or "")
    headers = {"Content-Type": media, "x-amzn-RequestId": request_id}
    headers |= {name: _header_value(value, context) for name, value in definition.headers.items()}
    body = _CONTEXT.sub(lambda found: context.get(found.group(1), ""), text)
    return HttpResponse(status, list(headers.items()), body.encode())


def _select_template(definition: GatewayResponse, accept: str) -> tuple[str, str]:
    templates = definition.templates or {"application/json": '{"message":$context.error.messageString}'}
    media = next((each for each in templates if each in accept), None)
    media = media or ("application/json" if "application/json" in templates else next(iter(templates)))
    return media, templates[media]


def _header_value(value: str, context: Mapping[str, str]) -> str:
    if value.startswith("'"):
        return value.strip("'")
    return context.get(value.removeprefix("context."), "")

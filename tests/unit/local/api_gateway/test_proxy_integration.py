from __future__ import annotations

import json

import pytest

from infra.local.api_gateway.proxy_integration import (
    MalformedProxyResponseError,
    ProxyRequest,
    gateway_response,
    http_response,
    proxy_event,
)
from infra.local.api_gateway.routes import Api, GatewayResponse, Route, RouteMatch
from infra.local.http_server import HttpRequest
from tests.support.local.stacks import function_spec

FUNCTION = function_spec()
ROUTE = Route("GET", "/things/{name}", FUNCTION, None)
PROBLEM = GatewayResponse(
    404,
    {"Content-Type": "'application/problem+json'", "X-Id": "context.requestId"},
    {"application/json": '{"why":$context.error.messageString}'},
)
API = Api("api", "v1", (ROUTE,), {"MISSING_AUTHENTICATION_TOKEN": PROBLEM}, ("image/png",))


def proxy(http: HttpRequest, claims: dict[str, str] | None = None) -> ProxyRequest:
    return ProxyRequest(http, RouteMatch(API, ROUTE, {"name": "a%20b"}), "id-1", claims)


def test_an_event_has_single_and_multi_value_headers_and_parameters() -> None:
    headers = [("Host", "h"), ("X-A", "1"), ("X-A", "2"), ("User-Agent", "test")]
    event = proxy_event(
        proxy(HttpRequest("GET", "/things/a%20b?q=1&q=2&e=", headers, client="127.0.0.9"), {"sub": "u"})
    )
    assert event["resource"] == "/things/{name}"
    assert event["path"] == "/things/a%20b"
    assert event["headers"]["X-A"] == "2"
    assert event["multiValueHeaders"]["X-A"] == ["1", "2"]
    assert event["queryStringParameters"] == {"q": "2", "e": ""}
    assert event["multiValueQueryStringParameters"] == {"q": ["1", "2"], "e": [""]}
    assert event["pathParameters"] == {"name": "a%20b"}
    assert event["requestContext"]["authorizer"] == {"claims": {"sub": "u"}}
    identity = event["requestContext"]["identity"]
    assert {name: value for name, value in identity.items() if value} == {"sourceIp": "127.0.0.9", "userAgent": "test"}
    assert identity["cognitoIdentityId"] is None
    assert event["requestContext"]["path"] == "/v1/things/a%20b"
    assert (event["body"], event["isBase64Encoded"]) == (None, False)


@pytest.mark.parametrize(
    ("sent", "path"),
    [
        ("/things/%E2%81%A6a%E2%81%A9", "/things/%E2%81%A6a%E2%81%A9"),
        ("/things/a%2Fb", "/things/a%2Fb"),
        ("/things/%zz%", "/things/%zz%"),
        ("/things/a+b@c", "/things/a+b@c"),
        ("/things/" + "\u2066a".encode().decode("latin-1"), "/things/%E2%81%A6a"),
    ],
)
def test_a_path_stays_encoded_as_it_was_sent(sent: str, path: str) -> None:
    event = proxy_event(proxy(HttpRequest("GET", sent, [])))
    assert (event["path"], event["requestContext"]["path"]) == (path, f"/v1{path}")


def test_query_parameters_are_decoded_once() -> None:
    sent = "/things/a?q=%2525+%C3%A9&r=" + "é".encode().decode("latin-1")
    event = proxy_event(proxy(HttpRequest("GET", sent, [])))
    assert event["queryStringParameters"] == {"q": "%25 é", "r": "é"}


@pytest.mark.parametrize(
    ("media", "sent", "received", "encoded"),
    [
        ("application/json", "señal".encode(), "señal", False),
        ("application/json", b"\xff", "\ufffd", False),
        ("image/png", b"\xff", "/w==", True),
    ],
)
def test_a_body_is_text_unless_its_type_is_binary(media: str, sent: bytes, received: str, encoded: bool) -> None:  # noqa: FBT001
    event = proxy_event(proxy(HttpRequest("POST", "/things/a", [("Content-Type", media)], sent)))
    assert (event["body"], event["isBase64Encoded"]) == (received, encoded)


REQUEST = proxy(HttpRequest("GET", "/things/a", []))


def test_a_response_keeps_all_headers() -> None:
    answer = {
        "statusCode": 201,
        "headers": {"X-A": 1, "Set-Cookie": "z"},
        "multiValueHeaders": {"set-cookie": ["a", "b"]},
        "body": "é",
    }
    response = http_response(json.dumps(answer).encode(), REQUEST)
    assert response.status == 201
    assert [value for name, value in response.headers if name.lower() == "set-cookie"] == ["a", "b"]
    assert ("X-A", "1") in response.headers
    assert ("Content-Type", "application/json") in response.headers
    assert response.body == "é".encode()


def test_a_base64_response_is_decoded() -> None:
    answer = {"statusCode": "200", "body": "/w==", "isBase64Encoded": True}
    assert http_response(json.dumps(answer).encode(), REQUEST).body == b"\xff"


@pytest.mark.parametrize(
    "payload",
    [b"null", b"[]", b"{}", b'{"statusCode": "x"}', b'{"statusCode": 200, "body": {}}', b'{"statusCode": 42}', b"no"],
)
def test_a_result_that_is_not_a_proxy_response_raises_an_error(payload: bytes) -> None:
    with pytest.raises(MalformedProxyResponseError):
        http_response(payload, REQUEST)


def test_a_gateway_response_follows_the_template() -> None:
    response = gateway_response(API, "MISSING_AUTHENTICATION_TOKEN", REQUEST.http, "id-2")
    assert response.status == 404
    assert json.loads(response.body) == {"why": "Missing Authentication Token"}
    assert dict(response.headers)["Content-Type"] == "application/problem+json"
    assert dict(response.headers)["X-Id"] == "id-2"


def test_a_gateway_response_without_a_definition_is_the_default_of_aws() -> None:
    response = gateway_response(API, "UNAUTHORIZED", REQUEST.http, "id-3")
    assert (response.status, json.loads(response.body)) == (401, {"message": "Unauthorized"})

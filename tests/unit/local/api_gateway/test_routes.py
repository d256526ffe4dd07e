from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from infra.local.api_gateway.routes import Api, api_for_path, find_route, read_api
from infra.local.template.loader import TemplateError
from tests.support.local.stacks import function_spec

ARN = "arn:aws:lambda:us-east-1:123456789012:function:f"
FUNCTION = function_spec(ARN)
URI = f"arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{ARN}:live/invocations"
INTEGRATION = {"x-amazon-apigateway-integration": {"type": "aws_proxy", "uri": URI}}


def api(*routes: tuple[str, str], **body: object) -> Api:
    paths: dict[str, Any] = {}
    for method, resource in routes:
        paths.setdefault(resource, {})[method] = INTEGRATION
    return read_api("api", "v1", {"Body": {"paths": paths, **body}}, {"F": FUNCTION})


APIS = [
    api(
        ("post", "/requests"),
        ("get", "/requests/{receipt}"),
        ("get", "/requests/known"),
        ("x-amazon-apigateway-any-method", "/files/{proxy+}"),
        ("get", "/files/{name}/meta"),
        ("get", "/"),
    )
]


@pytest.mark.parametrize(
    ("method", "path", "resource", "parameters"),
    [
        ("POST", "/requests", "/requests", {}),
        ("POST", "/requests/", "/requests", {}),
        ("GET", "/requests/AB%2F1", "/requests/{receipt}", {"receipt": "AB%2F1"}),
        ("GET", "/requests/known", "/requests/known", {}),
        ("DELETE", "/files/a/b/c", "/files/{proxy+}", {"proxy": "a/b/c"}),
        ("GET", "/files/a/meta", "/files/{name}/meta", {"name": "a"}),
        ("GET", "/files/a/other", "/files/{proxy+}", {"proxy": "a/other"}),
        ("GET", "/", "/", {}),
    ],
)
def test_a_path_matches_the_most_specific_route(
    method: str, path: str, resource: str, parameters: dict[str, str]
) -> None:
    found = find_route(APIS, method, path)
    assert found is not None
    assert (found.route.resource, found.parameters) == (resource, parameters)
    assert found.route.function is FUNCTION


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/requests"), ("GET", "/nowhere"), ("GET", "/requests/a/b"), ("GET", "/files")]
)
def test_an_unknown_path_or_method_has_no_route(method: str, path: str) -> None:
    assert find_route(APIS, method, path) is None


def test_an_unknown_path_belongs_to_the_api_with_the_same_first_segment() -> None:
    staff = replace(api(("get", "/staff/me")), api_id="staff")
    found = api_for_path([*APIS, staff], "/staff/nowhere")
    fallback = api_for_path([*APIS, staff], "/nowhere")
    assert found is not None
    assert fallback is not None
    assert (found.api_id, fallback.api_id) == ("staff", "api")


def test_a_method_with_a_security_requirement_has_its_authorizer() -> None:
    guard = {
        "type": "apiKey",
        "name": "Authorization",
        "x-amazon-apigateway-authorizer": {"type": "cognito_user_pools", "providerARNs": ["arn:x:userpool/p"]},
    }
    operation = {**INTEGRATION, "security": [{"Pool": []}]}
    body = {"paths": {"/staff": {"get": operation}}, "components": {"securitySchemes": {"Pool": guard}}}
    found = read_api("api", "v1", {"Body": body}, {"F": FUNCTION})
    authorizer = found.routes[0].authorizer
    assert authorizer is not None
    assert (authorizer.pools, authorizer.header) == (("p",), "authorization")


@pytest.mark.parametrize(
    "operation",
    [
        {"x-amazon-apigateway-integration": {"type": "http", "uri": "http://example.org"}},
        {**INTEGRATION, "security": [{"api_key": []}]},
    ],
)
def test_unsupported_integrations_and_security_schemes_are_rejected(operation: dict[str, Any]) -> None:
    with pytest.raises(TemplateError):
        read_api("api", "v1", {"Body": {"paths": {"/a": {"get": operation}}}}, {"F": FUNCTION})


def test_an_authorizer_other_than_cognito_is_rejected() -> None:
    scheme = {"x-amazon-apigateway-authorizer": {"type": "token"}}
    with pytest.raises(TemplateError):
        read_api("api", "v1", {"Body": {"paths": {}, "securityDefinitions": {"A": scheme}}}, {})

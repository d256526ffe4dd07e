"""The routes of the REST APIs, read from the OpenAPI bodies of the template and matched as API Gateway does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import unquote

from infra.local.lambda_runtime.functions import FunctionSpec, find_function
from infra.local.template.loader import TemplateError
from infra.local.template.stack import Stack

_FUNCTION_ARN: Final = re.compile(r"functions/(arn:[^/]+)/invocations")
_ANY: Final = "x-amazon-apigateway-any-method"
_PREFIX: Final = "x-amazon-apigateway-"
_METHODS: Final = {"get", "put", "post", "delete", "options", "head", "patch", _ANY}


@dataclass(frozen=True)
class GatewayResponse:
    """The template's definition of one gateway response."""

    status: int | None
    headers: Mapping[str, str]
    templates: Mapping[str, str]


@dataclass(frozen=True)
class Authorizer:
    """A Cognito authorizer: its user pools, and the header with the token (in lower case)."""

    pools: tuple[str, ...]
    header: str


@dataclass(frozen=True)
class Route:
    """One method of one resource: a Lambda proxy integration, or a mock without a function."""

    method: str
    resource: str
    function: FunctionSpec | None
    authorizer: Authorizer | None
    mock: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Api:
    """One REST API of the template."""

    api_id: str
    stage: str
    routes: tuple[Route, ...]
    responses: Mapping[str, GatewayResponse] = field(default_factory=dict)
    binary_types: tuple[str, ...] = ()
    has_domain: bool = False
    """Whether it is served at the root of a domain of its own, so that paths do not begin with the stage."""
    compressed_from: int | None = None
    """The bytes from which a response is compressed, if the client accepts that; None for never."""


@dataclass(frozen=True)
class RouteMatch:
    """The route that a request matched, with its path parameters as they were sent: percent-encoded."""

    api: Api
    route: Route
    parameters: Mapping[str, str]


def read_apis(stack: Stack, functions: Mapping[str, FunctionSpec]) -> dict[str, Api]:
    """Return all REST APIs of the template by logical id.

    Raises:
        TemplateError: an integration or an authorizer is of an unsupported type.
    """
    stages = [stack.properties(name) for name in stack.of_type("AWS::ApiGateway::Stage")]
    apis = {}
    for name in stack.of_type("AWS::ApiGateway::RestApi"):
        api_id = stack.get(name).ref
        stage = next((each["StageName"] for each in stages if each["RestApiId"] == api_id), "local")
        apis[name] = read_api(api_id, stage, stack.properties(name), functions)
    return apis


def read_api(api_id: str, stage: str, properties: Mapping[str, Any], functions: Mapping[str, FunctionSpec]) -> Api:
    """Return one API, given the resolved properties of its resource.

    Raises:
        TemplateError: an integration or an authorizer is of an unsupported type.
    """
    body = properties["Body"]
    authorizers = {
        scheme: _authorizer(scheme, definition)
        for scheme, definition in _schemes(body).items()
        if _is_authorizer(definition)
    }
    routes = tuple(
        _route(method, resource, operation, authorizers, functions)
        for resource, operations in body.get("paths", {}).items()
        for method, operation in operations.items()
        if method in _METHODS
    )
    responses = {kind: _gateway_response(each) for kind, each in body.get(f"{_PREFIX}gateway-responses", {}).items()}
    binary = [*properties.get("BinaryMediaTypes", []), *body.get(f"{_PREFIX}binary-media-types", [])]
    least = properties.get("MinimumCompressionSize")
    return Api(api_id, stage, routes, responses, tuple(binary), compressed_from=least)


def _schemes(body: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Mapping[str, Any] = body.get("securityDefinitions") or body.get("components", {}).get("securitySchemes", {})
    return found


def _is_authorizer(definition: Mapping[str, Any]) -> bool:
    return f"{_PREFIX}authorizer" in definition


def _authorizer(scheme: str, definition: Mapping[str, Any]) -> Authorizer:
    details = definition[f"{_PREFIX}authorizer"]
    if details.get("type", "").lower() != "cognito_user_pools":
        raise TemplateError(f"authorizer {scheme}: the local run supports only Cognito user pools")
    pools = tuple(arn.rpartition("/")[2] for arn in details["providerARNs"])
    return Authorizer(pools, definition.get("name", "Authorization").lower())


def _route(
    method: str,
    resource: str,
    operation: Mapping[str, Any],
    authorizers: Mapping[str, Authorizer],
    functions: Mapping[str, FunctionSpec],
) -> Route:
    verb = "ANY" if method == _ANY else method.upper()
    integration = operation.get(f"{_PREFIX}integration", {})
    names = [name for requirement in operation.get("security", []) for name in requirement]
    authorizer = next((authorizers[name] for name in names if name in authorizers), None)
    if integration.get("type", "").lower() == "mock":
        return Route(verb, resource, None, authorizer, integration)
    found = _FUNCTION_ARN.search(integration.get("uri", ""))
    if integration.get("type", "").lower() != "aws_proxy" or found is None:
        raise TemplateError(f"{verb} {resource}: the local run supports only aws_proxy and mock integrations")
    if any(name not in authorizers and name != "NONE" for name in names):
        raise TemplateError(f"{verb} {resource}: the local run does not support the security scheme {names}")
    return Route(verb, resource, find_function(functions, found.group(1)), authorizer)


def _gateway_response(definition: Mapping[str, Any]) -> GatewayResponse:
    status = definition.get("statusCode")
    prefix = "gatewayresponse.header."
    headers = {
        key.removeprefix(prefix): value
        for key, value in definition.get("responseParameters", {}).items()
        if key.startswith(prefix)
    }
    return GatewayResponse(int(status) if status else None, headers, definition.get("responseTemplates", {}))


def find_route(apis: list[Api], method: str, path: str) -> RouteMatch | None:
    """Return the route for a method and a path (percent-encoded), or None if there is none.

    Precedence is that of API Gateway: a static segment over a parameter, a parameter over a greedy one.
    """
    found: list[tuple[tuple[int, ...], RouteMatch]] = []
    for api in apis:
        for route in api.routes:
            parameters = _parameters(route.resource, path)
            if parameters is not None and route.method in {method, "ANY"}:
                order = (*_specificity(route.resource), int(route.method == "ANY"))
                found.append((order, RouteMatch(api, route, parameters)))
    return min(found, key=lambda each: each[0])[1] if found else None


def api_for_path(apis: list[Api], path: str) -> Api | None:
    """Return the API whose gateway responses apply to a path without a route.

    That is the API with a resource that starts with the same segment, or else the first.
    """
    first = _segments(path)[:1]
    return next(
        (api for api in apis if any(_segments(route.resource)[:1] == first for route in api.routes)),
        apis[0] if apis else None,
    )


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _specificity(resource: str) -> tuple[int, ...]:
    return tuple(2 if part.endswith("+}") else int(part.startswith("{")) for part in _segments(resource))


def _parameters(resource: str, path: str) -> dict[str, str] | None:
    wanted, given = _segments(resource), _segments(path)
    parameters: dict[str, str] = {}
    for position, part in enumerate(wanted):
        if part.endswith("+}"):
            rest = "/".join(given[position:])
            return {**parameters, part[1:-2]: rest} if rest else None
        if position >= len(given):
            return None
        if part.startswith("{"):
            if not given[position]:
                return None
            parameters[part[1:-1]] = given[position]
        elif part != unquote(given[position]):
            return None
    return parameters if len(given) == len(wanted) else None

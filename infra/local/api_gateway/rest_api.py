"""The REST APIs of the template and the console under `/_local`, as one HTTP handler."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from typing import Final

from infra.local.api_gateway import proxy_integration
from infra.local.api_gateway.cognito_authorizer import TokenVerifier, UnauthorizedError
from infra.local.api_gateway.routes import Api, api_for_path, find_route
from infra.local.http_server import HttpRequest, HttpResponse
from infra.local.lambda_runtime.environment_pool import EnvironmentPool

MAX_BODY: Final = 10 * 1024 * 1024  # bytes; API Gateway's limit
MAX_EVENT: Final = 6 * 1024 * 1024  # bytes; Lambda's limit for events and for results
INTEGRATION_TIMEOUT: Final = 29.0  # seconds


class RestApiHandler:
    """Handles HTTP requests: the console, where there is one, handles `/_local/`, the APIs everything else."""

    def __init__(
        self,
        apis: list[Api],
        pools: Mapping[str, EnvironmentPool],
        verifier: TokenVerifier,
        local: Callable[[HttpRequest], HttpResponse] | None = None,
    ) -> None:
        self._apis = apis
        self._pools = pools
        self._verifier = verifier
        self._local = local

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Handle one request."""
        if self._local and request.path.startswith("/_local/"):
            return self._local(request)
        request_id = proxy_integration.new_request_id()
        found = find_route(self._apis, request.method, request.path)
        api = found.api if found else api_for_path(self._apis, request.path)
        if found is None:
            return proxy_integration.gateway_response(api, "MISSING_AUTHENTICATION_TOKEN", request, request_id)
        if request.too_large:
            return proxy_integration.gateway_response(api, "REQUEST_TOO_LARGE", request, request_id)
        proxy = proxy_integration.ProxyRequest(request, found, request_id)
        if found.route.authorizer:
            try:
                claims = self._verifier.verify(found.route.authorizer, request.header(found.route.authorizer.header))
            except UnauthorizedError:
                return proxy_integration.gateway_response(api, "UNAUTHORIZED", request, request_id)
            proxy = proxy_integration.ProxyRequest(request, found, request_id, claims)
        return self._integrate(proxy)

    def _integrate(self, proxy: proxy_integration.ProxyRequest) -> HttpResponse:
        route, api = proxy.match.route, proxy.match.api
        if route.function is None:
            return mock_response(route.mock or {})
        event = json.dumps(proxy_integration.proxy_event(proxy)).encode()
        if len(event) > MAX_EVENT:
            return proxy_integration.gateway_response(api, "REQUEST_TOO_LARGE", proxy.http, proxy.request_id)
        pool = self._pools[route.function.logical_id]
        result = pool.invoke(event, timeout=INTEGRATION_TIMEOUT, request_id=proxy.request_id)
        if result.kind == "timeout":
            return proxy_integration.gateway_response(api, "INTEGRATION_TIMEOUT", proxy.http, proxy.request_id)
        try:
            if result.ok and len(result.payload) <= MAX_EVENT:
                return _compressed(proxy_integration.http_response(result.payload, proxy), proxy)
        except proxy_integration.MalformedProxyResponseError:
            pass  # handled below like any other failure of the function
        return proxy_integration.gateway_response(api, "DEFAULT_5XX", proxy.http, proxy.request_id)


def _compressed(response: HttpResponse, proxy: proxy_integration.ProxyRequest) -> HttpResponse:
    """Compress a response as API Gateway does: from the API's size on, where the client accepts gzip."""
    least = proxy.match.api.compressed_from
    if least is None or len(response.body) < least or "gzip" not in (proxy.http.header("accept-encoding") or ""):
        return response
    return HttpResponse(
        response.status, [*response.headers, ("Content-Encoding", "gzip")], gzip.compress(response.body, mtime=0)
    )


def mock_response(integration: Mapping[str, object]) -> HttpResponse:
    """Return the response of a mock integration (SAM defines these for CORS preflights): fixed headers, no body."""
    responses = integration.get("responses")
    answer = next(iter(responses.values())) if isinstance(responses, Mapping) and responses else {}
    prefix = "method.response.header."
    headers = [
        (name.removeprefix(prefix), str(value).strip("'"))
        for name, value in answer.get("responseParameters", {}).items()
    ]
    return HttpResponse(int(answer.get("statusCode", 200)), headers)

"""Lambda's Invoke API: a function invokes another one of the template, and waits for the result.

The AWS endpoint evaluates the caller's role and forwards the request to here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from infra.local.account import TRACE_HEADER
from infra.local.http_server import HttpRequest, HttpResponse
from infra.local.iam.required_actions import invoked_function
from infra.local.lambda_runtime.environment_pool import EnvironmentPool
from infra.local.lambda_runtime.functions import find_function
from infra.local.lambda_runtime.lineage import is_stopped, lineage_in
from infra.local.template.loader import TemplateError


class Invocations:
    """Answers requests of the Invoke API.

    Args:
        pools: the execution environments of each function, by logical id.
    """

    def __init__(self, pools: Mapping[str, EnvironmentPool]) -> None:
        self._pools = pools

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Handle one request: `RequestResponse` alone is supported."""
        name = invoked_function(request.method, request.path)
        kind = request.header("x-amz-invocation-type") or "RequestResponse"
        if name is None or kind != "RequestResponse":
            return _refusal(400, "InvalidParameterValueException", f"the local run does not support {kind}")
        try:
            spec = find_function({key: pool.spec for key, pool in self._pools.items()}, name)
        except TemplateError as error:
            return _refusal(404, "ResourceNotFoundException", str(error))
        lineage = lineage_in(request.header(TRACE_HEADER))
        if is_stopped(spec, lineage):
            return _refusal(400, "RecursiveInvocationException", f"{spec.name} was stopped: it runs in a loop")
        result = self._pools[spec.logical_id].invoke(request.body or b"{}", lineage=lineage)
        failed = [] if result.ok else [("X-Amz-Function-Error", "Unhandled")]
        return HttpResponse(200, [("Content-Type", "application/json"), *failed], result.payload)


def _refusal(status: int, code: str, message: str) -> HttpResponse:
    headers = [("Content-Type", "application/json"), ("x-amzn-ErrorType", code)]
    return HttpResponse(status, headers, json.dumps({"Message": message}).encode())

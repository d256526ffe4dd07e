"""One function invokes another by Lambda's API; its right to do so is evaluated before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, cast

import pytest

from infra.local.http_server import HttpRequest
from infra.local.iam.required_actions import AwsRequest, invoked_function, required_actions
from infra.local.lambda_runtime.environment_pool import EnvironmentPool
from infra.local.lambda_runtime.functions import FunctionSpec
from infra.local.lambda_runtime.invocations import Invocations
from infra.local.lambda_runtime.lineage import MOST, field_after, lineage_in
from infra.local.lambda_runtime.runtime_api import InvocationResult

ARN = "arn:aws:lambda:us-east-1:123456789012:function:app-intake"
PATH = "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aus-east-1%3A123456789012%3Afunction%3Aapp-intake%3Alive/invocations"


class FakePool:
    """Answers with what it was sent."""

    def __init__(self, kind: str = "ok") -> None:
        self.kind = kind
        self.spec = FunctionSpec("Intake", "app-intake", ARN, "h", Path(), (), {}, "role", 3, 128, False, "JSON")  # noqa: FBT003

    def invoke(self, payload: bytes, lineage: object) -> InvocationResult:
        assert lineage is not None
        return InvocationResult(self.kind, payload)


def invocations(kind: str = "ok") -> Invocations:
    return Invocations({"Intake": cast("EnvironmentPool", FakePool(kind))})


def ask(kind: str, path: str = PATH, headers: list[tuple[str, str]] | None = None) -> Any:  # noqa: ANN401
    return invocations(kind).respond(HttpRequest("POST", path, headers or [], body=b'{"a": 1}'))


def test_the_result_of_the_function_is_the_body() -> None:
    found = ask("ok")
    assert (found.status, json.loads(found.body)) == (200, {"a": 1})
    assert "X-Amz-Function-Error" not in dict(found.headers)


def test_an_error_of_the_function_is_named_in_a_header() -> None:
    found = ask("error")
    assert (found.status, dict(found.headers)["X-Amz-Function-Error"]) == (200, "Unhandled")


def test_a_function_that_does_not_exist_is_not_found() -> None:
    found = ask("ok", "/2015-03-31/functions/other/invocations")
    assert (found.status, dict(found.headers)["x-amzn-ErrorType"]) == (404, "ResourceNotFoundException")


@pytest.mark.parametrize(
    ("path", "headers"), [(PATH, [("X-Amz-Invocation-Type", "Event")]), ("/2015-03-31/functions/app-intake", [])]
)
def test_another_operation_or_kind_of_invocation_is_refused(path: str, headers: list[tuple[str, str]]) -> None:
    assert ask("ok", path, headers).status == 400


@pytest.mark.parametrize(
    ("name", "qualifier", "resource"),
    [(f"{ARN}:live", None, f"{ARN}:live"), ("app-intake", "live", f"{ARN}:live"), ("app-intake", None, ARN)],
)
def test_an_invocation_requires_the_right_on_the_very_version(name: str, qualifier: str | None, resource: str) -> None:
    parameters = {"FunctionName": name, **({"Qualifier": qualifier} if qualifier else {})}
    assert required_actions(AwsRequest("lambda", "Invoke", parameters)) == [("lambda:InvokeFunction", resource)]


def test_the_name_in_an_address_is_decoded() -> None:
    assert invoked_function("POST", PATH) == f"{ARN}:live"
    assert invoked_function("GET", PATH) is None


def test_a_function_that_invokes_itself_again_and_again_is_refused() -> None:
    spec = FakePool().spec
    chain = ""
    for _ in range(MOST):
        chain = field_after(spec, lineage_in(chain))
    found = ask("ok", headers=[("X-Amzn-Trace-Id", f"Root=1;Sampled=0;{chain}")])
    assert (found.status, dict(found.headers)["x-amzn-ErrorType"]) == (400, "RecursiveInvocationException")

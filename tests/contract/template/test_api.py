"""The two APIs: their routes, what they log, what they answer by themselves, what stands before them."""

from __future__ import annotations

import json
import re

import pytest

from casereview.http.problem_types import ProblemType
from casereview.http.problems import Fault, ProblemError
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.routes import ROUTES as STAFF_ROUTES
from tests.support.template import APIS, Json, properties, resources

ROUTES = {"PublicApi": PUBLIC_ROUTES, "StaffApi": STAFF_ROUTES}
FUNCTION = {"PublicApi": "IntakeFunction", "StaffApi": "ReviewFunction"}
TYPES: dict[str, ProblemType] = {
    "ACCESS_DENIED": "forbidden",
    "API_CONFIGURATION_ERROR": "internal-error",
    "AUTHORIZER_CONFIGURATION_ERROR": "internal-error",
    "AUTHORIZER_FAILURE": "internal-error",
    "BAD_REQUEST_BODY": "malformed",
    "BAD_REQUEST_PARAMETERS": "malformed",
    "DEFAULT_4XX": "malformed",
    "DEFAULT_5XX": "internal-error",
    "EXPIRED_TOKEN": "unauthenticated",
    "INTEGRATION_FAILURE": "timeout",
    "INTEGRATION_TIMEOUT": "timeout",
    "INVALID_SIGNATURE": "not-found",
    "MISSING_AUTHENTICATION_TOKEN": "not-found",
    "QUOTA_EXCEEDED": "throttled",
    "REQUEST_TOO_LARGE": "too-large",
    "RESOURCE_NOT_FOUND": "not-found",
    "THROTTLED": "throttled",
    "UNAUTHORIZED": "unauthenticated",
    "UNSUPPORTED_MEDIA_TYPE": "unsupported-media-type",
    "WAF_FILTERED": "forbidden",
}
"""The problem type of each answer that the gateway gives by itself."""
NO_ROUTE = Fault("", "no_such_route", "There is no such route.")
LOGGED = {
    "requestId",
    "requestTimeEpoch",
    "httpMethod",
    "resourcePath",
    "status",
    "error.responseType",
    "responseLatency",
    "integration.latency",
    "responseLength",
    "wafResponseCode",
}
SIGNED_IN = {"PublicApi": set[str](), "StaffApi": {"authorizer.claims.sub"}}
RATE_LIMIT = {"PublicApi": "AddressRateLimit", "StaffApi": "StaffAddressRateLimit"}


def _body(api: str) -> Json:
    found: Json = properties(api)["Body"]
    return found


def _operations(api: str) -> list[Json]:
    return [operation for item in _body(api)["paths"].values() for operation in item.values()]


def _answers(api: str) -> Json:
    found: Json = _body(api)["x-amazon-apigateway-gateway-responses"]
    return found


def test_there_is_no_other_api() -> None:
    assert set(resources("AWS::ApiGateway::RestApi")) == set(APIS)


@pytest.mark.parametrize("api", APIS)
def test_the_routes_are_those_of_the_table(api: str) -> None:
    declared = {(method.upper(), path) for path, item in _body(api)["paths"].items() for method in item}
    assert declared == {route.address for route in ROUTES[api]}


@pytest.mark.parametrize("api", APIS)
def test_every_route_goes_to_its_function(api: str) -> None:
    for operation in _operations(api):
        uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        assert uri.endswith(f"/functions/${{{FUNCTION[api]}Aliaslive}}/invocations")


def test_every_route_of_the_staff_asks_for_an_id_token_of_the_pool() -> None:
    """An access token would do only for a scope, and there is none: it carries no office."""
    assert {json.dumps(operation.get("security")) for operation in _operations("StaffApi")} == {'[{"Staff": []}]'}
    scheme = _body("StaffApi")["components"]["securitySchemes"]["Staff"]
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "cognito_user_pools",
        "providerARNs": [{"Fn::GetAtt": ["UserPool", "Arn"]}],
    }
    assert (scheme["in"], scheme["name"]) == ("header", "Authorization")


def test_no_route_of_the_public_asks_for_a_token_of_the_pool() -> None:
    assert not any("security" in operation for operation in _operations("PublicApi"))


def _expected(type_: ProblemType) -> ProblemError:
    return ProblemError(type_, NO_ROUTE) if type_ == "not-found" else ProblemError(type_)


@pytest.mark.parametrize("api", APIS)
def test_what_the_gateway_can_answer_by_itself_is_known(api: str) -> None:
    found = {kind: int(answer["statusCode"]) for kind, answer in _answers(api).items()}
    assert found == {kind: _expected(type_).status for kind, type_ in TYPES.items()}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("api", APIS)
def test_what_the_gateway_answers_by_itself_is_a_problem_of_a_type_of_ours(api: str, kind: str) -> None:
    """RFC 9457: type, title, status and errors are those that the functions answer with."""
    (template,) = _answers(api)[kind]["responseTemplates"].values()
    assert json.loads(template) == _expected(TYPES[kind]).document()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("api", APIS)
def test_what_the_gateway_answers_by_itself_is_safe_to_receive(api: str, kind: str) -> None:
    """A 401 says what to sign in with (RFC 9110, 11.6.1), a 429 when to come back (10.2.3)."""
    own = {"unauthenticated": {"WWW-Authenticate": "'Bearer'"}, "throttled": {"Retry-After": "'1'"}}
    expected = {
        "Content-Type": "'application/problem+json'",
        "Cache-Control": "'no-store'",
        "Strict-Transport-Security": "'max-age=63072000; includeSubDomains'",
        "X-Content-Type-Options": "'nosniff'",
        **own.get(TYPES[kind], {}),
    }
    headers = _answers(api)[kind]["responseParameters"]
    assert headers == {f"gatewayresponse.header.{name}": value for name, value in expected.items()}


@pytest.mark.parametrize("api", APIS)
def test_no_answer_of_the_gateway_echoes_the_request(api: str) -> None:
    assert "$" not in json.dumps(_answers(api))


@pytest.mark.parametrize("api", APIS)
def test_the_access_log_names_the_route_and_nothing_of_the_request(api: str) -> None:
    """A path holds a receipt or a case; a query, a body and an address say who. Staff are named by the pool's id."""
    stage = properties(f"{api}v1Stage")["AccessLogSetting"]
    assert set(json.loads(stage["Format"])) >= {"requestId", "route", "status", "latency"}
    found = re.findall(r"\$context\.([\w.]+)", stage["Format"])
    assert sorted(found) == sorted(LOGGED | SIGNED_IN[api])
    assert stage["Format"].count("$") == len(found)
    assert stage["DestinationArn"] == {"Fn::GetAtt": [f"{api}LogGroup", "Arn"]}


@pytest.mark.parametrize("api", APIS)
def test_the_gateway_traces_no_data_and_throttles(api: str) -> None:
    (settings,) = properties(f"{api}v1Stage")["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["DataTraceEnabled"], settings["LoggingLevel"]) == (False, "OFF")
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}


@pytest.mark.parametrize("api", APIS)
def test_a_firewall_stands_before_the_stage_and_lets_large_bodies_through(api: str) -> None:
    rules = {rule["Name"]: rule for rule in properties(f"{api}Firewall")["Rules"]}
    assert set(rules) == {"address-rate", "known-bad-inputs", "common"}
    assert rules["address-rate"]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": RATE_LIMIT[api]}
    overrides = rules["common"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}} in overrides
    association = properties(f"{api}FirewallAssociation")
    assert association["WebACLArn"] == {"Fn::GetAtt": [f"{api}Firewall", "Arn"]}
    assert f"${{{api}v1Stage}}" in association["ResourceArn"]["Fn::Sub"]


@pytest.mark.parametrize("api", APIS)
def test_the_firewall_keeps_no_samples_of_requests(api: str) -> None:
    firewall = properties(f"{api}Firewall")
    kept = [part["VisibilityConfig"]["SampledRequestsEnabled"] for part in (firewall, *firewall["Rules"])]
    assert kept == [False] * 4

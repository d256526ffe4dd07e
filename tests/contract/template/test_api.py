"""The two APIs: their routes, what they log, what they answer by themselves, what stands before them."""

from __future__ import annotations

import json
import re

import pytest

from review.authorization import ROUTES as STAFF_ROUTES
from tests.support.template import APIS, Json, properties, resources

PUBLIC = {
    ("post", "/requests"),
    ("get", "/requests/{receipt}"),
    ("post", "/requests/{receipt}/updates"),
    ("post", "/requests/{receipt}/withdrawal"),
    ("post", "/requests/{receipt}/escalation"),
    ("get", "/field-offices"),
    ("get", "/notice"),
}
CASE = "/staff/cases/{case_id}"
STAFF = {
    ("get", "/staff/worklist"),
    ("post", "/staff/worklist/next"),
    ("post", "/staff/requests"),
    ("get", CASE),
    ("get", f"{CASE}/contacts"),
    ("get", f"{CASE}/ranking"),
    ("get", f"{CASE}/history"),
    ("post", f"{CASE}/claim"),
    ("post", f"{CASE}/release"),
    ("post", f"{CASE}/verifications"),
    ("post", f"{CASE}/information-requests"),
    ("post", f"{CASE}/transfer"),
    ("post", f"{CASE}/removal"),
    ("post", f"{CASE}/link"),
    ("post", f"{CASE}/split"),
    ("post", f"{CASE}/reissue-code"),
    ("post", f"{CASE}/reopening"),
    ("post", f"{CASE}/decision"),
    ("post", f"{CASE}/approval"),
    ("get", "/staff/summary"),
    ("get", "/staff/policies"),
    ("post", "/staff/policies"),
    ("get", "/staff/policies/{policy_id}"),
    ("post", "/staff/policies/{policy_id}/preview"),
    ("post", "/staff/policies/{policy_id}/approval"),
}
ROUTES = {"PublicApi": PUBLIC, "StaffApi": STAFF}
FUNCTION = {"PublicApi": "IntakeFunction", "StaffApi": "ReviewFunction"}
STATUSES = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_CONFIGURATION_ERROR": 500,
    "AUTHORIZER_FAILURE": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
    "EXPIRED_TOKEN": 401,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_SIGNATURE": 404,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
    "UNAUTHORIZED": 401,
    "UNSUPPORTED_MEDIA_TYPE": 415,
    "WAF_FILTERED": 403,
}
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
def test_the_routes_are_those_of_the_contract(api: str) -> None:
    assert {(method, path) for path, item in _body(api)["paths"].items() for method in item} == ROUTES[api]


def test_the_routes_of_the_staff_are_those_that_the_table_of_roles_names() -> None:
    """Whatever the table does not name is open to nobody."""
    assert {(method.lower(), re.sub("<(.+?)>", r"{\1}", path)) for method, path in STAFF_ROUTES} == STAFF


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


@pytest.mark.parametrize("api", APIS)
def test_what_the_gateway_can_answer_by_itself_is_known(api: str) -> None:
    assert {kind: int(answer["statusCode"]) for kind, answer in _answers(api).items()} == STATUSES


@pytest.mark.parametrize("kind", STATUSES)
@pytest.mark.parametrize("api", APIS)
def test_what_the_gateway_answers_by_itself_is_a_problem_document(api: str, kind: str) -> None:
    """RFC 9457; the status in the document is the one of the answer."""
    answer = _answers(api)[kind]
    (template,) = answer["responseTemplates"].values()
    document = json.loads(template)
    assert set(document) == {"type", "title", "status", "errors"}
    assert document["status"] == STATUSES[kind]
    assert bool(document["errors"]) == (STATUSES[kind] < 500)
    assert all(set(error) == {"pointer", "message"} for error in document["errors"])


@pytest.mark.parametrize("kind", STATUSES)
@pytest.mark.parametrize("api", APIS)
def test_what_the_gateway_answers_by_itself_is_safe_to_receive(api: str, kind: str) -> None:
    """A 401 says what to sign in with (RFC 9110, 11.6.1)."""
    challenge = {"WWW-Authenticate": "'Bearer'"} if STATUSES[kind] == 401 else {}
    expected = {
        "Content-Type": "'application/problem+json'",
        "Cache-Control": "'no-store'",
        "Strict-Transport-Security": "'max-age=63072000; includeSubDomains'",
        "X-Content-Type-Options": "'nosniff'",
        **challenge,
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

"""The public API: its routes, what it logs, what it answers by itself, what stands before it."""

from __future__ import annotations

import json
import re

import pytest

from tests.template.reading import Json, properties, resources

ROUTES = {
    ("post", "/requests"),
    ("get", "/requests/{receipt}"),
    ("post", "/requests/{receipt}/updates"),
    ("post", "/requests/{receipt}/withdrawal"),
    ("post", "/requests/{receipt}/escalation"),
    ("get", "/field-offices"),
    ("get", "/notice"),
}
STATUSES = {
    "ACCESS_DENIED": 403,
    "API_CONFIGURATION_ERROR": 500,
    "BAD_REQUEST_BODY": 400,
    "BAD_REQUEST_PARAMETERS": 400,
    "DEFAULT_4XX": 400,
    "DEFAULT_5XX": 500,
    "INTEGRATION_FAILURE": 504,
    "INTEGRATION_TIMEOUT": 504,
    "INVALID_SIGNATURE": 404,
    "MISSING_AUTHENTICATION_TOKEN": 404,
    "QUOTA_EXCEEDED": 429,
    "REQUEST_TOO_LARGE": 413,
    "RESOURCE_NOT_FOUND": 404,
    "THROTTLED": 429,
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


def _body() -> Json:
    found: Json = properties("PublicApi")["Body"]
    return found


def _answers() -> Json:
    found: Json = _body()["x-amazon-apigateway-gateway-responses"]
    return found


def test_the_routes_are_those_of_the_contract() -> None:
    assert {(method, path) for path, item in _body()["paths"].items() for method in item} == ROUTES
    assert set(resources("AWS::ApiGateway::RestApi")) == {"PublicApi"}


def test_every_route_goes_to_intake() -> None:
    for item in _body()["paths"].values():
        for operation in item.values():
            uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
            assert uri.endswith("/functions/${IntakeFunctionAliaslive}/invocations")


def test_what_the_gateway_can_answer_by_itself_is_known() -> None:
    assert {kind: int(answer["statusCode"]) for kind, answer in _answers().items()} == STATUSES


@pytest.mark.parametrize("kind", STATUSES)
def test_what_the_gateway_answers_by_itself_is_a_problem_document(kind: str) -> None:
    """RFC 9457; the status in the document is the one of the answer."""
    answer = _answers()[kind]
    (template,) = answer["responseTemplates"].values()
    document = json.loads(template)
    assert set(document) == {"type", "title", "status", "errors"}
    assert document["status"] == STATUSES[kind]
    assert bool(document["errors"]) == (STATUSES[kind] < 500)
    assert all(set(error) == {"pointer", "message"} for error in document["errors"])


@pytest.mark.parametrize("kind", STATUSES)
def test_what_the_gateway_answers_by_itself_is_safe_to_receive(kind: str) -> None:
    headers = _answers()[kind]["responseParameters"]
    assert headers == {
        "gatewayresponse.header.Content-Type": "'application/problem+json'",
        "gatewayresponse.header.Cache-Control": "'no-store'",
        "gatewayresponse.header.Strict-Transport-Security": "'max-age=63072000; includeSubDomains'",
        "gatewayresponse.header.X-Content-Type-Options": "'nosniff'",
    }


def test_no_answer_of_the_gateway_echoes_the_request() -> None:
    assert "$" not in json.dumps(_answers())


def test_the_access_log_names_the_route_and_nothing_of_the_request() -> None:
    """A path holds a receipt; a query, a body and an address say who."""
    stage = properties("PublicApiv1Stage")["AccessLogSetting"]
    assert set(json.loads(stage["Format"])) >= {"requestId", "route", "status", "latency"}
    assert set(re.findall(r"\$context\.([\w.]+)", stage["Format"])) == LOGGED
    assert stage["Format"].count("$") == len(LOGGED)
    assert stage["DestinationArn"] == {"Fn::GetAtt": ["PublicApiLogGroup", "Arn"]}


def test_the_gateway_traces_no_data_and_throttles() -> None:
    (settings,) = properties("PublicApiv1Stage")["MethodSettings"]
    assert (settings["ResourcePath"], settings["HttpMethod"]) == ("/*", "*")
    assert (settings["DataTraceEnabled"], settings["LoggingLevel"]) == (False, "OFF")
    assert settings["ThrottlingRateLimit"] == {"Ref": "ThrottleRate"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "ThrottleBurst"}


def test_a_firewall_stands_before_the_stage_and_lets_large_bodies_through() -> None:
    rules = {rule["Name"]: rule for rule in properties("PublicApiFirewall")["Rules"]}
    assert set(rules) == {"address-rate", "known-bad-inputs", "common"}
    assert rules["address-rate"]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": "AddressRateLimit"}
    overrides = rules["common"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}} in overrides
    assert properties("PublicApiFirewallAssociation")["WebACLArn"] == {"Fn::GetAtt": ["PublicApiFirewall", "Arn"]}
    assert "${PublicApiv1Stage}" in properties("PublicApiFirewallAssociation")["ResourceArn"]["Fn::Sub"]


def test_the_firewall_keeps_no_samples_of_requests() -> None:
    firewall = properties("PublicApiFirewall")
    kept = [part["VisibilityConfig"]["SampledRequestsEnabled"] for part in (firewall, *firewall["Rules"])]
    assert kept == [False] * 4

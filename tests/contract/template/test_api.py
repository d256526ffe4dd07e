"""The two APIs in the template: routes, access logs, gateway responses, throttling and firewalls."""

from __future__ import annotations

import json
import re

import pytest

from casereview.http.problem_types import ProblemType
from casereview.http.problems import Fault, ProblemError
from infra.documents import gateway_pages
from intake.routes import ROUTES as PUBLIC_ROUTES
from review.routes import ROUTES as STAFF_ROUTES
from tests.support.template import APIS, SITES, Json, properties, resources

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
"""The problem type of each gateway response."""
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
SIGNED_IN = {
    "PublicApi": set[str](),
    "StaffApi": {"authorizer.claims.sub"},
    "SiteApi": set[str](),
    "DeskApi": set[str](),
}
INVOKED = {
    "SiteApi": "/functions/${PagesFunctionAliaslive}/invocations",
    "DeskApi": ":function:${AWS::StackName}-desk:live/invocations",
}
RATE_LIMIT = {
    "PublicApi": "AddressRateLimit",
    "StaffApi": "StaffAddressRateLimit",
    "SiteApi": "AddressRateLimit",
    "DeskApi": "StaffAddressRateLimit",
}


def _body(api: str) -> Json:
    found: Json = properties(api)["Body"]
    return found


def _operations(api: str) -> list[Json]:
    return [operation for item in _body(api)["paths"].values() for operation in item.values()]


def _answers(api: str) -> Json:
    found: Json = _body(api)["x-amazon-apigateway-gateway-responses"]
    return found


def test_the_template_has_exactly_two_apis_and_the_sites_over_them() -> None:
    assert set(resources("AWS::ApiGateway::RestApi")) == {*APIS, *SITES}


@pytest.mark.parametrize("site", SITES)
def test_every_path_of_a_site_is_a_page_of_its_function_to_read_or_to_send(site: str) -> None:
    declared = {(method, path) for path, item in _body(site)["paths"].items() for method in item}
    assert declared == {("get", "/"), ("get", "/{page+}"), ("post", "/{page+}")}
    for operation in _operations(site):
        assert operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"].endswith(INVOKED[site])


@pytest.mark.parametrize("site", SITES)
def test_a_site_takes_forms_less_often_than_it_shows_pages(site: str) -> None:
    pages, forms = properties(f"{site}v1Stage")["MethodSettings"]
    assert (pages["ResourcePath"], pages["HttpMethod"]) == ("/*", "*")
    assert (forms["ResourcePath"], forms["HttpMethod"]) == ("/~1{page+}", "POST")
    assert (pages["ThrottlingRateLimit"], forms["ThrottlingRateLimit"]) == (
        {"Ref": "ThrottleRate"},
        {"Ref": "FormRate"},
    )
    assert [each["DataTraceEnabled"] for each in (pages, forms)] == [False, False]


@pytest.mark.parametrize("api", APIS)
def test_the_template_has_the_routes_of_the_table(api: str) -> None:
    declared = {(method.upper(), path) for path, item in _body(api)["paths"].items() for method in item}
    assert declared == {route.address for route in ROUTES[api]}


@pytest.mark.parametrize("api", APIS)
def test_every_route_invokes_the_function_of_its_api(api: str) -> None:
    for operation in _operations(api):
        uri = operation["x-amazon-apigateway-integration"]["uri"]["Fn::Sub"]
        assert uri.endswith(f"/functions/${{{FUNCTION[api]}Aliaslive}}/invocations")


def test_every_staff_route_requires_an_id_token_of_the_user_pool() -> None:
    """An access token is accepted only for an OAuth scope, and no scope is defined; it also has no office."""
    assert {json.dumps(operation.get("security")) for operation in _operations("StaffApi")} == {'[{"Staff": []}]'}
    scheme = _body("StaffApi")["components"]["securitySchemes"]["Staff"]
    assert scheme["x-amazon-apigateway-authorizer"] == {
        "type": "cognito_user_pools",
        "providerARNs": [{"Fn::GetAtt": ["UserPool", "Arn"]}],
    }
    assert (scheme["in"], scheme["name"]) == ("header", "Authorization")


def test_no_public_route_requires_a_token_of_the_user_pool() -> None:
    assert not any("security" in operation for operation in _operations("PublicApi"))


def _expected(type_: ProblemType) -> ProblemError:
    return ProblemError(type_, NO_ROUTE) if type_ == "not-found" else ProblemError(type_)


@pytest.mark.parametrize("api", [*APIS, *SITES])
def test_every_gateway_response_has_the_status_of_its_problem_type(api: str) -> None:
    found = {kind: int(answer["statusCode"]) for kind, answer in _answers(api).items()}
    assert found == {kind: _expected(type_).status for kind, type_ in TYPES.items()}


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("api", APIS)
def test_every_gateway_response_is_a_problem_document_of_its_type(api: str, kind: str) -> None:
    """The type, title, status and errors are the same as in a problem document of the functions (RFC 9457)."""
    (template,) = _answers(api)[kind]["responseTemplates"].values()
    assert json.loads(template) == _expected(TYPES[kind]).document()


@pytest.mark.parametrize("kind", TYPES)
@pytest.mark.parametrize("api", APIS)
def test_every_gateway_response_has_the_security_headers(api: str, kind: str) -> None:
    """A 401 names the authentication scheme (RFC 9110, 11.6.1), and a 429 the time to wait (10.2.3)."""
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


def test_the_gateway_answers_for_the_public_site_with_pages_in_every_language_that_have_its_headers() -> None:
    expected = {
        kind: {
            "statusCode": str(answer["StatusCode"]),
            "responseParameters": {
                f"gatewayresponse.header.{name}": value
                for name, value in answer["ResponseParameters"]["Headers"].items()
            },
            "responseTemplates": answer["ResponseTemplates"],
        }
        for kind, answer in gateway_pages.responses().items()
    }
    assert _answers("SiteApi") == expected


def test_no_value_that_the_gateway_takes_has_a_quote_in_it() -> None:
    """A quote ends a value there, so the policy of these pages has none."""
    assert {name for name, value in gateway_pages.headers(429).items() if value.count("'") != 2} == set()


@pytest.mark.parametrize("api", [*APIS, *SITES])
def test_no_gateway_response_repeats_a_value_of_the_request(api: str) -> None:
    assert "$" not in json.dumps(_answers(api))


@pytest.mark.parametrize("api", [*APIS, *SITES])
def test_the_access_log_has_the_route_and_no_data_of_the_request(api: str) -> None:
    """Paths have receipts, and queries, bodies and addresses identify people; staff are logged by ``sub``."""
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


@pytest.mark.parametrize("api", [*APIS, *SITES])
def test_a_firewall_protects_the_stage_and_lets_large_bodies_pass(api: str) -> None:
    rules = {rule["Name"]: rule for rule in properties(f"{api}Firewall")["Rules"]}
    assert set(rules) == {"address-rate", "known-bad-inputs", "common"}
    assert rules["address-rate"]["Statement"]["RateBasedStatement"]["Limit"] == {"Ref": RATE_LIMIT[api]}
    overrides = rules["common"]["Statement"]["ManagedRuleGroupStatement"]["RuleActionOverrides"]
    assert {"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}} in overrides
    association = properties(f"{api}FirewallAssociation")
    assert association["WebACLArn"] == {"Fn::GetAtt": [f"{api}Firewall", "Arn"]}
    assert f"${{{api}v1Stage}}" in association["ResourceArn"]["Fn::Sub"]


@pytest.mark.parametrize("api", [*APIS, *SITES])
def test_the_firewall_keeps_no_samples_of_requests(api: str) -> None:
    firewall = properties(f"{api}Firewall")
    kept = [part["VisibilityConfig"]["SampledRequestsEnabled"] for part in (firewall, *firewall["Rules"])]
    assert kept == [False] * 4

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.console.users import PASSWORD
from tests.support.local.local_run import FIXTURE, LocalRun


def test_a_request_reaches_the_function_as_a_proxy_event(run: LocalRun) -> None:
    event = run.ask("PATCH", "/echo/a/b?x=1&x=2", "é".encode(), {"X-A": "b"}).json
    assert event["resource"] == "/echo/{proxy+}"
    assert event["pathParameters"] == {"proxy": "a/b"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert (event["body"], event["headers"]["X-A"]) == ("é", "b")


def test_a_static_segment_takes_precedence_over_a_parameter(run: LocalRun) -> None:
    assert run.ask("GET", "/things/known").json["resource"] == "/things/known"
    assert run.ask("GET", "/things/other").json["pathParameters"] == {"name": "other"}


def test_a_path_reaches_the_function_as_it_was_sent(run: LocalRun) -> None:
    event = run.ask("GET", "/things/%E2%81%A6a%20b%E2%81%A9?flag=a%20b&flag=c").json
    assert event["path"] == "/things/%E2%81%A6a%20b%E2%81%A9"
    assert event["pathParameters"] == {"name": "%E2%81%A6a%20b%E2%81%A9"}
    assert event["queryStringParameters"] == {"flag": "c"}
    assert event["multiValueQueryStringParameters"] == {"flag": ["a b", "c"]}


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/nowhere"), ("DELETE", "/things/known"), ("OPTIONS", "/things/known"), ("GET", "/do"), ("BREW", "/do")],
)
def test_unknown_routes_and_methods_get_the_gateway_response_of_the_template(
    run: LocalRun, method: str, path: str
) -> None:
    answer = run.ask(method, path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json["id"] == answer.headers["x-amzn-RequestId"]


def test_a_body_over_the_limit_of_api_gateway_gets_status_413(run: LocalRun) -> None:
    answer = run.ask("POST", "/do", b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json["title"]) == (413, "Too large")


def test_an_event_over_the_limit_of_lambda_gets_status_413(run: LocalRun) -> None:
    assert run.ask("POST", "/do", b"x" * (6 * 1024 * 1024)).status == 413


@pytest.mark.parametrize("what", ["raise", "malformed", "exit"])
def test_a_failing_function_gets_status_502_and_the_next_request_succeeds(run: LocalRun, what: str) -> None:
    assert run.do(what).status == 502
    assert run.do("nothing").status == 200


def test_a_function_that_times_out_gets_status_504_and_is_replaced(run: LocalRun) -> None:
    assert run.do("sleep", seconds=60).status == 504
    assert run.do("nothing").status == 200


def test_concurrent_clients_are_all_served(run: LocalRun) -> None:
    with ThreadPoolExecutor(50) as clients:
        paths = [f"/echo/{number}" for number in range(150)]
        answers = list(clients.map(lambda path: run.ask("GET", path), paths))
    assert [answer.json["path"] for answer in answers] == paths


def test_a_function_has_only_the_variables_of_the_template_and_of_lambda(run: LocalRun) -> None:
    found = run.do("environment").json
    assert (found["TABLE_NAME"], found["AWS_LAMBDA_FUNCTION_NAME"]) == ("case-review-Table", "case-review-Echo")
    assert found["LAMBDA_TASK_ROOT"] == str(FIXTURE / "function")
    expected = {"TABLE_NAME", "QUEUE_URL", "PATH", "PYTHONPATH", "TZ", "_HANDLER", "LANG", "LC_ALL", "LC_CTYPE"}
    others = [name for name in found if name not in expected and not name.startswith(("AWS_", "LAMBDA_", "COVERAGE_"))]
    assert not [name for name in others if name != "_X_AMZN_TRACE_ID"]


def token(run: LocalRun, **profile: object) -> str:
    return str(run.ask("POST", "/_local/token", json.dumps(profile).encode()).json["token"])


def test_an_id_token_passes_the_authorizer(run: LocalRun) -> None:
    bearer = token(run, user="a", office="ATL", groups=["officer", "restricted"])
    for header in (bearer, f"Bearer {bearer}"):
        event = run.ask("GET", "/staff/me", headers={"Authorization": header}).json
        claims = event["requestContext"]["authorizer"]["claims"]
        assert (claims["custom:office"], claims["token_use"]) == ("ATL", "id")
        assert set(claims["cognito:groups"].split(",")) == {"officer", "restricted"}


def test_a_token_has_the_office_and_groups_last_requested(run: LocalRun) -> None:
    token(run, user="b", office="ATL", groups=["officer"])
    bearer = token(run, user="b", office="ELP", groups=["supervisor"])
    event = run.ask("GET", "/staff/me", headers={"Authorization": bearer}).json
    claims = event["requestContext"]["authorizer"]["claims"]
    assert (claims["custom:office"], claims["cognito:groups"]) == ("ELP", "supervisor")


def test_a_missing_or_invalid_token_gets_status_401(run: LocalRun) -> None:
    bearer = token(run, user="a", groups=[])
    head, payload, signature = bearer.split(".")
    forged = f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    unsigned = f"eyJhbGciOiJub25lIn0.{payload}."
    for headers in ({}, {"Authorization": "nonsense"}, {"Authorization": forged}, {"Authorization": unsigned}):
        answer = run.ask("GET", "/staff/me", headers=headers)
        assert (answer.status, answer.json["title"]) == (401, "Sign in")


def test_an_access_token_gets_status_401(run: LocalRun) -> None:
    token(run, user="c", groups=[])
    cognito = run.client("cognito-idp")
    pool = cognito.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
    client = cognito.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"][0]["ClientId"]
    parameters = {"USERNAME": "c", "PASSWORD": PASSWORD}
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool, ClientId=client, AuthFlow="ADMIN_USER_PASSWORD_AUTH", AuthParameters=parameters
    )
    cognito.close()
    access = signed_in["AuthenticationResult"]["AccessToken"]
    assert run.ask("GET", "/staff/me", headers={"Authorization": access}).status == 401


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "nowhere", b"", 404),
        ("POST", "kill", b'{"function": "x"}', 404),
        ("POST", "token", b"{", 400),
        ("POST", "token", b"[]", 400),
    ],
)
def test_errors_of_the_console_are_problem_documents(
    run: LocalRun, method: str, path: str, body: bytes, status: int
) -> None:
    answer = run.ask(method, f"/_local/{path}", body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from infra.local.console.users import PASSWORD
from tests.support.local.local_run import FIXTURE, LocalRun


def test_a_request_reaches_the_function_as_the_gateway_passes_it_on(run: LocalRun) -> None:
    event = run.ask("PATCH", "/echo/a/b?x=1&x=2", "é".encode(), {"X-A": "b"}).json
    assert event["resource"] == "/echo/{proxy+}"
    assert event["pathParameters"] == {"proxy": "a/b"}
    assert event["multiValueQueryStringParameters"] == {"x": ["1", "2"]}
    assert (event["body"], event["headers"]["X-A"]) == ("é", "b")


def test_a_fixed_segment_goes_before_a_parameter(run: LocalRun) -> None:
    assert run.ask("GET", "/things/known").json["resource"] == "/things/known"
    assert run.ask("GET", "/things/other").json["pathParameters"] == {"name": "other"}


@pytest.mark.parametrize(("method", "path"), [("GET", "/nowhere"), ("DELETE", "/things/known"), ("GET", "/do")])
def test_unknown_routes_and_methods_are_answered_as_the_template_says(run: LocalRun, method: str, path: str) -> None:
    answer = run.ask(method, path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")
    assert answer.json["id"] == answer.headers["x-amzn-RequestId"]


def test_a_body_over_the_gateways_limit_is_refused(run: LocalRun) -> None:
    answer = run.ask("POST", "/do", b"x" * (10 * 1024 * 1024 + 1))
    assert (answer.status, answer.json["title"]) == (413, "Too large")


def test_a_body_over_lambdas_limit_is_refused(run: LocalRun) -> None:
    assert run.ask("POST", "/do", b"x" * (6 * 1024 * 1024)).status == 413


@pytest.mark.parametrize("what", ["raise", "malformed", "exit"])
def test_a_function_that_fails_is_a_bad_gateway_and_the_next_request_is_served(run: LocalRun, what: str) -> None:
    assert run.do(what).status == 502
    assert run.do("nothing").status == 200


def test_a_function_that_hangs_is_ended_and_replaced(run: LocalRun) -> None:
    assert run.do("sleep", seconds=60).status == 504
    assert run.do("nothing").status == 200


def test_many_clients_at_once_are_all_served(run: LocalRun) -> None:
    with ThreadPoolExecutor(50) as clients:
        paths = [f"/echo/{number}" for number in range(150)]
        answers = list(clients.map(lambda path: run.ask("GET", path), paths))
    assert [answer.json["path"] for answer in answers] == paths


def test_the_function_sees_only_the_environment_that_the_template_and_lambda_give(run: LocalRun) -> None:
    found = run.do("environment").json
    assert (found["TABLE_NAME"], found["AWS_LAMBDA_FUNCTION_NAME"]) == ("case-review-Table", "case-review-Echo")
    assert found["LAMBDA_TASK_ROOT"] == str(FIXTURE / "function")
    ours = {"TABLE_NAME", "QUEUE_URL", "PATH", "PYTHONPATH", "TZ", "_HANDLER", "LANG", "LC_ALL", "LC_CTYPE"}
    strange = [name for name in found if name not in ours and not name.startswith(("AWS_", "LAMBDA_", "COVERAGE_"))]
    assert not [name for name in strange if name != "_X_AMZN_TRACE_ID"]


def token(run: LocalRun, **wish: object) -> str:
    return str(run.ask("POST", "/_local/token", json.dumps(wish).encode()).json["token"])


def test_a_token_of_the_user_pool_opens_what_the_authorizer_guards(run: LocalRun) -> None:
    bearer = token(run, user="a", office="ATL", groups=["officer", "restricted"])
    for header in (bearer, f"Bearer {bearer}"):
        event = run.ask("GET", "/staff/me", headers={"Authorization": header}).json
        claims = event["requestContext"]["authorizer"]["claims"]
        assert (claims["custom:office"], claims["token_use"]) == ("ATL", "id")
        assert set(claims["cognito:groups"].split(",")) == {"officer", "restricted"}


def test_groups_of_a_token_are_those_asked_for_last(run: LocalRun) -> None:
    token(run, user="b", office="ATL", groups=["officer"])
    bearer = token(run, user="b", office="ELP", groups=["supervisor"])
    event = run.ask("GET", "/staff/me", headers={"Authorization": bearer}).json
    claims = event["requestContext"]["authorizer"]["claims"]
    assert (claims["custom:office"], claims["cognito:groups"]) == ("ELP", "supervisor")


def test_without_a_token_that_holds_nobody_gets_in(run: LocalRun) -> None:
    bearer = token(run, user="a", groups=[])
    head, payload, signature = bearer.split(".")
    forged = f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"
    unsigned = f"eyJhbGciOiJub25lIn0.{payload}."
    for headers in ({}, {"Authorization": "nonsense"}, {"Authorization": forged}, {"Authorization": unsigned}):
        answer = run.ask("GET", "/staff/me", headers=headers)
        assert (answer.status, answer.json["title"]) == (401, "Sign in")


def test_an_access_token_is_no_id_token(run: LocalRun) -> None:
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
def test_the_runners_own_routes_answer_with_problems(
    run: LocalRun, method: str, path: str, body: bytes, status: int
) -> None:
    answer = run.ask(method, f"/_local/{path}", body)
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json")

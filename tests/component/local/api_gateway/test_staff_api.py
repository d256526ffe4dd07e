"""The staff API of the project template, with a function that echoes its event in place of review."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey
from moto.utilities.utils import load_resource

from infra.local.console.users import PASSWORD
from tests.support.local.local_run import FIXTURE, ROOT, Answer, LocalRun

WORKLIST = "/staff/worklist"
OFFICER = {"user": "ann", "office": "ATL", "groups": ["officer", "restricted"]}


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalRun]:
    """A local run of the project template."""
    folder = tmp_path_factory.mktemp("staff")
    template = (ROOT / "template.yaml").read_text()
    for old, new in (
        ("CodeUri: functions/review/", f"CodeUri: {FIXTURE}/function"),
        ("Handler: review.app.handler", "Handler: echo.app.handler"),
        ("CodeUri: functions/", f"CodeUri: {ROOT}/functions/"),
        ("ContentUri: shared/", f"ContentUri: {ROOT}/shared/"),
    ):
        assert old in template
        template = template.replace(old, new)
    (folder / "template.yaml").write_text(template)
    run = LocalRun(folder, TEMPLATE=str(folder / "template.yaml"), ENVIRONMENTS="1")
    run.wait_until_ready()
    yield run
    assert run.stop() == 0


def token(run: LocalRun, **profile: object) -> str:
    return str(run.ask("POST", "/_local/token", json.dumps(profile).encode()).json["token"])


def read(run: LocalRun, bearer: str | None, path: str = WORKLIST) -> Answer:
    return run.ask("GET", path, headers={"Authorization": f"Bearer {bearer}"} if bearer else {})


def claims_passed_on(run: LocalRun, bearer: str) -> dict[str, str]:
    answer = read(run, bearer)
    assert answer.status == 200, answer.body
    found: dict[str, str] = answer.json["requestContext"]["authorizer"]["claims"]
    return found


def part(bearer: str, number: int) -> dict[str, Any]:
    text = bearer.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def pool_key() -> RSAKey:
    """Return the private key that signs the tokens of the local user pool."""
    return RSAKey.import_key(load_resource("cognitoidp/resources/jwks-private.json"))


def signed(bearer: str, key: RSAKey, **changes: object) -> str:
    """Return a token with some claims changed, signed again."""
    return jwt.encode({"alg": "RS256", "kid": part(bearer, 0)["kid"]}, {**part(bearer, 1), **changes}, key)


def with_another_signature(bearer: str) -> str:
    head, payload, signature = bearer.split(".")
    return f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def with_more_groups(bearer: str) -> str:
    head, _, signature = bearer.split(".")
    payload = json.dumps({**part(bearer, 1), "cognito:groups": ["supervisor"]}).encode()
    return f"{head}.{base64.urlsafe_b64encode(payload).decode().rstrip('=')}.{signature}"


def unsigned(bearer: str) -> str:
    head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
    return f"{head}.{bearer.split('.')[1]}."


FORGERIES: dict[str, Callable[[str], str | None]] = {
    "none": lambda _bearer: None,
    "nonsense": lambda _bearer: "nonsense",
    "another signature": with_another_signature,
    "more groups": with_more_groups,
    "unsigned": unsigned,
    "another key": lambda bearer: signed(bearer, RSAKey.generate_key(2048)),
    "expired": lambda bearer: signed(bearer, pool_key(), exp=int(time.time()) - 1),
    "of another pool": lambda bearer: signed(bearer, pool_key(), iss="https://example.org"),
    "for another client": lambda bearer: signed(bearer, pool_key(), aud="another"),
    "for another use": lambda bearer: signed(bearer, pool_key(), token_use="access"),
}


@pytest.mark.proof(4)
@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
def test_a_missing_or_invalid_id_token_gets_status_401(staff: LocalRun, forge: Callable[[str], str | None]) -> None:
    answer = read(staff, forge(token(staff, **OFFICER)))
    assert (answer.status, answer.headers["Content-Type"]) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert (answer.json["status"], answer.json["title"]) == (401, "Authentication is required")


def test_an_unchanged_token_signed_again_is_accepted(staff: LocalRun) -> None:
    """The tokens above are rejected for their changes, not for being signed by the test."""
    assert read(staff, signed(token(staff, **OFFICER), pool_key())).status == 200


def test_an_access_token_of_the_same_user_gets_status_401(staff: LocalRun) -> None:
    token(staff, **OFFICER)
    cognito = staff.client("cognito-idp")
    pool = cognito.list_user_pools(MaxResults=1)["UserPools"][0]["Id"]
    client = cognito.list_user_pool_clients(UserPoolId=pool)["UserPoolClients"][0]["ClientId"]
    signed_in = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "ann", "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    cognito.close()
    assert read(staff, signed_in["IdToken"]).status == 200
    assert read(staff, signed_in["AccessToken"]).status == 401


def test_claims_are_passed_on_as_strings(staff: LocalRun) -> None:
    """As in captured events of API Gateway, groups are joined by commas and times are dates."""
    bearer = token(staff, **OFFICER)
    claims = claims_passed_on(staff, bearer)
    assert all(isinstance(value, str) for value in claims.values())
    assert set(claims) == set(part(bearer, 1))
    assert (claims["cognito:username"], claims["custom:office"], claims["token_use"]) == ("ann", "ATL", "id")
    assert sorted(claims["cognito:groups"].split(",")) == ["officer", "restricted"]
    issued = datetime.strptime(claims["iat"], "%a %b %d %H:%M:%S %Z %Y").replace(tzinfo=UTC)
    assert issued.timestamp() == part(bearer, 1)["iat"]


def test_a_token_is_accepted_without_the_bearer_scheme(staff: LocalRun) -> None:
    answer = staff.ask("GET", WORKLIST, headers={"Authorization": token(staff, **OFFICER)})
    assert answer.status == 200


def test_a_user_without_groups_or_office_has_no_such_claims(staff: LocalRun) -> None:
    claims = claims_passed_on(staff, token(staff, user="bob", groups=[]))
    assert not {"cognito:groups", "custom:office"} & set(claims)


def test_a_token_has_the_office_and_group_last_requested(staff: LocalRun) -> None:
    profiles: list[tuple[str | None, str]] = [
        ("ATL", "officer"),
        ("ELP", "supervisor"),
        (None, "sro"),
        ("ATL", "officer"),
    ]
    for office, group in profiles:
        claims = claims_passed_on(staff, token(staff, user="eve", office=office, groups=[group]))
        assert (claims.get("custom:office"), claims["cognito:groups"]) == (office, group)


@pytest.mark.parametrize("office", [None, "ATL"])
def test_a_user_without_office_can_get_other_groups(staff: LocalRun, office: str | None) -> None:
    """Taking the office from a user who has none was an error."""
    user = f"gil-{office}"
    token(staff, user=user, groups=["officer"])
    token(staff, user=user, groups=["supervisor"])
    claims = claims_passed_on(staff, token(staff, user=user, groups=["policy"], office=office))
    assert (claims.get("custom:office"), claims["cognito:groups"]) == (office, "policy")


def test_a_token_names_the_user_and_a_subject_that_stays(staff: LocalRun) -> None:
    profiles: list[dict[str, Any]] = [{"groups": ["officer"], "office": "ATL"}, {"groups": ["sro"]}, {"groups": []}]
    found = [claims_passed_on(staff, token(staff, user="fay", **profile)) for profile in profiles]
    assert {claims["cognito:username"] for claims in found} == {"fay"}
    assert len({claims["sub"] for claims in found}) == 1
    assert claims_passed_on(staff, token(staff, user="hal"))["sub"] != found[0]["sub"]


def test_a_name_in_another_case_is_the_same_user(staff: LocalRun) -> None:
    first = claims_passed_on(staff, token(staff, user="Dan", groups=["officer"], office="ATL"))
    second = claims_passed_on(staff, token(staff, user="dan", groups=["supervisor"], office="ELP"))
    third = claims_passed_on(staff, token(staff, user="DAN", groups=["supervisor"], office="ELP"))
    assert {claims["sub"] for claims in (first, second, third)} == {first["sub"]}
    assert {claims["cognito:username"] for claims in (first, second, third)} == {"Dan"}
    assert (second["cognito:groups"], second["custom:office"]) == ("supervisor", "ELP")
    assert token(staff, user="dan", groups=["officer"], office="ATL") == token(
        staff, user="Dan", groups=["officer"], office="ATL"
    )


@pytest.mark.parametrize(
    "profile", [{"user": ""}, {"user": "a b"}, {"user": "x" * 200}, {"user": "ivy", "groups": [""]}]
)
def test_a_name_that_cognito_does_not_accept_is_refused(staff: LocalRun, profile: dict[str, Any]) -> None:
    answer = staff.ask("POST", "/_local/token", json.dumps(profile).encode())
    assert (answer.status, answer.headers["Content-Type"]) == (422, "application/problem+json")


def test_the_same_profile_gives_the_same_token(staff: LocalRun) -> None:
    assert token(staff, **OFFICER) == token(staff, **OFFICER)
    assert token(staff, **OFFICER) != token(staff, **{**OFFICER, "user": "another"})


def test_a_token_can_have_a_group_that_the_template_does_not_define(staff: LocalRun) -> None:
    assert claims_passed_on(staff, token(staff, user="dan", groups=["stranger"]))["cognito:groups"] == "stranger"


@pytest.mark.parametrize("path", ["/staff/nowhere", "/staff/cases/c/nowhere"])
def test_unknown_staff_routes_get_status_404(staff: LocalRun, path: str) -> None:
    answer = read(staff, token(staff, **OFFICER), path)
    assert (answer.status, answer.headers["Content-Type"]) == (404, "application/problem+json")


def test_the_case_id_is_a_path_parameter(staff: LocalRun) -> None:
    event = read(staff, token(staff, **OFFICER), "/staff/cases/abc/history?limit=5").json
    assert (event["resource"], event["pathParameters"]) == ("/staff/cases/{case_id}/history", {"case_id": "abc"})
    assert event["queryStringParameters"] == {"limit": "5"}


def test_both_apis_share_a_port_and_the_public_one_needs_no_token(staff: LocalRun) -> None:
    assert staff.ask("GET", "/notice?language=en").status == 200
    assert staff.ask("GET", WORKLIST).status == 401


def test_a_tick_fires_every_schedule(staff: LocalRun) -> None:
    assert staff.ask("POST", "/_local/tick").json == {"fired": 4}

"""The sign-in of the local run: codes, PKCE, refresh and revocation, as the managed login of Cognito."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from infra.local.console.problems import ProblemError
from infra.local.console.sign_in import TEST_USERS, SignIn
from infra.local.console.users import NoUserPoolError, UserProfile, Users
from infra.local.http_server import HttpRequest, HttpResponse
from infra.local.template.stack import PhysicalResource, Stack

BACK, OUT = "http://127.0.0.1:8002/signed-in", "http://127.0.0.1:8002/signed-out"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
BASIC = "Basic " + base64.b64encode(b"desk:secret").decode()
ASKED = {
    "client_id": "desk",
    "redirect_uri": BACK,
    "response_type": "code",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
    "state": "s",
    "nonce": "n",
}


class _Stack:
    """A stack with a client of pages, and one of programs."""

    clients = ("Desk", "Programs")

    def of_type(self, _kind: str) -> list[str]:
        return list(self.clients)

    def get(self, name: str) -> PhysicalResource:
        return PhysicalResource(name.lower(), {"ClientSecret": "secret"} if name == "Desk" else {})

    def properties(self, name: str) -> Mapping[str, Any]:
        if name == "Programs":
            return {}
        return {
            "AllowedOAuthFlows": ["code"],
            "CallbackURLs": [BACK],
            "LogoutURLs": [OUT],
            "IdTokenValidity": 15,
            "TokenValidityUnits": {"IdToken": "minutes"},
        }


class _Users:
    """The users of a pool."""

    def __init__(self) -> None:
        self.profiles: dict[str, UserProfile] = {}

    def profile(self, user: str) -> UserProfile | None:
        if user == "nobody can":
            raise NoUserPoolError
        return self.profiles.get(user)

    def id_token(self, user: str, profile: UserProfile) -> str:
        claims = {"sub": f"sub-{user}", "cognito:groups": sorted(profile.groups), "aud": "programs"}
        return f"x.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"


@pytest.fixture
def users() -> _Users:
    """The users of the pool."""
    return _Users()


@pytest.fixture
def sign_in(users: _Users) -> SignIn:
    """The sign-in."""
    return SignIn(cast("Stack", _Stack()), cast("Users", users))


def get(path: str, query: Mapping[str, str]) -> HttpRequest:
    return HttpRequest("GET", f"{path}?{urlencode(query)}", [])


def post(form: Mapping[str, str], authorization: str | None = BASIC) -> HttpRequest:
    headers = [("Authorization", authorization)] if authorization else []
    return HttpRequest("POST", "/", headers, urlencode(form).encode())


def back(response: HttpResponse) -> dict[str, str]:
    location = dict(response.headers)["Location"]
    assert location.startswith(BACK)
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


def exchanged(sign_in: SignIn, user: str = "officer-atl", **changes: str) -> tuple[int, dict[str, Any]]:
    code = back(sign_in.authorize(get("authorize", {**ASKED, "login_hint": user})))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    answer = sign_in.token(post({**form, **changes}))
    return answer.status, json.loads(answer.body)


def claims(token: str) -> dict[str, Any]:
    public = json.loads(
        gzip.decompress(files("moto.cognitoidp").joinpath("resources/jwks-public.json.gz").read_bytes())
    )
    return jwt.decode(token, KeySet.import_key_set(public), algorithms=["RS256"]).claims


def test_the_page_lists_the_test_users_and_a_hint_signs_one_in(sign_in: SignIn) -> None:
    page = sign_in.authorize(get("authorize", ASKED))
    assert all(user.encode() in page.body for user in TEST_USERS)
    assert back(sign_in.authorize(get("authorize", {**ASKED, "login_hint": "officer-atl"})))["state"] == "s"


def test_a_code_gives_a_token_of_the_client_signed_as_those_of_the_pool(sign_in: SignIn) -> None:
    status, found = exchanged(sign_in)
    assert status == 200
    token = claims(found["id_token"])
    assert (token["aud"], token["nonce"], token["sub"]) == ("desk", "n", "sub-officer-atl")
    assert token["exp"] - token["iat"] == found["expires_in"] == 900
    assert token["cognito:groups"] == ["officer"]


def test_a_user_of_the_pool_keeps_office_and_groups(sign_in: SignIn, users: _Users) -> None:
    users.profiles["dan"] = UserProfile("ELP", frozenset({"supervisor"}))
    _, found = exchanged(sign_in, "dan")
    assert claims(found["id_token"])["cognito:groups"] == ["supervisor"]


@pytest.mark.parametrize("user", ["stranger", "nobody can"])
def test_an_unknown_user_is_refused(sign_in: SignIn, user: str) -> None:
    with pytest.raises(ProblemError):
        sign_in.authorize(get("authorize", {**ASKED, "login_hint": user}))


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "programs"},
        {"redirect_uri": "https://evil.example/"},
        {"response_type": "token"},
        {"code_challenge_method": "plain"},
    ],
)
def test_a_sign_in_that_is_not_the_clients_is_refused(sign_in: SignIn, changes: dict[str, str]) -> None:
    with pytest.raises(ProblemError):
        sign_in.authorize(get("authorize", {**ASKED, **changes, "login_hint": "officer-atl"}))


@pytest.mark.parametrize(
    "changes", [{"code": "other"}, {"code_verifier": "w" * 43}, {"redirect_uri": OUT}, {"grant_type": "password"}]
)
def test_a_code_is_given_only_to_who_asked_for_it(sign_in: SignIn, changes: dict[str, str]) -> None:
    assert exchanged(sign_in, **changes)[0] == 400


def test_a_code_counts_once(sign_in: SignIn) -> None:
    code = back(sign_in.authorize(get("authorize", {**ASKED, "login_hint": "officer-atl"})))["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK, "code_verifier": VERIFIER}
    assert [sign_in.token(post(form)).status for _ in range(2)] == [200, 400]


def test_a_refresh_token_gives_new_tokens_until_it_is_revoked(sign_in: SignIn) -> None:
    _, found = exchanged(sign_in)
    form = {"grant_type": "refresh_token", "refresh_token": found["refresh_token"]}
    answer = sign_in.token(post(form))
    assert answer.status == 200
    assert "nonce" not in claims(json.loads(answer.body)["id_token"])
    assert sign_in.revoke(post({"token": found["refresh_token"]})).status == 200
    assert sign_in.token(post(form)).status == 400


@pytest.mark.parametrize("authorization", [None, "Basic " + base64.b64encode(b"desk:wrong").decode(), "Bearer x"])
def test_only_the_client_gets_and_ends_tokens(sign_in: SignIn, authorization: str | None) -> None:
    assert sign_in.token(post({"grant_type": "refresh_token"}, authorization)).status == 400
    assert sign_in.revoke(post({"token": "x"}, authorization)).status == 400


def test_signing_out_leads_back_to_the_client(sign_in: SignIn) -> None:
    found = sign_in.logout(get("logout", {"client_id": "desk", "logout_uri": OUT}))
    assert dict(found.headers)["Location"] == OUT
    with pytest.raises(ProblemError):
        sign_in.logout(get("logout", {"client_id": "desk", "logout_uri": "https://evil.example/"}))

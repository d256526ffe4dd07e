"""The sign-in of the local run, in the place of Cognito's managed login: OAuth 2.0 with codes and PKCE, for test users.

It signs ID tokens with the key of moto's user pools, so the authorizers take them as they take moto's own.
"""

from __future__ import annotations

import base64
import gzip
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from importlib.resources import files
from threading import Lock
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.local.console.problems import ProblemError, json_response
from infra.local.console.users import InvalidUserError, NoUserPoolError, UserProfile, Users
from infra.local.http_server import HttpRequest, HttpResponse
from infra.local.template.stack import Stack

TEST_USERS: Final[Mapping[str, UserProfile]] = {
    "officer-atl": UserProfile("ATL", frozenset({"officer"})),
    "second-officer-atl": UserProfile("ATL", frozenset({"officer"})),
    "restricted-officer-atl": UserProfile("ATL", frozenset({"officer", "restricted"})),
    "supervisor-atl": UserProfile("ATL", frozenset({"supervisor"})),
    "second-supervisor-atl": UserProfile("ATL", frozenset({"supervisor", "restricted"})),
    "senior-official": UserProfile(None, frozenset({"sro", "restricted"})),
    "policy-author": UserProfile(None, frozenset({"policy"})),
    "policy-approver": UserProfile(None, frozenset({"policy"})),
    "headquarters": UserProfile("HQ", frozenset({"supervisor", "restricted"})),
}
"""The users that the page of the sign-in offers."""
_CODE_LASTS: Final = 300.0
"""Seconds."""
_DEFAULT_VALIDITY: Final = 3600
_UNITS: Final = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86_400}


@dataclass(frozen=True)
class _Client:
    """An app client that signs users in by pages."""

    client_id: str
    secret: str
    callbacks: frozenset[str]
    logouts: frozenset[str]
    lasts: int
    """The lifetime of its ID tokens in seconds."""


@dataclass(frozen=True)
class _Code:
    """What a code was given for."""

    user: str
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    ends_at: float


class SignIn:
    """Answers the addresses of the managed login that the desk uses.

    Args:
        stack: has the user pool and its clients.
        users: creates the test users and signs them in.
    """

    def __init__(self, stack: Stack, users: Users) -> None:
        self._users = users
        self._clients = {each.client_id: each for each in _clients(stack)}
        self._codes: dict[str, _Code] = {}
        self._refresh_tokens: dict[str, tuple[str, str]] = {}
        self._lock = Lock()
        self._key: RSAKey | None = None

    def authorize(self, request: HttpRequest) -> HttpResponse:
        """Send the browser back with a code for the user of ``login_hint``; without one, list the test users."""
        asked = dict(parse_qsl(request.query))
        client = self._clients.get(asked.get("client_id", ""))
        if client is None or asked.get("redirect_uri") not in client.callbacks:
            raise ProblemError(400, "client_id or redirect_uri is not that of a client of the template")
        if asked.get("response_type") != "code" or asked.get("code_challenge_method") != "S256":
            raise ProblemError(400, "response_type must be code, code_challenge_method S256")
        user = asked.get("login_hint")
        if user is None:
            return _page(asked)
        if self._profile(user) is None:
            raise ProblemError(422, f"login_hint must be a user of the pool, or one of {', '.join(TEST_USERS)}")
        code = secrets.token_urlsafe(24)
        given = _Code(
            user,
            client.client_id,
            asked["redirect_uri"],
            asked.get("code_challenge", ""),
            asked.get("nonce", ""),
            time.monotonic() + _CODE_LASTS,
        )
        with self._lock:
            self._codes[code] = given
        return _redirect(asked["redirect_uri"], code=code, state=asked.get("state", ""))

    def token(self, request: HttpRequest) -> HttpResponse:
        """Exchange a code, or a refresh token, for tokens."""
        asked = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        client = self._authenticated(request, asked)
        if client is None:
            return json_response({"error": "invalid_client"}, 400)
        if asked.get("grant_type") == "authorization_code":
            return self._exchange(client, asked)
        if asked.get("grant_type") == "refresh_token":
            return self._refresh(client, asked)
        return json_response({"error": "unsupported_grant_type"}, 400)

    def revoke(self, request: HttpRequest) -> HttpResponse:
        """End a refresh token."""
        asked = dict(parse_qsl(request.body.decode("utf-8", "replace")))
        if self._authenticated(request, asked) is None:
            return json_response({"error": "invalid_client"}, 400)
        with self._lock:
            self._refresh_tokens.pop(asked.get("token", ""), None)
        return json_response({})

    def logout(self, request: HttpRequest) -> HttpResponse:
        """Send the browser back to where the client wants it after signing out."""
        asked = dict(parse_qsl(request.query))
        client = self._clients.get(asked.get("client_id", ""))
        if client is None or asked.get("logout_uri") not in client.logouts:
            raise ProblemError(400, "client_id or logout_uri is not that of a client of the template")
        return _redirect(asked["logout_uri"])

    def _authenticated(self, request: HttpRequest, asked: Mapping[str, str]) -> _Client | None:
        header = request.header("authorization") or ""
        name, secret = asked.get("client_id", ""), asked.get("client_secret", "")
        if header.startswith("Basic "):
            name, _, secret = base64.b64decode(header[6:] + "==").decode("utf-8", "replace").partition(":")
        client = self._clients.get(name)
        return client if client and hmac.compare_digest(client.secret.encode(), secret.encode()) else None

    def _exchange(self, client: _Client, asked: Mapping[str, str]) -> HttpResponse:
        with self._lock:
            code = self._codes.pop(asked.get("code", ""), None)
        verifier = sha256(asked.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(verifier).decode().rstrip("=")
        valid = (
            code is not None
            and code.client_id == client.client_id
            and code.redirect_uri == asked.get("redirect_uri")
            and code.challenge == challenge
            and code.ends_at > time.monotonic()
        )
        if code is None or not valid:
            return json_response({"error": "invalid_grant"}, 400)
        refresh = secrets.token_urlsafe(48)
        with self._lock:
            self._refresh_tokens[refresh] = (code.user, client.client_id)
        more = {"nonce": code.nonce} if code.nonce else {}
        return json_response({**self._tokens(client, code.user, more), "refresh_token": refresh})

    def _refresh(self, client: _Client, asked: Mapping[str, str]) -> HttpResponse:
        with self._lock:
            user, owner = self._refresh_tokens.get(asked.get("refresh_token", ""), ("", ""))
        if owner != client.client_id:
            return json_response({"error": "invalid_grant"}, 400)
        return json_response(self._tokens(client, user, {}))

    def _tokens(self, client: _Client, user: str, more: Mapping[str, str]) -> dict[str, Any]:
        profile = self._profile(user) or UserProfile(None, frozenset())
        found = _payload(self._users.id_token(user, profile))
        now = int(time.time())
        claims = {**found, "aud": client.client_id, "iat": now, "auth_time": now, "exp": now + client.lasts, **more}
        token = jwt.encode({"kid": "dummy", "alg": "RS256"}, claims, self._signing_key())
        return {"id_token": token, "access_token": secrets.token_urlsafe(), "expires_in": client.lasts} | {
            "token_type": "Bearer"
        }

    def _profile(self, user: str) -> UserProfile | None:
        """Return the office and groups of a user of the pool, else of a test user."""
        try:
            return self._users.profile(user) or TEST_USERS.get(user)
        except (NoUserPoolError, InvalidUserError):
            return None

    def _signing_key(self) -> RSAKey:
        if self._key is None:
            packed = files("moto.cognitoidp").joinpath("resources/jwks-private.json.gz").read_bytes()
            self._key = RSAKey.import_key(json.loads(gzip.decompress(packed)))
        return self._key


def _clients(stack: Stack) -> list[_Client]:
    found = []
    for name in stack.of_type("AWS::Cognito::UserPoolClient"):
        resource, properties = stack.get(name), stack.properties(name)
        secret = resource.attributes.get("ClientSecret")
        if secret and "code" in properties.get("AllowedOAuthFlows", []):
            unit = _UNITS[properties.get("TokenValidityUnits", {}).get("IdToken", "hours")]
            lasts = int(properties.get("IdTokenValidity", 0)) * unit or _DEFAULT_VALIDITY
            callbacks, logouts = properties.get("CallbackURLs", []), properties.get("LogoutURLs", [])
            found.append(_Client(resource.ref, secret, frozenset(callbacks), frozenset(logouts), lasts))
    return found


def _payload(token: str) -> dict[str, Any]:
    part = token.split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def _redirect(address: str, **values: str) -> HttpResponse:
    query = f"?{urlencode(values)}" if values else ""
    return HttpResponse(302, [("Location", address + query), ("Cache-Control", "no-store")])


def _page(asked: Mapping[str, str]) -> HttpResponse:
    lines = "".join(
        f'<li><a href="authorize?{escape(urlencode({**asked, "login_hint": user}))}">{user}</a>'
        f" {', '.join(sorted(profile.groups))}{f' of {profile.office}' if profile.office else ''}</li>"
        for user, profile in TEST_USERS.items()
    )
    body = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sign in</title></head>'
        f"<body><main><h1>Sign in as a test user</h1><ul>{lines}</ul></main></body></html>"
    )
    return HttpResponse(200, [("Content-Type", "text/html; charset=utf-8")], body.encode())

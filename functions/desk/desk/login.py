"""The sign-in of the user pool: OAuth 2.0 with authorization codes, PKCE and a confidential client."""

from __future__ import annotations

import base64
import json
import secrets
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

from casereview.schema.base import Record
from casereview.schema.errors import CaseReviewError
from desk.session_records import Pending, SavedForm, Session

TIMEOUT: Final = urllib3.Timeout(connect=2, read=6)
"""Seconds that one call of the sign-in may take."""


class UnreachableError(CaseReviewError):
    """The sign-in, or the staff API, did not answer."""


class Tokens(Record):
    """What the sign-in gives for a code or a refresh token."""

    id_token: str
    refresh_token: str | None = None


class Login:
    """The sign-in.

    Args:
        http: makes the calls.
        address: what lies above ``/oauth2/authorize``.
        desk: the address of the desk, to which the browser returns.
        client_id: the client of the user pool.
        secret: the client's secret.
    """

    def __init__(self, http: urllib3.PoolManager, address: str, desk: str, client_id: str, secret: str) -> None:
        self._http = http
        self._address = address
        self._desk = desk
        self._client_id = client_id
        self._basic = "Basic " + base64.b64encode(f"{client_id}:{secret}".encode()).decode()

    @staticmethod
    def pending(to: str, saved: SavedForm | None = None) -> Pending:
        """Return a sign-in that begins."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return Pending(state=state, nonce=nonce, verifier=verifier, to=to, saved=saved)

    def page(self, pending: Pending) -> str:
        """Return the address to which a browser goes to sign in."""
        challenge = base64.urlsafe_b64encode(sha256(pending.verifier.encode()).digest()).decode().rstrip("=")
        query = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": f"{self._desk}/signed-in",
            "scope": "openid",
            "state": pending.state,
            "nonce": pending.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self._address}/oauth2/authorize?{urlencode(query)}"

    def session(self, code: str, pending: Pending) -> Session | None:
        """Exchange a code for a session; None if it was refused, or answers another sign-in.

        Raises:
            UnreachableError: The sign-in did not answer.
        """
        found = self._tokens(
            grant_type="authorization_code",
            code=code,
            redirect_uri=f"{self._desk}/signed-in",
            code_verifier=pending.verifier,
        )
        if found is None or found.refresh_token is None:
            return None
        claims = claims_of(found.id_token)
        if claims.get("nonce") != pending.nonce or claims.get("aud") != self._client_id:
            return None
        return Session(
            sub=claims["sub"],
            user=claims["cognito:username"],
            id_token=found.id_token,
            token_ends_at=int(claims["exp"]),
            refresh_token=found.refresh_token,
        )

    def refreshed(self, session: Session) -> Session | None:
        """Return a session with a new ID token; None if the sign-in has ended.

        Raises:
            UnreachableError: The sign-in did not answer.
        """
        found = self._tokens(grant_type="refresh_token", refresh_token=session.refresh_token)
        if found is None:
            return None
        return session.evolve(
            id_token=found.id_token,
            token_ends_at=int(claims_of(found.id_token)["exp"]),
            refresh_token=found.refresh_token or session.refresh_token,
        )

    def revoke(self, session: Session) -> None:
        """End the refresh token of a session; one that cannot be ended now ends by itself.

        Raises:
            UnreachableError: The sign-in did not answer.
        """
        self._post("revoke", token=session.refresh_token)

    def sign_out_page(self) -> str:
        """Return the address that ends the sign-in's own session, and leads back to the desk."""
        query = {"client_id": self._client_id, "logout_uri": f"{self._desk}/signed-out"}
        return f"{self._address}/logout?{urlencode(query)}"

    def _tokens(self, **fields: str) -> Tokens | None:
        status, body = self._post("token", **fields)
        if status != HTTPStatus.OK:
            return None
        found = json.loads(body)
        return Tokens(id_token=found["id_token"], refresh_token=found.get("refresh_token"))

    def _post(self, name: str, **fields: str) -> tuple[int, bytes]:
        headers = {"Authorization": self._basic, "Content-Type": "application/x-www-form-urlencoded"}
        try:
            answer = self._http.request(
                "POST",
                f"{self._address}/oauth2/{name}",
                body=urlencode(fields),
                headers=headers,
                timeout=TIMEOUT,
                retries=False,
                redirect=False,
            )
        except urllib3.exceptions.HTTPError as error:
            raise UnreachableError from error
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise UnreachableError
        return answer.status, answer.data


def claims_of(token: str) -> dict[str, Any]:
    """Return the claims of an ID token that came from the sign-in itself, over TLS (OpenID Connect Core, 3.1.3.7)."""
    part = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return found

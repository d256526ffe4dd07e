"""Cognito authorizers: verify ID tokens with the public keys of the user pool, as API Gateway does."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from infra.local.account import REGION
from infra.local.api_gateway.routes import Authorizer

Claims = Mapping[str, str]
_TIMES: Final = {"exp", "iat"}


class UnauthorizedError(Exception):
    """The request has no token, or its token is not valid."""


class TokenVerifier:
    """Verifies ID tokens.

    Args:
        key_set: returns the JWKS of a user pool, given the pool's id. Called once per pool.
        clients: the ids of the app clients of each pool; the audience of a token must be one of them.
    """

    def __init__(self, key_set: Callable[[str], Any], clients: Mapping[str, frozenset[str]]) -> None:
        self._fetch = key_set
        self._clients = clients
        self._keys: dict[str, KeySet] = {}

    def verify(self, authorizer: Authorizer, header: str | None) -> Claims:
        """Verify the token of a request.

        Args:
            authorizer: the authorizer of the route.
            header: the value of the authorizer's header, with or without the `Bearer` scheme; None if it is missing.

        Returns:
            The claims of the token, as strings.

        Raises:
            UnauthorizedError: there is no token, or its signature, issuer, audience, use or expiry is not valid.
        """
        token = (header or "").removeprefix("Bearer ").strip()
        for pool in authorizer.pools:
            claims = self._claims(pool, token)
            if claims is not None:
                return {name: _text(name, value) for name, value in claims.items()}
        raise UnauthorizedError

    def _claims(self, pool: str, token: str) -> dict[str, Any] | None:
        try:
            claims = jwt.decode(token, self._keys_of(pool), algorithms=["RS256"]).claims
        except (JoseError, ValueError, KeyError, TypeError):
            return None
        expires = claims.get("exp")
        holds = (
            claims.get("iss") == f"https://cognito-idp.{REGION}.amazonaws.com/{pool}"
            and str(claims.get("aud")) in self._clients.get(pool, frozenset())
            and claims.get("token_use") == "id"
            and isinstance(expires, int | float)
            and expires > time.time()
        )
        return claims if holds else None

    def _keys_of(self, pool: str) -> KeySet:
        if pool not in self._keys:
            self._keys[pool] = KeySet.import_key_set(self._fetch(pool))
        return self._keys[pool]


def _text(name: str, value: Any) -> str:  # noqa: ANN401  claims are of several types
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    if name in _TIMES:
        return datetime.fromtimestamp(float(value), UTC).strftime("%a %b %d %H:%M:%S UTC %Y")
    return str(value).lower() if isinstance(value, bool) else str(value)

"""Forged tokens at the local authorizer: every variant of a valid token is rejected without an error."""

from __future__ import annotations

import base64
import hmac
import json
import time
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import RSAKey

from infra.local.account import REGION
from infra.local.api_gateway.cognito_authorizer import TokenVerifier, UnauthorizedError
from infra.local.api_gateway.routes import Authorizer
from tests.support.fuzz.examples import try_many
from tests.support.fuzz.parsers import VALID_JSON, VALID_TEXTS
from tests.support.proofs.sizes import sized
from tests.support.proofs.tally import Tally

POOL, CLIENT = f"{REGION}_local", "client"
OWN, FOREIGN = (RSAKey.generate_key(2048, {"kid": "own", "use": "sig"}) for _ in range(2))
CLAIMS: dict[str, Any] = {
    "iss": f"https://cognito-idp.{REGION}.amazonaws.com/{POOL}",
    "aud": CLIENT,
    "token_use": "id",
    "exp": int(time.time()) + 86_400,  # also at the end of a long run
    "iat": int(time.time()),
    "cognito:username": "ann",
    "cognito:groups": ["officer"],
    "custom:office": "ATL",
}
AUTHORIZER = Authorizer((POOL,), "authorization")


def _verifier(kind: type[TokenVerifier] = TokenVerifier) -> TokenVerifier:
    return kind(lambda _pool: {"keys": [OWN.as_dict(private=False)]}, {POOL: frozenset({CLIENT})})


def _signed(key: RSAKey, changes: dict[str, object]) -> str:
    claims = {name: value for name, value in {**CLAIMS, **changes}.items() if value is not None}
    return jwt.encode({"alg": "RS256", "kid": "own"}, claims, key)


def _packed(value: object) -> str:
    raw = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


VALID = _signed(OWN, {})
HEAD, PAYLOAD, SIGNATURE = VALID.split(".")
_WRONG: dict[str, st.SearchStrategy[object]] = {
    "iss": VALID_TEXTS | VALID_JSON,
    "aud": VALID_TEXTS | VALID_JSON,
    "token_use": st.just("access") | VALID_TEXTS | VALID_JSON,
    "exp": st.integers(max_value=int(time.time()) - 1) | st.none() | VALID_TEXTS | st.lists(VALID_JSON, max_size=2),
}
_HEADERS = st.dictionaries(
    st.sampled_from(["alg", "kid", "jku", "jwk", "x5u", "crit", "zip"]), VALID_TEXTS | VALID_JSON
)
FORGED: dict[str, st.SearchStrategy[str]] = {
    "alg none": st.sampled_from(["none", "None", "NONE", ""]).map(lambda alg: f"{_packed({'alg': alg})}.{PAYLOAD}."),
    "the public key as a secret": VALID_JSON.map(lambda value: _hmac_signed({**CLAIMS, "cognito:groups": value})),
    "another key": VALID_JSON.map(lambda value: _signed(FOREIGN, {"cognito:groups": value})),
    "one wrong claim": st.sampled_from(sorted(_WRONG)).flatmap(
        lambda name: _WRONG[name].map(lambda value: _signed(OWN, {name: value}))
    ),
    "claims tampered with": st.dictionaries(st.sampled_from(sorted(CLAIMS)), VALID_JSON, min_size=1).map(
        lambda changes: f"{HEAD}.{_packed({**CLAIMS, **changes})}.{SIGNATURE}"
    ),
    "another header": _HEADERS.map(lambda head: f"{_packed(head)}.{PAYLOAD}.{SIGNATURE}"),
    "bytes changed": st.builds(
        lambda place, symbol: VALID[:place] + symbol + VALID[place + 1 :],
        st.integers(0, len(VALID) - 3),
        st.text(max_size=1),
    ),
    "arbitrary parts": st.lists(
        st.one_of(VALID_TEXTS, st.binary(max_size=60).map(_packed), VALID_JSON.map(_packed)), max_size=5
    ).map(".".join),
}


def _hmac_signed(claims: dict[str, Any]) -> str:
    signed = f"{_packed({'alg': 'HS256', 'kid': 'own'})}.{_packed(claims)}"
    return f"{signed}.{_packed(hmac.digest(OWN.as_pem(private=False), signed.encode(), sha256))}"


def _is_accepted(verifier: TokenVerifier, token: str) -> bool:
    try:
        verifier.verify(AUTHORIZER, f"Bearer {token}")
    except UnauthorizedError:
        return False
    return True


def prove_rejection(verifier: TokenVerifier, kind: str, tally: Tally, examples: int) -> None:
    """Verify forged tokens of a kind; a token that is accepted, or raises another error, is a violation."""

    def tried(token: str) -> None:
        if token != VALID:
            with tally.case(f"{kind}: {token[:400]!r}"):
                assert not _is_accepted(verifier, token)

    try_many(FORGED[kind], examples, tried)


@pytest.mark.proof(4)
@pytest.mark.parametrize("kind", FORGED)
def test_forged_tokens_are_rejected(tally: Tally, kind: str) -> None:
    verifier = _verifier()
    assert _is_accepted(verifier, VALID)
    prove_rejection(verifier, kind, tally, sized(60, 1500))


# ---- deliberate defects


class _WithoutSignatureCheck(TokenVerifier):
    """Accepts the claims of a token without checking its signature."""

    def _claims(self, pool: str, token: str) -> dict[str, Any] | None:
        del pool
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(token.split(".")[1] + "=="))
        return found


class _WithoutClaimsCheck(TokenVerifier):
    """Checks the signature of a token, but none of its claims."""

    def _claims(self, pool: str, token: str) -> dict[str, Any] | None:
        try:
            return jwt.decode(token, self._keys_of(pool), algorithms=["RS256"]).claims
        except ValueError:
            return None


@pytest.mark.parametrize("kind", sorted(FORGED.keys() - {"one wrong claim", "arbitrary parts"}))
def test_an_authorizer_that_ignores_the_signature_is_detected(kind: str) -> None:
    tally = Tally()
    prove_rejection(_verifier(_WithoutSignatureCheck), kind, tally, 5)
    assert tally.violations


@pytest.mark.parametrize("kind", ["one wrong claim", "arbitrary parts"])
def test_an_authorizer_that_ignores_the_claims_is_detected(kind: str) -> None:
    tally = Tally()
    prove_rejection(_verifier(_WithoutClaimsCheck), kind, tally, 10)
    assert tally.violations

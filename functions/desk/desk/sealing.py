"""Keys that come from a session's cookie, and what is encrypted with them: the table alone opens nothing."""

from __future__ import annotations

import base64
import hmac
import secrets
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_BYTES: Final = 32
_NONCE: Final = 12


def new_cookie() -> str:
    """Return the value of a new cookie: 256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def key_of(cookie: str) -> str:
    """Return the key under which the table keeps what belongs to a cookie: its SHA-256."""
    return sha256(cookie.encode()).hexdigest()


def seal(cookie: str, plain: bytes) -> bytes:
    """Encrypt with AES-256-GCM, for the item of this cookie alone."""
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(_derive(cookie, b"session")).encrypt(nonce, plain, key_of(cookie).encode())


def open_sealed(cookie: str, sealed: bytes) -> bytes | None:
    """Decrypt what was sealed for this cookie; None if it was altered, or is another's."""
    try:
        return AESGCM(_derive(cookie, b"session")).decrypt(sealed[:_NONCE], sealed[_NONCE:], key_of(cookie).encode())
    except (InvalidTag, ValueError):  # ValueError: too short
        return None


def form_token(cookie: str) -> str:
    """Return a token for the forms of a session, masked so that compressed pages do not give it away."""
    mask = secrets.token_bytes(_BYTES)
    return base64.urlsafe_b64encode(mask + _mixed(mask, _derive(cookie, b"form"))).decode()


def is_form_token(cookie: str, token: str) -> bool:
    """Return whether a token is one of this session's."""
    try:
        given = base64.urlsafe_b64decode(token.encode())
    except ValueError:
        return False
    mask, masked = given[:_BYTES], given[_BYTES:]
    return len(masked) == _BYTES and hmac.compare_digest(_mixed(mask, masked), _derive(cookie, b"form"))


def _mixed(mask: bytes, value: bytes) -> bytes:
    return bytes(one ^ other for one, other in zip(mask, value, strict=True))


def _derive(cookie: str, purpose: bytes) -> bytes:
    return HKDF(SHA256(), _BYTES, salt=None, info=b"desk " + purpose).derive(cookie.encode())

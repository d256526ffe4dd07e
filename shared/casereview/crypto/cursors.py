"""Cursors of pages: encrypted and authenticated, so that they show nothing and open only where they were made.

A cursor holds the place where a page ended. In clear it would show, for example, the rank of a case that the caller may
not open. The associated data binds it to the user, the route and whatever else selects the list.
"""

from __future__ import annotations

import base64
import binascii
import json
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casereview.schema.errors import CaseReviewError

if TYPE_CHECKING:
    from pydantic import JsonValue

    from casereview.crypto.macs import Macs

_NONCE_BYTES: Final = 12
_BLOCK: Final = 64
"""A place is padded to a multiple of this many bytes, so that the length of a cursor does not show what is in it."""
_MAX_LENGTH: Final = 2000
"""The longest cursor that is decoded, in characters."""


class InvalidCursorError(CaseReviewError):
    """A cursor was altered, is of another list or user, or was made with another key."""


class Cursors:
    """Encrypts and decrypts cursors with AES-256-GCM.

    The key comes from one KMS call when it is first needed, and is the same in every process.
    """

    def __init__(self, macs: Macs) -> None:
        """Keep the source of the key; makes no KMS call."""
        self._macs = macs

    def seal(self, place: Mapping[str, JsonValue], *bound: str) -> str:
        """Return a cursor of the characters ``A-Z a-z 0-9 _ -``.

        Args:
            place: Where the page ended; must be valid JSON.
            bound: What the cursor is bound to: the route, the user, and all that selects the list, in a fixed order.
        """
        plain = json.dumps(place, ensure_ascii=False, separators=(",", ":")).encode()
        padded = plain.ljust(-(-len(plain) // _BLOCK) * _BLOCK)
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return _encode(nonce + self._cipher().encrypt(nonce, padded, _associated(bound)))

    def open(self, cursor: str, *bound: str) -> dict[str, JsonValue]:
        """Return the place in a cursor that was sealed with the same bounds.

        Raises:
            InvalidCursorError: The cursor was altered, or was not made for these bounds.
        """
        sealed = _decode(cursor)
        nonce, encrypted = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        try:
            plain = self._cipher().decrypt(nonce, encrypted, _associated(bound))
        except (InvalidTag, ValueError):  # ValueError: too short
            raise InvalidCursorError from None
        place: dict[str, JsonValue] = json.loads(plain)
        return place

    def _cipher(self) -> AESGCM:
        return AESGCM(self._macs.secret("cursor"))


def _associated(bound: tuple[str, ...]) -> bytes:
    return json.dumps(bound).encode()


def _encode(sealed: bytes) -> str:
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def _decode(cursor: str) -> bytes:
    if len(cursor) > _MAX_LENGTH:
        raise InvalidCursorError
    try:
        sealed = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):  # ValueError: a character outside of ASCII
        raise InvalidCursorError from None
    if _encode(sealed) != cursor:  # unused bits of the last character, or padding
        raise InvalidCursorError
    return sealed

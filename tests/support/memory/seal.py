"""Seal parts with a key in memory: like the real ones, they are bound to part and receipt, and refused if changed."""

from __future__ import annotations

import secrets
import zlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from casereview.crypto.sealing import Part, SealBrokenError

_NONCE = 12


class MemorySeal:
    """Seals and opens with AES-GCM, with part and receipt as associated data."""

    def __init__(self) -> None:
        self._cipher = AESGCM(AESGCM.generate_key(256))

    def close(self, part: Part, receipt: str, plain: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._cipher.encrypt(nonce, zlib.compress(plain), f"{part}|{receipt}".encode())

    def open(self, part: Part, receipt: str, sealed: bytes) -> bytes:
        try:
            plain = self._cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], f"{part}|{receipt}".encode())
        except (InvalidTag, ValueError) as error:
            raise SealBrokenError(part, receipt, sealed) from error
        return zlib.decompress(plain)

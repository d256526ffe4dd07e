"""Keyed digests: receipts, access codes, persons and addresses, each under its own purpose.

Never a plain hash: the space of A-numbers is small enough to enumerate. The key stays in KMS.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from casereview.schema.identifiers import CODE_SYMBOLS, RECEIPT_SYMBOLS, spell

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

Purpose = Literal["receipt", "code", "person", "address"]
_LIMIT = 200
_PERSON_SYMBOLS = 32


class Macs:
    """HMACs under one KMS key; each call is one KMS call."""

    def __init__(self, client: KMSClient, key: str) -> None:
        """Keep the client; nothing is called."""
        self._client = client
        self.key = key

    def _mac(self, purpose: Purpose, value: str, key: str | None = None) -> bytes:
        message = f"{purpose}|{value}".encode()
        return self._client.generate_mac(Message=message, KeyId=key or self.key, MacAlgorithm="HMAC_SHA_256")["Mac"]

    def receipt(self, idempotency_key: str) -> str:
        """Return the receipt of whoever sends this Idempotency-Key (16 to 128 characters)."""
        return spell(self._mac("receipt", idempotency_key), RECEIPT_SYMBOLS)

    def code(self, receipt: str, epoch: int = 0, key: str | None = None) -> str:
        """Return the access code of a receipt, by the key it was made with; staff raise the epoch to make a new one."""
        return spell(self._mac("code", f"{receipt[:_LIMIT]}|{epoch}", key), CODE_SYMBOLS)

    def person(self, a_number: str) -> str:
        """Return what stands for a canonical A-number."""
        return spell(self._mac("person", a_number), _PERSON_SYMBOLS).replace("-", "")

    def address(self, address: str) -> str:
        """Return what stands for an e-mail address or telephone number, case aside."""
        return spell(self._mac("address", address.casefold()), _PERSON_SYMBOLS).replace("-", "")


def body_digest(code: str, body: bytes) -> bytes:
    """Return the digest of a body under its access code; no KMS call."""
    return hmac.digest(code.encode(), body, sha256)

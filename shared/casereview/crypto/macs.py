"""Keyed digests of receipts, access codes, persons and addresses, each with its own purpose prefix.

A plain hash would be unsafe: the space of A-numbers is small enough to enumerate. The key never leaves KMS.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING, Literal

from casereview.schema.identifiers import CODE_SYMBOLS, RECEIPT_SYMBOLS, encode_identifier

if TYPE_CHECKING:
    from types_boto3_kms import KMSClient

Purpose = Literal["receipt", "code", "person", "name", "address", "reason", "cursor", "preview"]
SecretPurpose = Literal["cursor", "preview"]
"""What derived secrets are for: to encrypt cursors, and to round the numbers of previews at random."""
_LIMIT = 200
_PERSON_SYMBOLS = 32


class Macs:
    """HMACs with one KMS key; each method makes one KMS call, unless it says otherwise."""

    def __init__(self, client: KMSClient, key: str) -> None:
        """Store the client and the key id; makes no KMS call."""
        self._client = client
        self.key = key
        self._secrets: dict[SecretPurpose, bytes] = {}

    def _mac(self, purpose: Purpose, value: str, key: str | None = None) -> bytes:
        message = f"{purpose}|{value}".encode()
        return self._client.generate_mac(Message=message, KeyId=key or self.key, MacAlgorithm="HMAC_SHA_256")["Mac"]

    def receipt(self, idempotency_key: str) -> str:
        """Return the receipt for an Idempotency-Key of 16 to 128 characters."""
        return encode_identifier(self._mac("receipt", idempotency_key), RECEIPT_SYMBOLS)

    def code(self, receipt: str, epoch: int = 0, key: str | None = None) -> str:
        """Return the access code of a receipt.

        Args:
            receipt: the receipt.
            epoch: increased by staff to issue a new code.
            key: the KMS key that the code was created with, if it is not the current one.

        Returns:
            The access code.
        """
        return encode_identifier(self._mac("code", f"{receipt[:_LIMIT]}|{epoch}", key), CODE_SYMBOLS)

    def person(self, a_number: str) -> str:
        """Return the pseudonym of a canonical A-number."""
        return encode_identifier(self._mac("person", a_number), _PERSON_SYMBOLS).replace("-", "")

    def name(self, name: str) -> str:
        """Return the pseudonym of a name with its birth year, as ``comparable_name`` writes them."""
        return encode_identifier(self._mac("name", name), _PERSON_SYMBOLS).replace("-", "")

    def address(self, address: str) -> str:
        """Return the pseudonym of an e-mail address or telephone number, ignoring case."""
        return encode_identifier(self._mac("address", address.casefold()), _PERSON_SYMBOLS).replace("-", "")

    def reason(self, text: str) -> str:
        """Return the pseudonym of a reason, ignoring case and how its words are set apart."""
        plain = sha256(" ".join(text.casefold().split()).encode())  # a message to KMS has at most 4,096 bytes
        return encode_identifier(self._mac("reason", plain.hexdigest()), _PERSON_SYMBOLS).replace("-", "")

    def secret(self, purpose: SecretPurpose) -> bytes:
        """Return a secret of 256 bits for one purpose, derived from the MAC key; it is the same in every process.

        Only the first use makes a KMS call.
        """
        if purpose not in self._secrets:
            self._secrets[purpose] = self._mac(purpose, "")
        return self._secrets[purpose]


def body_digest(code: str, body: bytes) -> bytes:
    """Return the HMAC of a request body with its access code as the key; makes no KMS call."""
    return hmac.digest(code.encode(), body, sha256)

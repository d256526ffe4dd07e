"""Sealing: what says who somebody is, under a KMS key that the ranking has no action on.

AWS Encryption SDK, suite with key commitment and without signature; compressed first; the encryption
context binds each sealed part to its record, so that one cannot be passed off as another's.
"""

from __future__ import annotations

import logging
import zlib
from typing import Literal, Protocol

from aws_encryption_sdk import CommitmentPolicy, EncryptionSDKClient, StrictAwsKmsMasterKeyProvider
from aws_encryption_sdk.exceptions import AWSEncryptionSDKClientError
from aws_encryption_sdk.identifiers import AlgorithmSuite
from botocore.session import Session
from cryptography.exceptions import InvalidTag

from casereview.schema.errors import CaseReviewError

logging.getLogger("aws_encryption_sdk").setLevel(logging.CRITICAL)
"""It would log tracebacks with the error texts of KMS; ours names the kinds of the errors."""

Part = Literal["request", "contact", "update", "escalation", "asked", "decision", "why"]
"""What is sealed: the first four belong to a receipt, the others to a case, whose id then takes its place."""
_SUITE = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
_MAX_OPENED = 1024 * 1024
_UNREADABLE = (AWSEncryptionSDKClientError, InvalidTag, ValueError, OverflowError)
"""What the SDK raises over bytes that are not what was sealed, by where it stumbles."""


class SealBrokenError(CaseReviewError):
    """A sealed part was changed, or belongs to another record."""


class Seal(Protocol):
    """Seals and opens parts of records."""

    def close(self, part: Part, receipt: str, plain: bytes) -> bytes:
        """Seal bytes for a part of the record of a receipt or case."""

    def open(self, part: Part, receipt: str, sealed: bytes) -> bytes:
        """Open what was sealed for this part and record. Raises SealBrokenError."""


class KmsSeal:
    """Seals and opens under one KMS key."""

    def __init__(self, key_arn: str, session: Session | None = None) -> None:
        """Prepare the SDK, in a botocore session of others or of its own; KMS is called on each use, once."""
        self._client = EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1
        )
        self._keys = StrictAwsKmsMasterKeyProvider(key_ids=[key_arn], botocore_session=session or Session())

    def close(self, part: Part, receipt: str, plain: bytes) -> bytes:
        """Seal bytes for a part of the record of a receipt: one GenerateDataKey."""
        sealed, _header = self._client.encrypt(
            source=zlib.compress(plain, 9),
            key_provider=self._keys,
            encryption_context={"part": part, "receipt": receipt},
            algorithm=_SUITE,
            frame_length=0,
        )
        return bytes(sealed)

    def open(self, part: Part, receipt: str, sealed: bytes) -> bytes:
        """Open what was sealed for this part and receipt: one Decrypt.

        Raises SealBrokenError where it was changed or belongs elsewhere, and where KMS refuses: the SDK tells no more.
        """
        decryptor = self._client.stream(mode="decrypt", source=sealed, key_provider=self._keys)
        try:
            plain = decryptor.read()
        except _UNREADABLE as error:
            raise SealBrokenError from error
        finally:
            decryptor.footer = None  # else the SDK logs a traceback when what was not read to its end is thrown away
        context, behind = decryptor.header.encryption_context, decryptor.source_stream.read(1)
        if context.get("part") != part or context.get("receipt") != receipt or behind:
            raise SealBrokenError
        return _inflate(bytes(plain))


def _inflate(data: bytes) -> bytes:
    """Decompress up to 1 MiB, far above any request, so that nothing can swell without end."""
    inflater = zlib.decompressobj()
    plain = inflater.decompress(data, _MAX_OPENED)
    if not inflater.eof:
        raise SealBrokenError
    return plain

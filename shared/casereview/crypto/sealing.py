"""Encrypt ("seal") identifying data with a KMS key that the ranking has no permission to use.

Uses the AWS Encryption SDK with key commitment and without signature, after compression. The encryption context binds
each sealed part to its record, so that a part copied to another record cannot be opened.
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
"""The SDK logs tracebacks that contain the error messages of KMS; this application logs error types only."""

Part = Literal[
    "request", "contact", "completed", "corrected", "update", "escalation", "asked", "decision", "draft", "why"
]
"""The sealed parts: the first six belong to a receipt, the others to a case, whose id replaces the receipt."""
_SUITE = AlgorithmSuite.AES_256_GCM_HKDF_SHA512_COMMIT_KEY
_MAX_OPENED = 1024 * 1024
_UNREADABLE = (AWSEncryptionSDKClientError, InvalidTag, ValueError, OverflowError)
"""The errors that the SDK raises for altered bytes, depending on where it detects them."""


class SealBrokenError(CaseReviewError):
    """A sealed part was altered, belongs to another record, or cannot be decrypted."""


class Seal(Protocol):
    """Encrypts and decrypts parts of records."""

    def close(self, part: Part, receipt: str, plain: bytes) -> bytes:
        """Encrypt bytes for a part of the record of a receipt or case."""

    def open(self, part: Part, receipt: str, sealed: bytes) -> bytes:
        """Decrypt bytes that were sealed for this part and record.

        Raises:
            SealBrokenError: if the bytes were altered or belong to another part or record.
        """


class KmsSeal:
    """Encrypts and decrypts with one KMS key."""

    def __init__(self, key_arn: str, session: Session | None = None) -> None:
        """Create the SDK client, by default with a new botocore session; each use makes one KMS call."""
        self._client = EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1
        )
        self._keys = StrictAwsKmsMasterKeyProvider(key_ids=[key_arn], botocore_session=session or Session())

    def close(self, part: Part, receipt: str, plain: bytes) -> bytes:
        """Encrypt bytes for a part of the record of a receipt; calls GenerateDataKey once."""
        sealed, _header = self._client.encrypt(
            source=zlib.compress(plain, 9),
            key_provider=self._keys,
            encryption_context={"part": part, "receipt": receipt},
            algorithm=_SUITE,
            frame_length=0,
        )
        return bytes(sealed)

    def open(self, part: Part, receipt: str, sealed: bytes) -> bytes:
        """Decrypt bytes that were sealed for this part and receipt; calls Decrypt once.

        Raises:
            SealBrokenError: if the bytes were altered or belong to another part or record, and if KMS rejects the
                call: the SDK does not distinguish the two.
        """
        decryptor = self._client.stream(mode="decrypt", source=sealed, key_provider=self._keys)
        try:
            plain = decryptor.read()
        except _UNREADABLE as error:
            raise SealBrokenError from error
        finally:
            decryptor.footer = None  # otherwise the SDK logs a traceback when a partly read stream is discarded
        context, trailing = decryptor.header.encryption_context, decryptor.source_stream.read(1)
        if context.get("part") != part or context.get("receipt") != receipt or trailing:
            raise SealBrokenError
        return _inflate(bytes(plain))


def _inflate(data: bytes) -> bytes:
    """Decompress at most 1 MiB, far more than any request, which bounds the memory that sealed data can use.

    Raises:
        SealBrokenError: if the data is larger or incomplete.
    """
    inflater = zlib.decompressobj()
    plain = inflater.decompress(data, _MAX_OPENED)
    if not inflater.eof:
        raise SealBrokenError
    return plain

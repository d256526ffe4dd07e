"""Encrypt ("seal") identifying data with a KMS key that the ranking has no permission to use.

Uses the AWS Encryption SDK with key commitment and without signature, after compression. The encryption context binds
each sealed part to its record, so that a part copied to another record cannot be opened.
"""

from __future__ import annotations

import logging
import zlib
from typing import Any, Final, Literal, Protocol

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


_OF_THE_PART = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})
"""The error codes with which KMS says that the encrypted key of a part was altered, or is of another key."""
_NAMES_NO_KEY: Final = "The ciphertext refers to a"
"""How KMS begins what it says, under the code for a lack of permission, of an encrypted key that names no key it knows.
Each call names the key; a role that cannot use that one gets another text. Moto gives no text."""


class SealBrokenError(CaseReviewError):
    """A sealed part was altered, or belongs to another record.

    Attributes:
        part: The part.
        owner: The receipt or case that it should belong to.
        sealed: Its bytes as they were read; empty if it is lost.
    """

    def __init__(self, part: Part, owner: str, sealed: bytes) -> None:
        """Store what identifies the part."""
        super().__init__(part, owner)
        self.part = part
        self.owner = owner
        self.sealed = sealed


class KmsRefusedError(CaseReviewError):
    """KMS did not decrypt the key of a sealed part for a reason that says nothing of the part, such as a disabled key.

    Attributes:
        code: The error code of KMS.
    """

    def __init__(self, code: str) -> None:
        """Store the code."""
        super().__init__(code)
        self.code = code


class Seal(Protocol):
    """Encrypts and decrypts parts of records."""

    def close(self, part: Part, receipt: str, plain: bytes) -> bytes:
        """Encrypt bytes for a part of the record of a receipt or case."""

    def open(self, part: Part, receipt: str, sealed: bytes) -> bytes:
        """Decrypt bytes that were sealed for this part and record.

        Raises:
            SealBrokenError: if the bytes were altered or belong to another part or record.
            KmsRefusedError: if KMS rejects the call for another reason.
        """


class KmsSeal:
    """Encrypts and decrypts with one KMS key."""

    def __init__(self, key_arn: str, session: Session | None = None) -> None:
        """Create the SDK client, by default with a new botocore session; each use makes one KMS call."""
        self._client = EncryptionSDKClient(
            commitment_policy=CommitmentPolicy.REQUIRE_ENCRYPT_REQUIRE_DECRYPT, max_encrypted_data_keys=1
        )
        self._refusals: list[str] = []
        """The error codes with which KMS refused the last Decrypt, for a reason that says nothing of the part; the SDK
        does not pass them on."""
        botocore = session or Session()
        botocore.register("after-call.kms.Decrypt", self._note_refusal)
        self._lost: list[Exception] = []
        """The error with which the last Decrypt did not reach KMS; after the first one, the SDK hides it."""
        botocore.register("after-call-error.kms.Decrypt", self._note_lost)
        self._keys = StrictAwsKmsMasterKeyProvider(key_ids=[key_arn], botocore_session=botocore)

    def _note_refusal(self, **event: Any) -> None:  # noqa: ANN401  # what botocore passes
        if "Error" in event["parsed"]:
            error = event["parsed"]["Error"]
            if not _is_of_the_part(error["Code"], error.get("Message", "")):
                self._refusals.append(error["Code"])

    def _note_lost(self, **event: Any) -> None:  # noqa: ANN401  # what botocore passes
        self._lost.append(event["exception"])

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
            SealBrokenError: if the bytes were altered or belong to another part or record.
            KmsRefusedError: if KMS rejects the call for another reason.
            botocore.exceptions.BotoCoreError: if KMS cannot be reached.
        """
        self._refusals.clear()
        self._lost.clear()
        decryptor = self._client.stream(mode="decrypt", source=sealed, key_provider=self._keys)
        try:
            plain = decryptor.read()
        except _UNREADABLE as error:
            if self._lost:
                raise self._lost[0] from error
            if self._refusals:
                raise KmsRefusedError(self._refusals[0]) from error
            raise SealBrokenError(part, receipt, sealed) from error
        finally:
            decryptor.footer = None  # otherwise the SDK logs a traceback when a partly read stream is discarded
        context, trailing = decryptor.header.encryption_context, decryptor.source_stream.read(1)
        if context.get("part") != part or context.get("receipt") != receipt or trailing:
            raise SealBrokenError(part, receipt, sealed)
        inflated = _inflate(bytes(plain))
        if inflated is None:
            raise SealBrokenError(part, receipt, sealed)
        return inflated


def _is_of_the_part(code: str, message: str) -> bool:
    names_no_key = code == "AccessDeniedException" and (not message or message.startswith(_NAMES_NO_KEY))
    return code in _OF_THE_PART or names_no_key


def _inflate(data: bytes) -> bytes | None:
    """Decompress at most 1 MiB, far more than any request, which bounds the memory that sealed data can use.

    None if the data is larger or incomplete.
    """
    inflater = zlib.decompressobj()
    plain = inflater.decompress(data, _MAX_OPENED)
    return plain if inflater.eof else None

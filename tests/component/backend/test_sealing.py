from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from botocore.exceptions import ReadTimeoutError
from hypothesis import given
from hypothesis import strategies as st

from casereview.crypto.sealing import KmsRefusedError, KmsSeal, Seal, SealBrokenError
from tests.support.aws_faults import intercept, refuses
from tests.support.faults.kinds import response_lost
from tests.support.kms_keys import kms, seal, seal_key

MEGABYTE = 1024 * 1024
NARRATIVE = ("Ana has lived here for twenty years, and her children were born here. " * 15).encode()


@pytest.fixture(scope="module")
def sealed() -> Iterator[Seal]:
    with seal() as found:
        yield found


@given(st.binary(max_size=300))
def test_a_sealed_part_opens_with_the_same_part_name_and_receipt(sealed: Seal, plain: bytes) -> None:
    assert sealed.open("request", "R1", sealed.close("request", "R1", plain)) == plain


def test_a_sealed_part_hides_its_text_and_differs_each_time(sealed: Seal) -> None:
    found = [sealed.close("request", "R1", NARRATIVE) for _ in range(2)]
    assert found[0] != found[1]
    assert b"Ana" not in found[0]


@pytest.mark.parametrize(
    ("part", "receipt"), [("request", "R2"), ("contact", "R1"), ("decision", "R1"), ("request", "")]
)
def test_another_part_name_or_receipt_is_refused(sealed: Seal, part: str, receipt: str) -> None:
    found = sealed.close("request", "R1", b"{}")
    with pytest.raises(SealBrokenError):
        sealed.open(part, receipt, found)  # type: ignore[arg-type]  # a part


def test_a_part_sealed_with_another_key_is_refused() -> None:
    with kms() as client:
        own, foreign = KmsSeal(seal_key(client)), KmsSeal(seal_key(client))
        with pytest.raises(SealBrokenError):
            own.open("request", "R1", foreign.close("request", "R1", b"{}"))


@given(st.data())
def test_a_sealed_part_with_any_byte_changed_is_refused(sealed: Seal, data: st.DataObject) -> None:
    found = bytearray(sealed.close("request", "R1", b"hello"))
    place = data.draw(st.integers(0, len(found) - 1))
    found[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(SealBrokenError):
        sealed.open("request", "R1", bytes(found))


def test_an_encrypted_key_that_names_no_key_is_of_an_altered_part(sealed: Seal) -> None:
    """KMS answers it with the code for a lack of permission, and another text."""
    found = bytearray(sealed.close("request", "R1", b"hello"))
    found[157] ^= 1
    with pytest.raises(SealBrokenError):
        sealed.open("request", "R1", bytes(found))


@given(st.data())
def test_a_truncated_sealed_part_is_refused(sealed: Seal, data: st.DataObject) -> None:
    found = sealed.close("request", "R1", b"hello")
    with pytest.raises(SealBrokenError):
        sealed.open("request", "R1", found[: data.draw(st.integers(0, len(found) - 1))])


@pytest.mark.parametrize("more", [b"\0", b"x" * 5000])
def test_a_sealed_part_with_bytes_appended_is_refused(sealed: Seal, more: bytes) -> None:
    with pytest.raises(SealBrokenError):
        sealed.open("request", "R1", sealed.close("request", "R1", b"hello") + more)


@pytest.mark.parametrize("junk", [b"", b"x", b'{"given_name": "Ana"}', bytes(500)])
def test_bytes_that_were_never_sealed_are_refused(sealed: Seal, junk: bytes) -> None:
    with pytest.raises(SealBrokenError):
        sealed.open("request", "R1", junk)


def test_a_part_is_compressed_before_it_is_sealed(sealed: Seal) -> None:
    assert len(sealed.close("request", "R1", NARRATIVE)) < len(NARRATIVE)
    overhead = len(sealed.close("request", "R1", b""))
    noise = random.Random(1).randbytes(1000)  # noqa: S311  # only has to be incompressible
    assert overhead < 700
    assert len(sealed.close("request", "R1", noise)) < overhead + 1050


def test_a_part_of_one_megabyte_opens(sealed: Seal) -> None:
    assert sealed.open("request", "R1", sealed.close("request", "R1", bytes(MEGABYTE))) == bytes(MEGABYTE)


@pytest.mark.parametrize("size", [MEGABYTE + 1, MEGABYTE + 200, 64 * MEGABYTE])
def test_a_part_that_decompresses_to_more_than_one_megabyte_is_refused(sealed: Seal, size: int) -> None:
    found = sealed.close("request", "R1", bytes(size))
    assert len(found) < 70_000
    with pytest.raises(SealBrokenError):
        sealed.open("request", "R1", found)


@pytest.mark.parametrize("code", ["ThrottlingException", "DisabledException", "AccessDeniedException"])
def test_a_refusal_by_kms_is_not_taken_for_an_altered_part(code: str) -> None:
    """An altered part would be left out and repaired; a disabled key says nothing of it."""
    with kms() as client:
        own = KmsSeal(seal_key(client))
        found = own.close("request", "R1", NARRATIVE)
        with intercept("kms.Decrypt", refuses(code)), pytest.raises(KmsRefusedError, match=code):
            own.open("request", "R1", found)
        with intercept("kms.Decrypt", refuses("InvalidCiphertextException")), pytest.raises(SealBrokenError):
            own.open("request", "R1", found)
        no_key = refuses("AccessDeniedException", "The ciphertext refers to a customer master key that does not exist.")
        with intercept("kms.Decrypt", no_key), pytest.raises(SealBrokenError):
            own.open("request", "R1", found)
        assert own.open("request", "R1", found) == NARRATIVE


def test_a_kms_that_cannot_be_reached_is_not_taken_for_an_altered_part_however_often_it_happens() -> None:
    with kms() as client:
        own = KmsSeal(seal_key(client))
        found = own.close("request", "R1", NARRATIVE)
        with intercept("kms.Decrypt", response_lost("kms.Decrypt")):
            for _ in range(3):
                with pytest.raises(ReadTimeoutError):
                    own.open("request", "R1", found)
        assert own.open("request", "R1", found) == NARRATIVE

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.crypto.macs import Macs, body_digest
from casereview.schema.identifiers import ALPHABET, CODE_SYMBOLS, RECEIPT_SYMBOLS, parse_identifier
from tests.support.kms_keys import kms, mac_key, macs

RECEIPT = "0000-0000-0000-0000-0"


@pytest.fixture(scope="module")
def keyed() -> Iterator[Macs]:
    with macs() as found:
        yield found


def test_the_same_input_gives_the_same_receipt_code_and_person(keyed: Macs) -> None:
    assert keyed.receipt("key-of-sixteen-characters") == keyed.receipt("key-of-sixteen-characters")
    assert keyed.code(RECEIPT) == keyed.code(RECEIPT, 0) == keyed.code(RECEIPT, 0, keyed.key)
    assert keyed.person("A000000011") == keyed.person("A000000011")


def test_receipts_and_codes_are_well_formed(keyed: Macs) -> None:
    receipt, code = keyed.receipt("key-of-sixteen-characters"), keyed.code(RECEIPT)
    assert parse_identifier(receipt, RECEIPT_SYMBOLS) == receipt
    assert parse_identifier(code, CODE_SYMBOLS) == code


def test_each_purpose_gives_another_mac_of_the_same_text(keyed: Macs) -> None:
    text = "A000000011"
    raw = {keyed._mac(purpose, text) for purpose in ("receipt", "code", "person", "address")}
    assert len(raw) == 4
    assert keyed.person(text) != keyed.address(text)


@given(st.text(max_size=20), st.text(max_size=20), st.integers(0, 3), st.integers(0, 3))
def test_another_receipt_or_epoch_has_another_code(keyed: Macs, one: str, two: str, first: int, second: int) -> None:
    assert (keyed.code(one, first) == keyed.code(two, second)) == ((one, first) == (two, second))


def test_an_access_code_uses_the_key_of_its_request_after_a_key_rotation() -> None:
    with kms() as client:
        old, new = mac_key(client), mac_key(client)
        assert Macs(client, new).code(RECEIPT) != Macs(client, old).code(RECEIPT)
        assert Macs(client, new).code(RECEIPT, key=old) == Macs(client, old).code(RECEIPT)


def test_the_mac_of_an_address_ignores_case(keyed: Macs) -> None:
    assert keyed.address("Ana@Example.org") == keyed.address("ana@example.ORG")
    assert keyed.address("ana@example.org") != keyed.address("anna@example.org")


def test_the_mac_of_a_person_is_160_bits_in_base32(keyed: Macs) -> None:
    found = {keyed.person("A000000011"), keyed.person("A000000012")}
    assert len(found) == 2
    assert all(len(person) == 33 and set(person) <= set(ALPHABET) for person in found)


def test_a_receipt_too_long_for_kms_is_truncated(keyed: Macs) -> None:
    assert keyed.code("x" * 10_000) == keyed.code("x" * 200)


def test_the_digest_of_a_body_depends_on_body_and_code() -> None:
    digests = {body_digest(code, body) for code in ("A", "B") for body in (b"{}", b'{"a":1}')}
    assert len(digests) == 4
    assert all(len(digest) == 32 for digest in digests)

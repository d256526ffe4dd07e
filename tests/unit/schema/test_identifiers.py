from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from casereview.schema.identifiers import (
    ALPHABET,
    CASE_ID_SYMBOLS,
    CODE_SYMBOLS,
    RECEIPT_SYMBOLS,
    AccessCode,
    Receipt,
    canonical_a_number,
    canonical_case_id,
    canonical_receipt,
    canonical_uscis_receipt,
    check_symbol,
    encode_identifier,
    group,
    is_short_a_number,
    new_case_id,
    new_receipt,
    parse_identifier,
)

symbols = st.text(ALPHABET, min_size=16, max_size=16)


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("A000-000-011", "A000000011"),
        ("a 000.000.099", "A000000099"),
        ("A# 012 345 678", "A012345678"),
        ("A123-456-789", "A123456789"),
        ("1234567", "A001234567"),
        ("A12345678", "A012345678"),
        ("A\u00a0123\t456\n789", "A123456789"),
        ("A123–456–789", "A123456789"),  # noqa: RUF001  # en dashes
        ("A#: 012345678", "A012345678"),
        ("A 12 345 678", "A012345678"),
        ("A-No. 012 345 678", "A012345678"),
        ("A Number: 012345678", "A012345678"),
        ("USCIS#: 012-345-678", "A012345678"),
        ("А012345678", "A012345678"),  # noqa: RUF001  # a Cyrillic A
        ("A١٢٣٤٥٦٧٨٩", "A123456789"),  # noqa: RUF001  # Arabic digits
        ("A۱۲۳-۴۵۶-۷۸۹", "A123456789"),  # noqa: RUF001  # Persian digits
        ("A੧੨੩੪੫੬੭੮੯", "A123456789"),  # noqa: RUF001  # Gurmukhi digits
        ("A१२३४५६७८९", "A123456789"),  # Devanagari digits
        ("Ａ１２３４５６７８９", "A123456789"),  # noqa: RUF001  # full width
        ("\u2067A\u2060123\u00ad456\ufeff789\u2069", "A123456789"),
    ],
)
def test_each_printed_form_of_an_a_number_has_the_same_canonical_form(written: str, canonical: str) -> None:
    assert canonical_a_number(written) == canonical


@pytest.mark.parametrize(
    "written",
    [
        "",
        "A",
        "123456",
        "1234567890",
        "A000-000-000",
        "0000000",
        "AA1234567",
        "B1234567",
        "A1234567B",
        "A12345678²",
        "A123456789 or A987654321",
        "IOE0123456789",
        "-123456",
        "12345.6e3",
    ],
)
def test_an_invalid_a_number_is_rejected_without_repeating_it(written: str) -> None:
    with pytest.raises(ValueError, match=r"^Not an A and 7 to 9 digits, or all digits are zero\.$"):
        canonical_a_number(written)


@given(st.integers(1, 999_999_999), st.sampled_from(["", " ", "-", ".", "#"]), st.sampled_from(["", "A", "a"]))
def test_separators_do_not_change_an_a_number(number: int, gap: str, letter: str) -> None:
    digits = f"{number:09d}"
    written = letter + gap + gap.join((digits[:3], digits[3:6], digits[6:]))
    assert canonical_a_number(written) == f"A{digits}"
    assert canonical_a_number(canonical_a_number(written)) == f"A{digits}"


def test_an_a_number_of_seven_or_eight_digits_is_short() -> None:
    assert is_short_a_number("A1234567")
    assert is_short_a_number("a 12.345.678")
    assert not is_short_a_number("A#012-345-678")


@given(symbols, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_the_check_symbol_detects_any_single_wrong_symbol(text: str, place: int, wrong: str) -> None:
    spoilt = text[:place] + wrong + text[place + 1 :]
    assert (check_symbol(spoilt) == check_symbol(text)) == (spoilt == text)


@given(symbols, st.integers(0, 14))
def test_the_check_symbol_detects_transpositions_except_of_the_first_and_last_symbol_of_the_alphabet(
    text: str, place: int
) -> None:
    first, second = text[place], text[place + 1]
    swapped = text[:place] + second + first + text[place + 2 :]
    unseen = first == second or {first, second} == {ALPHABET[0], ALPHABET[-1]}
    assert (check_symbol(swapped) == check_symbol(text)) == unseen


@given(st.binary(min_size=16, max_size=32), st.sampled_from([RECEIPT_SYMBOLS, CODE_SYMBOLS]))
def test_an_identifier_is_read_in_lower_case_with_spaces_or_similar_letters(data: bytes, length: int) -> None:
    written = encode_identifier(data, length)
    assert parse_identifier(written, length) == written
    assert parse_identifier(f" {written.lower().replace('-', ' ')} ", length) == written
    assert parse_identifier(written.replace("0", "O").replace("1", "l"), length) == written


def test_spell_encodes_the_first_bits_in_their_order() -> None:
    assert encode_identifier(bytes(16), RECEIPT_SYMBOLS) == "0000-0000-0000-0000-0"
    assert encode_identifier(b"\x08" + bytes(15), RECEIPT_SYMBOLS).startswith("1000-")
    assert encode_identifier(b"\xff" * 16, RECEIPT_SYMBOLS).startswith("ZZZZ-ZZZZ-ZZZZ-ZZZZ-")


@given(st.text(max_size=40))
def test_read_returns_none_or_the_canonical_form_for_any_text(text: str) -> None:
    found = parse_identifier(text, RECEIPT_SYMBOLS)
    assert found is None or (parse_identifier(found, RECEIPT_SYMBOLS) == found and len(found) == 21)


@pytest.mark.parametrize("text", ["", "0000-0000-0000-0000-1", "0000-0000-0000-0000", "U000-0000-0000-0000-0"])
def test_read_returns_none_for_an_invalid_receipt(text: str) -> None:
    assert parse_identifier(text, RECEIPT_SYMBOLS) is None


def test_receipts_and_codes_match_their_published_patterns() -> None:
    for kind, length in ((Receipt, RECEIPT_SYMBOLS), (AccessCode, CODE_SYMBOLS)):
        pattern = TypeAdapter(kind).json_schema()["pattern"]
        assert re.fullmatch(pattern, encode_identifier(bytes(range(16)), length))
        assert not re.fullmatch(pattern, encode_identifier(bytes(16), length)[:-1])


def test_new_receipts_and_case_ids_are_unique_and_valid() -> None:
    receipts, ids = {new_receipt() for _ in range(50)}, {new_case_id() for _ in range(50)}
    assert len(receipts) == len(ids) == 50
    assert all(parse_identifier(receipt, RECEIPT_SYMBOLS) == receipt for receipt in receipts)
    assert all(len(found) == CASE_ID_SYMBOLS and set(found) <= set(ALPHABET) for found in ids)


def test_groups_have_four_symbols() -> None:
    assert group("ABCDEFGHJ") == "ABCD-EFGH-J"


RECEIPT = encode_identifier(bytes(range(16)), RECEIPT_SYMBOLS)


@pytest.mark.parametrize(
    "written",
    [
        f"\u2066{RECEIPT}\u2069.",
        f"{RECEIPT}.",
        f" ({RECEIPT}),",
        RECEIPT.replace("-", "\u2013"),
        RECEIPT.replace("-", "\t"),
        RECEIPT.replace("-", "\u00a0").lower(),
        RECEIPT.replace("0", "\u0660"),
        "".join(chr(ord(symbol) + 0xFEE0) for symbol in RECEIPT),
        RECEIPT.replace("A", "\u0410").replace("C", "\u0421"),
    ],
)
def test_only_the_letters_and_digits_of_a_receipt_count(written: str) -> None:
    assert parse_identifier(written, RECEIPT_SYMBOLS) == canonical_receipt(written) == RECEIPT


def test_a_text_that_is_no_receipt_stays_as_it_is() -> None:
    assert canonical_receipt("no receipt") == "no receipt"


def test_a_case_id_is_read_in_lower_case_and_in_groups() -> None:
    case_id = "0123456789ABCDEF"
    assert canonical_case_id(" 0123-4567-89ab-cdef.\u200e") == case_id
    assert canonical_case_id("0123-4567") == "0123-4567"
    assert canonical_case_id("0123456789ABCDEU") == "0123456789ABCDEU"


@pytest.mark.parametrize("written", ["ioe0123456789", "IOE 0123-456-789\u200e", "ＩＯＥ0123456789"])  # noqa: RUF001
def test_a_receipt_number_of_uscis_is_read_in_any_case(written: str) -> None:
    assert canonical_uscis_receipt(written) == "IOE0123456789"


def test_what_is_no_receipt_number_of_uscis_stays_as_it_is() -> None:
    assert canonical_uscis_receipt("pending at Nebraska") == "pending at Nebraska"

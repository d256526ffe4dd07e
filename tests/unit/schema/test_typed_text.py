from __future__ import annotations

import json
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from casereview.schema.base import Lenient, Record
from casereview.schema.typed_text import Word, by_word, find_word, fold, fold_address

Custody = Literal["detained", "not_detained"]


class _Words(Record):
    custody: Word[Custody] = "detained"
    lenient: Word[Lenient[Custody]] = "detained"
    optional: Word[Custody] | None = None
    several: tuple[Word[Custody], ...] = ()


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("\u2066A\u2069", "A"),
        ("1\u20122\u20133\u20144\u22125\u06406", "1-2-3-4-5-6"),
        ("\u0661\u06f2\u0a69\u096a\uff15", "12345"),
        ("\uff21\uff0f\uff1a", "A/:"),
        ("a\u00a0b\tc\u3000d", "a b c d"),
        ("\ufeff x \u200b", "x"),
    ],
)
def test_a_code_is_folded(written: str, folded: str) -> None:
    assert fold(written) == folded


@given(st.text(max_size=60))
def test_folding_twice_is_folding_once(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_a_text_that_is_longer_than_any_code_is_only_stripped() -> None:
    assert fold("\u0661" * 1001 + " ") == "\u0661" * 1001


def test_the_digits_of_a_domain_in_another_script_stay() -> None:
    assert fold_address("\u0661a@\u0645\u0662.example\u200e") == "1a@\u0645\u0662.example"


@pytest.mark.parametrize("written", ["not_detained", "Not detained", " NOT-DETAINED\u200b", "\u2067notDetained\u2069"])
@pytest.mark.parametrize("field", ["custody", "lenient", "optional", "several"])
def test_a_word_of_a_list_is_read_as_people_write_it(field: str, written: str) -> None:
    given = [written] if field == "several" else written
    read = _Words.model_validate_json(json.dumps({field: given}), strict=True)
    assert getattr(read, field) in {"not_detained", ("not_detained",)}


@pytest.mark.parametrize("value", ["undetained", "", 1, True, ["detained"]])
def test_another_value_is_rejected(value: object) -> None:
    with pytest.raises(ValidationError):
        _Words.model_validate({"custody": value})


def test_words_that_differ_in_signs_alone_are_found_only_as_they_stand() -> None:
    words = by_word(["a-b", "a_b", "c"])
    assert (find_word(words, "a-b"), find_word(words, "a_b"), find_word(words, "A B")) == ("a-b", "a_b", None)
    assert find_word(words, "C\u200b") == "c"

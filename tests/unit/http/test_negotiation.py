from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.http.json_body import MAX_BYTES
from casereview.http.negotiation import accepted_language, stated_language
from casereview.schema.languages import LANGUAGES


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("es", "es"),
        ("ES-mx", "es"),
        ("en-US,en;q=0.9,es;q=0.8", "en"),
        ("en;q=0.5, es", "es"),
        ("en;q=0.1, ru;q=0.11,fr;q=0.109", "ru"),
        ("fr;q=0.5, ar;q=0.5", "fr"),
        ("de, nl;q=0.9, ht;q=0.1", "ht"),
        ("quc", "es"),
        ("zh-Hant-TW", "zh"),
        ("pt \t; Q=0.3 , pa;q=0.2", "pt"),
        ("es;q=0, fr;q=0.001", "fr"),
        ("es;q=1.000", "es"),
        ("es;q=1.5, fr;q=0.1234, ru;q=.5, ar;q=1.001, pt;q=0.1", "pt"),
        ("es;level=1, fr", "fr"),
        (",, ;q=1, es", "es"),
    ],
)
def test_the_language_with_the_highest_weight_is_chosen(header: str, language: str) -> None:
    assert accepted_language(header) == language


@pytest.mark.parametrize(
    "header", ["", "*", "de", "de, *;q=0.5", "es;q=0", "es;q=0.000", "klingon", "e s", "\u00e9s", ";"]
)
def test_a_header_that_names_no_available_language_chooses_none(header: str) -> None:
    assert accepted_language(header) is None


def test_no_more_than_twenty_ranges_are_read() -> None:
    assert accepted_language("de," * 19 + "es") == "es"
    assert accepted_language("de," * 20 + "es") is None


@given(st.text(max_size=60) | st.text("esfr,;q=01. *-\t", max_size=40))
def test_any_header_is_read(header: str) -> None:
    assert accepted_language(header) in {None, *LANGUAGES}


@pytest.mark.parametrize(
    ("body", "language"),
    [
        ({"requester": {"contact": {"language": "es"}}}, "es"),
        ({"requester": {"role": 7, "contact": {"language": " pt-BR "}}, "grounds": 1}, "pt"),
        ({"contact": {"language": "ru"}}, "ru"),
        ({"requester": {"contact": {"language": "de"}}}, None),
        ({"requester": {"contact": {"language": 7}}}, None),
        ({"requester": {"contact": []}, "contact": "es"}, None),
        ({"requester": "es"}, None),
        ([], None),
    ],
)
def test_the_language_of_a_body_is_that_of_its_contact(body: object, language: str | None) -> None:
    assert stated_language(json.dumps(body)) == stated_language(json.dumps(body).encode()) == language


@pytest.mark.parametrize("raw", ["", "{", b"\xff", "[" * 100_000, '{"a": ' + "9" * 5000 + "}", "\ud800"])
def test_a_body_that_cannot_be_read_states_no_language(raw: bytes | str) -> None:
    assert stated_language(raw) is None


def test_a_body_that_is_too_large_is_not_read() -> None:
    large = {"contact": {"language": "es"}, "statement": "x" * MAX_BYTES}
    assert stated_language(json.dumps(large)) is None

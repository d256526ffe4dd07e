from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.http.json_body import MAX_BYTES, MAX_DEPTH, Json, canonical, escape, read_object
from casereview.http.problems import ProblemError

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
values: st.SearchStrategy[Json] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


def refusal(raw: bytes | str) -> tuple[str, str, str]:
    with pytest.raises(ProblemError) as found:
        read_object(raw)
    [fault] = found.value.errors
    return found.value.type, fault.pointer, fault.code


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "{",
        "NaN",
        '{"a": NaN}',
        '{"a": -Infinity}',
        '{"a": 01}',
        "{'a': 1}",
        '{"a": 1,}',
        '{"a": "\t"}',
        '{"a": ' + "9" * 5000 + "}",
        "[" * 100_000,
    ],
)
def test_invalid_json_is_400(raw: str) -> None:
    assert refusal(raw) == ("malformed", "", "not_json")


@pytest.mark.parametrize("raw", ["[]", "null", '"text"', "1", "true", '""'])
def test_json_that_is_not_an_object_is_400(raw: str) -> None:
    assert refusal(raw) == ("malformed", "", "not_an_object")


@pytest.mark.parametrize("raw", ['{"a": 1, "a": 1}', '{"b": [{"a": 1, "\\u0061": 2}]}'])
def test_duplicate_keys_are_400_at_any_depth(raw: str) -> None:
    assert refusal(raw) == ("malformed", "", "duplicate_key")


def test_bytes_that_are_not_utf_8_are_400() -> None:
    assert refusal(b'{"a": "\xff"}') == ("malformed", "", "not_utf8")
    assert refusal('{"a": "\ud800"}') == ("malformed", "", "not_utf8")


@pytest.mark.parametrize(
    ("raw", "pointer"), [('{"a": ["\\ud800"]}', "/a/0"), ('{"\\udc00": 1}', ""), ('{"a": {"\\ud83d": 1}}', "/a")]
)
def test_an_unpaired_surrogate_is_422_in_a_value_and_in_a_key(raw: str, pointer: str) -> None:
    assert refusal(raw) == ("invalid", pointer, "unpaired_surrogate")


def test_a_byte_order_mark_before_a_body_is_ignored() -> None:
    assert read_object("\ufeff{}") == read_object(b"\xef\xbb\xbf{}") == {}


def test_a_pair_of_surrogates_is_one_character() -> None:
    assert read_object('{"a": "\\ud83d\\ude00"}') == {"a": "\N{GRINNING FACE}"}


def test_more_than_256_kb_is_413_counted_in_bytes() -> None:
    letters = MAX_BYTES - len('{"a":""}')
    assert read_object('{"a":"' + "x" * letters + '"}')
    assert refusal('{"a":"' + "x" * (letters + 1) + '"}')[0] == "too-large"
    assert refusal('{"a":"' + "é" * (letters // 2 + 1) + '"}')[0] == "too-large"


def test_nesting_deeper_than_sixteen_is_400_with_a_pointer() -> None:
    fits = '{"a":' * MAX_DEPTH + "1" + "}" * MAX_DEPTH
    assert read_object(fits)
    assert refusal('{"a":' + fits + "}")[0::2] == ("malformed", "nested_too_deeply")


@pytest.mark.parametrize("blank", ["", " ", "\t\n", "\u00a0\u2003", "\u3000"])
def test_a_blank_string_becomes_null(blank: str) -> None:
    assert read_object(json.dumps({"a": blank, "b": [blank], "c": {"d": blank}})) == {
        "a": None,
        "b": [None],
        "c": {"d": None},
    }


@pytest.mark.parametrize("hidden", ["\0", "\x1b", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069"])
def test_control_characters_and_bidirectional_overrides_are_removed(hidden: str) -> None:
    """A telephone number that is copied from an address book often contains such invisible characters."""
    sent = json.dumps({"a": f"{hidden}+1 202{hidden} 555 0123{hidden}", "b": hidden})
    assert read_object(sent) == {"a": "+1 202 555 0123", "b": None}


@pytest.mark.parametrize("kept", ["\u200c", "\u200d", "\u200e", "\u200f", "\u061c", "\n", "\t"])
def test_joiners_and_direction_marks_that_scripts_need_are_kept(kept: str) -> None:
    assert read_object(json.dumps({"a": f"x{kept}y"})) == {"a": f"x{kept}y"}


@pytest.mark.parametrize(
    "invisible", ["\u200b", "\ufeff", "\u200d\u2060", "\u00ad", "\U000e0041", "\u3164", "\u2800\u115f", "\ufe0f \u034f"]
)
def test_a_string_of_invisible_characters_becomes_null(invisible: str) -> None:
    assert read_object(json.dumps({"a": invisible})) == {"a": None}


def test_whitespace_around_a_string_is_removed() -> None:
    assert read_object('{"a": "  of two words \\n"}') == {"a": "of two words"}


@given(st.dictionaries(texts, values, max_size=3))
def test_equal_objects_have_equal_canonical_bytes(value: dict[str, Json]) -> None:
    plain, escaped = json.dumps(value, ensure_ascii=False), json.dumps(value, indent=1, sort_keys=True)
    assert canonical(read_object(plain)) == canonical(read_object(escaped.encode()))
    assert read_object(canonical(read_object(plain))) == read_object(plain)


@given(st.binary(max_size=60) | st.text(max_size=60))
def test_any_input_is_parsed_or_refused(raw: bytes | str) -> None:
    try:
        status = 200 if isinstance(read_object(raw), dict) else 500
    except ProblemError as problem:
        status = problem.status
    assert status in {200, 400, 422}


def test_a_pointer_contains_no_control_characters_of_a_key() -> None:
    assert escape("a\u202eb\0") == "ab"


def test_a_key_is_escaped_and_shortened_in_a_json_pointer() -> None:
    assert escape("a/b~c") == "a~1b~0c"
    assert escape("\ud800") == "?"
    assert len(escape("x" * 5000)) == 80

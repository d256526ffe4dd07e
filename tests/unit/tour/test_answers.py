from __future__ import annotations

from infra.tour.answers import ALL, Json, field, shown


def test_a_short_answer_is_shown_in_one_line() -> None:
    assert shown({"status": "in_line", "decision": None, "n": 1}) == '{"status": "in_line", "decision": null, "n": 1}'


def test_a_long_answer_has_a_line_for_each_member() -> None:
    answer: Json = {"reasons": [{"rule": "detained", "text": "Detained in ICE custody."}], "note": "long " * 15}
    assert shown(answer).splitlines() == [
        "{",
        '  "reasons": [{"rule": "detained", "text": "Detained in ICE custody."}],',
        f'  "note": "{"long " * 15}"',
        "}",
    ]


def test_fields_outside_of_the_shape_are_left_out_and_marked() -> None:
    answer: Json = {"id": "a", "facts": [{"fact": "custody", "said": []}], "more": 1}
    assert shown(answer, {"id": ALL, "facts": {"fact": ALL}}) == '{"id": "a", "facts": [{"fact": "custody", …}], …}'


def test_the_members_of_a_list_are_shown_one_below_the_other_where_they_are_long() -> None:
    text = shown([{"subject": "a" * 60}, {"subject": "b" * 60}])
    assert text == f'[\n  {{"subject": "{"a" * 60}"}},\n  {{"subject": "{"b" * 60}"}}\n]'


def test_a_long_text_is_cut_before_the_word_that_is_too_much() -> None:
    receipt = "4Z8J-RXGS-DZTY-HGRE-H"
    assert shown("word " * 14 + receipt) == f'"{("word " * 14).strip()}…"'


def test_a_long_text_of_one_word_is_cut_where_it_is_too_long() -> None:
    assert shown("eyJ" + "x" * 100) == '"eyJ' + "x" * 75 + '…"'


def test_a_field_is_found_within_nested_objects() -> None:
    assert field({"decision": {"outcome": "granted"}}, "decision", "outcome") == "granted"
    assert field({"decision": None}, "decision", "outcome") is None
    assert field([1], "decision") is None

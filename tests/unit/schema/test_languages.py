"""The choice of a translation for a language tag."""

from __future__ import annotations

import csv
import subprocess
import sys
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import casereview
from casereview.schema.languages import (
    LANGUAGES,
    choose_language,
    direction,
    has_written_form,
    is_language_tag,
    isolate_direction,
)

TABLE = files("casereview.schema").joinpath("data/language_fallbacks.csv").read_text("utf-8")
ROWS = list(csv.DictReader(TABLE.splitlines()))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_supported_language_is_chosen_for_its_own_tag(tag: str) -> None:
    assert choose_language(tag) == choose_language(tag.upper()) == tag
    assert is_language_tag(tag)
    assert has_written_form(tag)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es-MX", "es"),
        ("es-419", "es"),
        ("pt-BR", "pt"),
        ("ht-HT", "ht"),
        ("hat", "ht"),
        ("fr-HT", "fr"),
        ("zh-Hant-TW", "zh"),
        ("cmn-Hans", "zh"),
        ("zh-yue", "zh"),
        ("pa-Guru-IN", "pa"),
        ("ar-EG", "ar"),
        ("arb", "ar"),
        ("en-GB-oed", "en"),
    ],
)
def test_a_regional_script_or_older_tag_of_a_supported_language_gets_that_language(tag: str, text: str) -> None:
    assert choose_language(tag) == text
    assert has_written_form(tag)


@pytest.mark.parametrize(("tag", "text"), [("yue", "zh"), ("hak-TW", "zh"), ("arz", "ar"), ("apc-SY", "ar")])
def test_languages_with_a_shared_written_standard_have_a_written_form(tag: str, text: str) -> None:
    assert choose_language(tag) == text
    assert has_written_form(tag)


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("quc", "es"),
        ("mam", "es"),
        ("kek-GT", "es"),
        ("kjb", "es"),
        ("mix", "es"),
        ("quz-PE", "es"),
        ("kea", "pt"),
        ("wo", "fr"),
        ("ff-GN", "fr"),
        ("be", "ru"),
        ("kk", "ru"),
    ],
)
def test_a_language_without_a_translation_gets_the_language_that_its_speakers_learned_at_school(
    tag: str, text: str
) -> None:
    assert choose_language(tag) == text
    assert not has_written_form(tag)


@pytest.mark.parametrize("tag", ["uk", "uk-UA", "ug", "bo", "ckb", "tr", "hi", "fa", "vi", "qaa", "x-foo"])
def test_a_language_without_a_fallback_gets_english(tag: str) -> None:
    assert choose_language(tag) == "en"
    assert not has_written_form(tag)


@pytest.mark.parametrize("tag", ["pa-Arab", "pa-PK", "pnb", "kk-CN", "uz-AF", "az-IR", "ff-NG"])
def test_a_script_or_country_without_readers_of_the_fallback_gets_english(tag: str) -> None:
    assert choose_language(tag) == "en"
    assert not has_written_form(tag)


@pytest.mark.parametrize("tag", ["und", "mul", "zxx"])
def test_a_valid_tag_that_names_no_language_gets_english(tag: str) -> None:
    assert is_language_tag(tag)
    assert choose_language(tag) == "en"
    assert not has_written_form(tag)


@pytest.mark.parametrize(
    "tag",
    [
        "",
        " es",
        "es ",
        "es\n",
        "ës",
        "e",
        "english",
        "Spanish",
        "xx",
        "zz",
        "xx-123456",
        "en_US",
        "es-",
        "-es",
        "es--MX",
    ],
)
def test_an_invalid_tag_is_rejected_and_gets_english(tag: str) -> None:
    assert not is_language_tag(tag)
    assert choose_language(tag) == "en"
    assert not has_written_form(tag)
    assert direction(tag) == "ltr"


@pytest.mark.parametrize("tag", ["es-MX-MX", "es-x-" + "a-" * 60 + "a"])
def test_a_tag_with_a_misplaced_part_or_too_many_parts_is_rejected(tag: str) -> None:
    assert not is_language_tag(tag)


@pytest.mark.parametrize(
    "tag", ["ES", "es-mx", "zh-cmn", "i-klingon", "de-DE-u-co-phonebk", "es-x-private", "iw", "sgn-US", "qaa", "ase"]
)
def test_every_kind_of_valid_tag_is_accepted(tag: str) -> None:
    assert is_language_tag(tag)


@pytest.mark.parametrize("tag", ["ar", "ar-EG", "arz", "fa", "ur", "ps", "he", "yi", "pa-PK", "dv", "ff-Adlm", "kk-CN"])
def test_right_to_left_scripts(tag: str) -> None:
    assert direction(tag) == "rtl"


@pytest.mark.parametrize("tag", [*sorted(set(LANGUAGES) - {"ar"}), "ar-Latn", "pa-IN", "zh-Hant", "tr", "kk-KZ"])
def test_left_to_right_scripts(tag: str) -> None:
    assert direction(tag) == "ltr"


def test_a_number_is_isolated_only_in_a_right_to_left_language() -> None:
    assert isolate_direction("1-888", "ar") == "\u20661-888\u2069"
    assert isolate_direction("1-888", "es") == "1-888"


@given(st.text(max_size=150) | st.from_regex(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", fullmatch=True))
def test_any_text_gets_a_supported_language(tag: str) -> None:
    assert choose_language(tag) in LANGUAGES
    assert direction(tag) in {"ltr", "rtl"}
    assert is_language_tag(tag) or not has_written_form(tag)


def test_the_fallback_table_has_unique_tags_and_no_supported_language() -> None:
    tags = [row["tag"] for row in ROWS]
    assert len(tags) == len(set(tags))
    assert not set(tags) & set(LANGUAGES)
    assert {row["text"] for row in ROWS} <= set(LANGUAGES)
    assert {row["relation"] for row in ROWS} == {"written", "schooling"}


def test_every_row_of_the_fallback_table_applies_to_its_tag() -> None:
    assert {row["tag"]: choose_language(row["tag"]) for row in ROWS} == {row["tag"]: row["text"] for row in ROWS}
    assert all(has_written_form(row["tag"]) == (row["relation"] == "written") for row in ROWS)


def test_supported_languages_do_not_load_the_registry() -> None:
    script = (
        "import sys; from casereview.schema.languages import *\n"
        "for tag in LANGUAGES: assert is_language_tag(tag) and choose_language(tag) == tag and direction(tag)\n"
        "assert 'langcodes' not in sys.modules; choose_language('es-MX'); assert 'langcodes' in sys.modules"
    )
    shared = str(Path(casereview.__file__).parents[1])
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": shared}, timeout=60)

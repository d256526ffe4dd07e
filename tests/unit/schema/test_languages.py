"""The choice of a language, by tag."""

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
from casereview.schema.languages import LANGUAGES, choose, direction, has_written_form_here, in_order, is_language_tag

TABLE = files("casereview.schema").joinpath("data/language_fallbacks.csv").read_text("utf-8")
ROWS = list(csv.DictReader(TABLE.splitlines()))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_each_language_of_ours_is_chosen_for_itself(tag: str) -> None:
    assert choose(tag) == choose(tag.upper()) == tag
    assert is_language_tag(tag)
    assert has_written_form_here(tag)


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
def test_a_region_script_or_older_tag_of_our_language_gets_that_language(tag: str, text: str) -> None:
    assert choose(tag) == text
    assert has_written_form_here(tag)


@pytest.mark.parametrize(("tag", "text"), [("yue", "zh"), ("hak-TW", "zh"), ("arz", "ar"), ("apc-SY", "ar")])
def test_languages_that_share_a_written_standard_count_as_written_here(tag: str, text: str) -> None:
    assert choose(tag) == text
    assert has_written_form_here(tag)


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
def test_a_language_without_a_text_gets_the_one_its_readers_learned_and_asks_for_an_interpreter(
    tag: str, text: str
) -> None:
    assert choose(tag) == text
    assert not has_written_form_here(tag)


@pytest.mark.parametrize("tag", ["uk", "uk-UA", "ug", "bo", "ckb", "tr", "hi", "fa", "vi", "qaa", "x-foo"])
def test_where_no_other_text_would_surely_be_read_and_welcome_it_is_english(tag: str) -> None:
    assert choose(tag) == "en"
    assert not has_written_form_here(tag)


@pytest.mark.parametrize("tag", ["pa-Arab", "pa-PK", "pnb", "kk-CN", "uz-AF", "az-IR", "ff-NG"])
def test_a_script_or_country_in_which_the_fallback_is_not_read_gets_english(tag: str) -> None:
    assert choose(tag) == "en"
    assert not has_written_form_here(tag)


@pytest.mark.parametrize("tag", ["und", "mul", "zxx"])
def test_a_tag_for_no_language_is_valid_and_gets_english(tag: str) -> None:
    assert is_language_tag(tag)
    assert choose(tag) == "en"
    assert not has_written_form_here(tag)


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
def test_what_is_no_tag_is_refused_and_gets_english(tag: str) -> None:
    assert not is_language_tag(tag)
    assert choose(tag) == "en"
    assert not has_written_form_here(tag)
    assert direction(tag) == "ltr"


@pytest.mark.parametrize("tag", ["es-MX-MX", "es-x-" + "a-" * 60 + "a"])
def test_a_tag_with_a_part_out_of_place_or_without_end_is_refused(tag: str) -> None:
    assert not is_language_tag(tag)


@pytest.mark.parametrize(
    "tag", ["ES", "es-mx", "zh-cmn", "i-klingon", "de-DE-u-co-phonebk", "es-x-private", "iw", "sgn-US", "qaa", "ase"]
)
def test_every_kind_of_valid_tag_is_accepted(tag: str) -> None:
    assert is_language_tag(tag)


@pytest.mark.parametrize("tag", ["ar", "ar-EG", "arz", "fa", "ur", "ps", "he", "yi", "pa-PK", "dv", "ff-Adlm", "kk-CN"])
def test_a_script_that_runs_right_to_left_is_known(tag: str) -> None:
    assert direction(tag) == "rtl"


@pytest.mark.parametrize("tag", [*sorted(set(LANGUAGES) - {"ar"}), "ar-Latn", "pa-IN", "zh-Hant", "tr", "kk-KZ"])
def test_other_scripts_run_left_to_right(tag: str) -> None:
    assert direction(tag) == "ltr"


def test_a_number_is_isolated_only_where_the_text_runs_right_to_left() -> None:
    assert in_order("1-888", "ar") == "\u20661-888\u2069"
    assert in_order("1-888", "es") == "1-888"


@given(st.text(max_size=150) | st.from_regex(r"[a-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}", fullmatch=True))
def test_any_text_gets_a_language_of_ours(tag: str) -> None:
    assert choose(tag) in LANGUAGES
    assert direction(tag) in {"ltr", "rtl"}
    assert is_language_tag(tag) or not has_written_form_here(tag)


def test_the_table_names_each_tag_once_and_none_of_ours() -> None:
    tags = [row["tag"] for row in ROWS]
    assert len(tags) == len(set(tags))
    assert not set(tags) & set(LANGUAGES)
    assert {row["text"] for row in ROWS} <= set(LANGUAGES)
    assert {row["relation"] for row in ROWS} == {"written", "schooling"}


def test_every_row_of_the_table_is_reached_by_its_own_tag() -> None:
    assert {row["tag"]: choose(row["tag"]) for row in ROWS} == {row["tag"]: row["text"] for row in ROWS}
    assert all(has_written_form_here(row["tag"]) == (row["relation"] == "written") for row in ROWS)


def test_our_own_languages_do_not_load_the_registry() -> None:
    script = (
        "import sys; from casereview.schema.languages import *\n"
        "for tag in LANGUAGES: assert is_language_tag(tag) and choose(tag) == tag and direction(tag)\n"
        "assert 'langcodes' not in sys.modules; choose('es-MX'); assert 'langcodes' in sys.modules"
    )
    shared = str(Path(casereview.__file__).parents[1])
    subprocess.run([sys.executable, "-c", script], check=True, env={"PYTHONPATH": shared}, timeout=60)

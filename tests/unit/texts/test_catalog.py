"""The public texts: every language has every text, with the same placeholders, in its own script and plain words."""

from __future__ import annotations

import json
import re
import unicodedata
from pathlib import Path
from typing import Any, Final

import pytest

import casereview
from casereview.http.problem_types import PROBLEMS
from casereview.schema.languages import LANGUAGES, Language
from casereview.texts.catalog import CODES, SECTIONS, PublicText, text, texts_in, title

FOLDER: Final = Path(casereview.__file__).parent / "texts" / "translations"
PLACEHOLDER: Final = re.compile(r"\$\{(\w+)\}")
NAMES: Final = re.compile(rf"{PLACEHOLDER.pattern}|`[^`]*`")
OTHERS: Final = tuple(language for language in LANGUAGES if language != "en")
LEAST_SHARE: Final = 0.3
"""The least share of letters of its own script in a text of a language that is not written in Latin letters."""
SCRIPTS: Final[dict[Language, str]] = {"zh": "CJK", "pa": "GURMUKHI", "ru": "CYRILLIC", "ar": "ARABIC"}
FORMS: Final = ("72", "G-28", "60-001", "USCIS", "JSON", "UTF-8", "ASCII", "256", "BCP 47", "true", "TX")
"""Names and numbers that are the same in every language."""


def file_of(language: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FOLDER / f"{language}.json").read_bytes())
    return found


def placeholders(shown: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(shown))


def test_there_is_one_file_per_language() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_every_code_once_and_in_the_same_order(language: Language) -> None:
    found, english = file_of(language), file_of("en")
    assert found["language"] == language
    assert found["version"] == english["version"]
    assert list(found) == ["language", "version", "titles", *SECTIONS]
    for section, codes in SECTIONS.items():
        assert set(found[section]) == codes
        assert list(found[section]) == list(english[section])
    assert list(found["titles"]) == list(english["titles"])
    assert sum(map(len, SECTIONS.values())) == len(CODES)


@pytest.mark.parametrize("language", OTHERS)
def test_every_language_has_the_placeholders_forms_and_numbers_of_the_english_text(language: Language) -> None:
    for code, english in texts_in("en").by_code.items():
        shown = texts_in(language).by_code[code]
        assert placeholders(shown) == placeholders(english), code
        for form in FORMS:
            assert (form in shown) == (form in english), (code, form)


@pytest.mark.parametrize("language", OTHERS)
def test_every_text_is_translated(language: Language) -> None:
    english = texts_in("en")
    for code, shown in texts_in(language).by_code.items():
        assert shown != english.by_code[code], code
    for type_, shown in texts_in(language).titles.items():
        assert shown != english.titles[type_], type_


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_normalized_sentences_without_stray_signs(language: Language) -> None:
    for code, shown in texts_in(language).by_code.items():
        assert unicodedata.is_normalized("NFC", shown), code
        assert shown == shown.strip()
        assert "  " not in shown
        assert not set(PLACEHOLDER.sub("", shown)) & set("{}$<>"), code
        assert code == "headquarters" or shown[-1] in ".。।", code
    assert len(set(texts_in(language).titles.values())) == len(texts_in(language).titles)


@pytest.mark.parametrize("language", SCRIPTS)
def test_texts_are_written_in_the_script_of_their_language(language: Language) -> None:
    for code, shown in texts_in(language).by_code.items():
        letters = [letter for letter in NAMES.sub("", shown) if letter.isalpha()]
        own = [letter for letter in letters if unicodedata.name(letter, "").startswith(SCRIPTS[language])]
        assert len(own) / len(letters) > LEAST_SHARE, code


def test_english_titles_and_meanings_are_those_of_the_problem_types() -> None:
    for type_, kind in PROBLEMS.items():
        assert title(type_, "en") in {None, kind.title}
        if (code := type_.replace("-", "_")) in CODES:
            assert texts_in("en").by_code[code] == kind.meaning


@pytest.mark.parametrize("code", ["prove_identity", "prove_authority_g28", "prove_authority_form_60_001"])
def test_no_english_sentence_is_long(code: str) -> None:
    sentences = re.split(r"[.:] ", texts_in("en").by_code[code])
    assert max(len(sentence.split()) for sentence in sentences) <= 24


@pytest.mark.parametrize("code", SECTIONS["verification"] | SECTIONS["refutations"] | SECTIONS["deficiencies"])
def test_no_text_for_an_unverified_holder_speaks_of_another_request_or_of_the_state_of_a_case(code: str) -> None:
    shown = texts_in("en").by_code[code].casefold()
    for word in ("another request", "other request", "somebody", "restricted", "joined", "duplicate", "decided"):
        assert word not in shown, word


def test_the_text_is_in_the_nearest_language() -> None:
    assert text("required", "es-419") == text("required", "es")
    assert text("required", "quc") == text("required", "es")
    assert text("required", "de") == text("required", "klingon") == "This is required."
    assert PublicText("required").shown_in("fr-CA") == text("required", "fr")
    assert title("invalid", "pt-BR") == title("invalid", "pt") != title("invalid", "en")


def test_a_problem_type_of_the_staff_api_has_no_title() -> None:
    assert title("claim-required", "es") is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_values_fill_the_placeholders_and_others_are_ignored(language: Language) -> None:
    shown = text("too_long", language, max_length=200, actual_length=201)
    assert "200" in shown
    assert "201" not in shown
    assert "$" not in shown


def test_a_value_keeps_its_direction_in_arabic() -> None:
    assert "\u2066'self', 'family'\u2069" in text("not_allowed", "ar", expected="'self', 'family'")
    assert "\u2066" not in text("not_allowed", "ru", expected="'self', 'family'")


def test_a_placeholder_without_a_value_is_an_error() -> None:
    with pytest.raises(KeyError, match="office"):
        text("prove_identity", "en")

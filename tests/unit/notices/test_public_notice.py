"""The public notice: its required content in every language, and the texts that the agency supplies."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

import casereview
from casereview.notices.public_notice import LINE, AgencyTexts, agency_texts, compose, paragraphs_in, public_notice
from casereview.schema.languages import LANGUAGES, Language

FOLDER = Path(casereview.__file__).parent / "notices" / "public"
FORBIDDEN: dict[str, list[str]] = json.loads((Path(__file__).parents[2] / "support/forbidden_words.json").read_bytes())
SAID: dict[Language, dict[str, tuple[str, ...]]] = {
    "en": {"enforcement": ("may use what you send",), "nothing stops": ("removal", "arrest", "hearing", "deadline")},
    "es": {"enforcement": ("puede usar lo que usted envíe",), "nothing stops": ("expulsión", "arresto", "audiencia")},
    "pt": {"enforcement": ("pode usar o que você enviar",), "nothing stops": ("remoção", "prisão", "audiência")},
    "ht": {"enforcement": ("kapab sèvi ak sa ou voye",), "nothing stops": ("depòtasyon", "arestasyon", "odyans")},
    "zh": {"enforcement": ("用于移民执法",), "nothing stops": ("遣返", "逮捕", "听证", "期限")},
    "pa": {"enforcement": ("ਵਰਤ ਸਕਦਾ ਹੈ",), "nothing stops": ("ਦੇਸ਼ ਨਿਕਾਲੇ", "ਗ੍ਰਿਫ਼ਤਾਰੀ", "ਸੁਣਵਾਈ", "ਆਖਰੀ ਤਾਰੀਖ")},
    "ru": {"enforcement": ("может использовать",), "nothing stops": ("высылку", "арест", "слушание", "срок")},
    "ar": {"enforcement": ("قد تستخدم",), "nothing stops": ("ترحيل", "اعتقال", "جلسة استماع", "موعد نهائي")},
    "fr": {
        "enforcement": ("peut utiliser ce que vous envoyez",),
        "nothing stops": ("expulsion", "arrestation", "délai"),
    },
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_notice_states_its_readers_its_use_in_enforcement_and_that_it_stops_nothing(
    language: Language,
) -> None:
    text = public_notice(language).text
    for phrase in ("ICE", "I-246", "DRIL", LINE, *SAID[language]["enforcement"], *SAID[language]["nothing stops"]):
        assert phrase in text, phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_paragraphs(language: Language) -> None:
    assert paragraphs_in(language).language == language
    assert paragraphs_in(language).version == paragraphs_in("en").version
    assert len(paragraphs_in(language).paragraphs) == len(paragraphs_in("en").paragraphs)
    for paragraph, english in zip(paragraphs_in(language).paragraphs, paragraphs_in("en").paragraphs, strict=True):
        assert ("${line}" in paragraph) == ("${line}" in english)
        assert ("I-246" in paragraph) == ("I-246" in english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_placeholder_is_filled_and_the_text_is_normalized(language: Language) -> None:
    text = public_notice(language).text
    assert not set(text) & set("{}$")
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_public_notice_contains_the_words_that_are_forbidden_in_messages(language: Language) -> None:
    """Checks the list of forbidden words: it must match the terms that are in use in each language."""
    text = public_notice(language).text.casefold()
    assert len([word for word in FORBIDDEN[language] if word.casefold() in text]) >= 5


def test_the_notice_is_in_the_nearest_language_and_names_it() -> None:
    assert public_notice("ht-HT").language == "ht"
    assert public_notice("quc") == public_notice("es")
    assert public_notice("english").language == "en"


def test_there_is_one_file_per_language() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {*LANGUAGES, "supplied"}


def test_statement_and_control_number_are_omitted_until_the_agency_supplies_them() -> None:
    assert agency_texts() == AgencyTexts()
    assert "OMB" not in public_notice("en").text


def test_the_texts_that_the_agency_supplies_are_appended() -> None:
    extra = AgencyTexts(
        omb_control_number="1653-0000", privacy_act_statement={"en": "Authority: …", "es": "Autoridad: …"}
    )
    spanish = compose(paragraphs_in("es"), extra).text
    assert spanish.endswith("\n\nAutoridad: …\n\nNúmero de control de la OMB: 1653-0000")
    assert "\n\nAuthority: …\n\n" in compose(paragraphs_in("ru"), extra).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_control_number_is_shown_in_every_language(language: Language) -> None:
    last = compose(paragraphs_in(language), AgencyTexts(omb_control_number="1653-0000")).text.split("\n\n")[-1]
    assert "OMB" in last
    assert "1653-0000" in last
    assert "$" not in last


def test_the_telephone_number_is_isolated_in_arabic() -> None:
    assert f"\u2066{LINE}\u2069" in public_notice("ar").text

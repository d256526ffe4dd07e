"""The public notice: what it must say, in every language, and what the agency adds to it."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

import casereview
from casereview.notices.public_notice import LINE, Supplied, compose, paragraphs_in, public_notice, supplied
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
def test_it_says_who_reads_it_that_it_may_be_used_and_that_it_stops_nothing(language: Language) -> None:
    text = public_notice(language).text
    for phrase in ("ICE", "I-246", "DRIL", LINE, *SAID[language]["enforcement"], *SAID[language]["nothing stops"]):
        assert phrase in text, phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_it_in_the_same_paragraphs(language: Language) -> None:
    assert paragraphs_in(language).language == language
    assert paragraphs_in(language).version == paragraphs_in("en").version
    assert len(paragraphs_in(language).paragraphs) == len(paragraphs_in("en").paragraphs)
    for paragraph, english in zip(paragraphs_in(language).paragraphs, paragraphs_in("en").paragraphs, strict=True):
        assert ("${line}" in paragraph) == ("${line}" in english)
        assert ("I-246" in paragraph) == ("I-246" in english)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_slot_is_left_open_and_the_text_is_normalised(language: Language) -> None:
    text = public_notice(language).text
    assert not set(text) & set("{}$")
    assert unicodedata.is_normalized("NFC", text)
    assert text == text.strip()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_that_no_message_may_hold_are_the_words_used_here(language: Language) -> None:
    """Otherwise the list that messages are searched for would find nothing."""
    text = public_notice(language).text.casefold()
    assert len([word for word in FORBIDDEN[language] if word.casefold() in text]) >= 5


def test_a_tag_gets_the_nearest_language_and_is_told_which() -> None:
    assert public_notice("ht-HT").language == "ht"
    assert public_notice("quc") == public_notice("es")
    assert public_notice("english").language == "en"


def test_there_is_a_file_for_each_language_and_no_other() -> None:
    assert {path.stem for path in FOLDER.iterdir()} == {*LANGUAGES, "supplied"}


def test_until_the_agency_supplies_them_there_is_no_statement_and_no_number() -> None:
    assert supplied() == Supplied()
    assert "OMB" not in public_notice("en").text


def test_what_the_agency_supplies_is_added_at_the_end() -> None:
    extra = Supplied(omb_control_number="1653-0000", privacy_act_statement={"en": "Authority: …", "es": "Autoridad: …"})
    spanish = compose(paragraphs_in("es"), extra).text
    assert spanish.endswith("\n\nAutoridad: …\n\nNúmero de control de la OMB: 1653-0000")
    assert "\n\nAuthority: …\n\n" in compose(paragraphs_in("ru"), extra).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_control_number_has_a_line_in_each_language(language: Language) -> None:
    last = compose(paragraphs_in(language), Supplied(omb_control_number="1653-0000")).text.split("\n\n")[-1]
    assert "OMB" in last
    assert "1653-0000" in last
    assert "$" not in last


def test_the_telephone_number_keeps_its_order_in_arabic() -> None:
    assert f"\u2066{LINE}\u2069" in public_notice("ar").text

"""What the public API says in one language is shown in that of the page, where it is a text of the catalog."""

from __future__ import annotations

import pytest

from casereview.schema.languages import LANGUAGES, Language
from casereview.texts.catalog import SECTIONS, text
from pages.said import Said, said


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("code", sorted(SECTIONS["deficiencies"]))
def test_what_is_missing_is_said_in_the_language_of_the_page(code: str, spoken: Language) -> None:
    assert said(text(code, spoken), "es") == Said(text(code, "es"), "es")  # type: ignore[arg-type]  # a code of the catalog


@pytest.mark.parametrize("spoken", LANGUAGES)
@pytest.mark.parametrize("code", ["prove_identity", "prove_authority_g28", "prove_authority_form_60_001"])
def test_a_text_that_names_an_office_names_it_in_every_language(code: str, spoken: Language) -> None:
    here, there = text("headquarters", spoken), text("headquarters", "ru")
    assert said(text(code, spoken, office=here), "ru").text == text(code, "ru", office=there)  # type: ignore[arg-type]  # the same
    assert said(text(code, spoken, office="Atlanta"), "ar").text == text(code, "ar", office="Atlanta")  # type: ignore[arg-type]  # the same


def test_a_text_of_several_parts_is_said_part_by_part() -> None:
    parts = [text("signature_missing", "ht"), text("proof_not_accepted", "ht", office="Miami")]
    own = [text("signature_missing", "fr"), text("proof_not_accepted", "fr", office="Miami")]
    assert said("\n".join(parts), "fr") == Said("\n".join(own), "fr")


@pytest.mark.parametrize(
    "message", ["Words of an officer.", "", text("state_unknown", "en") + "\nWords of an officer."]
)
def test_other_words_stay_as_they_are_in_a_language_that_is_not_known(message: str) -> None:
    assert said(message, "es") == Said(message, None)

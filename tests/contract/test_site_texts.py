"""What the public site says exists in every language, fits its place, and promises nothing."""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from gettext import c2py
from pathlib import Path
from typing import Final

import pytest

from casereview.schema.languages import DEFAULT, LANGUAGES
from infra.tooling.texts import faults, read, translated, wanted

PROMISES: Final[dict[str, dict[str, list[str]]]] = json.loads(
    (Path(__file__).parents[1] / "support/promises.json").read_bytes()
)
"""The beginnings of words by which a text would promise something, by language and promise."""
ANSWERS: Final = {"Yes, soon"}
"""What the person asked answers: not a promise of the site."""
SLOT: Final = re.compile(r"%\(\w+\)s")
LABEL: Final = 40
"""Characters of an English text up to which it stands alone on a line, so that no length is too much."""
LONGEST: Final = 1.5
"""How many times as long as the English text a translation may be."""


def forms(key: object) -> tuple[str, ...]:
    """Return a text, or the forms of a text that counts."""
    return (key,) if isinstance(key, str) else tuple(key) if isinstance(key, (list, tuple)) else ()


def pairs(language: str) -> Iterator[tuple[str, str]]:
    """Yield each English text with what the language says for it."""
    for message in wanted() if language == DEFAULT else read(language):
        english = forms(message.id)
        if language == DEFAULT:
            yield from ((text, text) for text in english)
        elif english and english != ("",):
            yield from ((english[-1], text) for text in forms(message.string))


def promises(language: str, text: str) -> list[str]:
    """Return what a text promises."""
    said = text.casefold()
    return [kind for kind, words in PROMISES[language].items() if any(word in said for word in words)]


def test_every_catalog_has_every_text_of_the_templates_in_every_form_and_no_other() -> None:
    assert list(faults()) == []


@pytest.mark.parametrize("language", translated())
def test_every_translation_keeps_the_slots(language: str) -> None:
    """A form for one count alone may say it in words, as the dual of Arabic does."""
    catalog = read(language)
    counts = Counter(map(c2py(catalog.plural_expr), range(1, 2000)))
    for message in catalog:
        slots, own = SLOT.findall(forms(message.id)[-1]), forms(message.string)
        for form, text in enumerate(own):
            in_words = len(own) > 1 and counts[form] <= 1
            assert sorted(SLOT.findall(text)) in ([[], slots] if in_words else [sorted(slots)]), text


@pytest.mark.parametrize("language", translated())
def test_no_translation_is_much_longer_than_the_english_text(language: str) -> None:
    long = [own for english, own in pairs(language) if len(english) > LABEL and len(own) > LONGEST * len(english)]
    assert long == []


@pytest.mark.parametrize("language", translated())
def test_what_a_text_cites_of_the_site_is_what_the_site_says(language: str) -> None:
    own = dict(pairs(language))
    cited = [(text, name) for text in own for name in re.findall("“([^”]+)”", text) if name in own]
    assert {name for _text, name in cited} == {"Case Review", "Done", "I am not sure", "Received"}
    for text, name in cited:
        assert own[name] in own[text]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_promises_anything(language: str) -> None:
    found = {own: promises(language, own) for english, own in pairs(language) if english not in ANSWERS}
    assert {own: kinds for own, kinds in found.items() if kinds} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_words_for_every_promise(language: str) -> None:
    assert list(PROMISES[language]) == list(PROMISES[DEFAULT])
    for words in PROMISES[language].values():
        assert words
        for word in words:
            assert word == unicodedata.normalize("NFC", word).casefold()


@pytest.mark.parametrize(
    ("language", "text", "promise"),
    [
        ("en", "We will answer soon.", "soon"),
        ("es", "Su solicitud es confidencial.", "confidential"),
        ("pt", "Não se preocupe.", "do not worry"),
        ("fr", "Nous vous protégeons.", "we will protect you"),
        ("ht", "Demann ou an apwouve.", "approved"),
        ("zh", "我们保证回复。", "a guarantee"),
        ("ru", "Обращение анонимно.", "anonymous"),
        ("pa", "ਚਿੰਤਾ ਨਾ ਕਰੋ।", "do not worry"),
        ("ar", "نضمن لك الرد.", "a guarantee"),
    ],
)
def test_a_promise_is_found(language: str, text: str, promise: str) -> None:
    assert promises(language, text) == [promise]

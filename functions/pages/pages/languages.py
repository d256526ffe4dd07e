"""The languages of the site: the choice for a visitor, the catalogs of texts, and their names."""

from __future__ import annotations

import gettext
from functools import cache
from importlib.resources import as_file, files
from typing import Final

from casereview.http.negotiation import accepted_language
from casereview.schema.languages import DEFAULT, LANGUAGES, Language

NAMES: Final[dict[Language, str]] = {
    "ar": "العربية",
    "en": "English",
    "es": "Español",
    "fr": "Français",
    "ht": "Kreyòl ayisyen",
    "pa": "ਪੰਜਾਬੀ",
    "pt": "Português",
    "ru": "Русский",
    "zh": "中文",
}
"""Each language by its own name, in the order of its tag."""


def find(tag: str) -> Language | None:
    """Return the language of a path's first segment, or None if the site has none of that tag."""
    return next((language for language in LANGUAGES if language == tag), None)


def preferred(accept_language: str) -> Language:
    """Return the language that a browser prefers, else English."""
    return accepted_language(accept_language) or DEFAULT


@cache
def catalog(language: Language) -> gettext.NullTranslations:
    """Return the texts in a language, by the English ones."""
    if language == DEFAULT:
        return gettext.NullTranslations()
    with as_file(files("pages") / "locales") as folder:
        return gettext.translation("pages", folder, [language])

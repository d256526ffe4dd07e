"""What the public API says, in the language of the page where it is a text of the catalog of public texts.

The API answers in the language of the request's contact, which need not be that of the page.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple, cast

from casereview.schema.languages import LANGUAGES, Language
from casereview.texts.catalog import SECTIONS, TextCode, text
from pages.offices import names

_OF_OFFICES: Final[tuple[TextCode, ...]] = (
    "prove_identity",
    "prove_authority_g28",
    "prove_authority_form_60_001",
    "proof_not_accepted",
)
"""The texts that name an office."""
_OTHERS: Final = cast("frozenset[TextCode]", SECTIONS["deficiencies"] | SECTIONS["refutations"])
"""The texts that name nothing."""
_HEADQUARTERS: Final = ""


class Said(NamedTuple):
    """A text, and its language."""

    text: str
    language: Language | None
    """None if it is not known."""


class _Entry(NamedTuple):
    """A text of the catalog, with the office that it names."""

    code: TextCode
    office: str | None = None

    def shown_in(self, language: Language) -> str:
        """Return the text in a language."""
        if self.office is None:
            return text(self.code, language)
        return text(self.code, language, office=names().get(self.office) or text("headquarters", language))


def said(message: str, language: Language) -> Said:
    """Return what the public API says in the language of a page; as it is, if it is no text of the catalog."""
    for other in (language, *LANGUAGES):
        entries = [_catalog(other).get(line) for line in message.split("\n")]
        found = [entry.shown_in(language) for entry in entries if entry]
        if len(found) == len(entries):
            return Said("\n".join(found), language)
    return Said(message, None)


@cache
def _catalog(language: Language) -> dict[str, _Entry]:
    """Return the entry of each text, by what it says in a language."""
    return {entry.shown_in(language): entry for entry in _entries()}


def _entries() -> Iterator[_Entry]:
    yield from (_Entry(code) for code in sorted(_OTHERS))
    yield from (_Entry(code, office) for code in _OF_OFFICES for office in (*names(), _HEADQUARTERS))

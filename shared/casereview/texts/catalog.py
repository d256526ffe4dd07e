"""Find a public text by its code, in the available language that is nearest to a language tag.

Each language is one file in ``translations``, which is read when the first text in that language is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from string import Template
from typing import Final, Literal, NamedTuple, TypeAlias, get_args

from casereview.schema.error_codes import PublicErrorCode
from casereview.schema.languages import DEFAULT, Language, choose_language, isolate_direction
from casereview.schema.vocabulary import LackingCode, RefutationReason

VerificationText = Literal[
    "prove_identity", "prove_authority_g28", "prove_authority_form_60_001", "proof_not_accepted", "headquarters"
]
"""How to prove an identity or an authority; they name an office (``office``). ``headquarters`` is such a name."""
DecisionText = Literal["how_to_go_on"]
RefusalText = Literal[
    PublicErrorCode,
    "unsupported_media_type",
    "too_large",
    "key_reused",
    "still_filing",
    "verification_required",
    "not_decided",
    "bound_reached",
    "wrong_type_string",
    "wrong_type_boolean",
    "wrong_type_number",
    "wrong_type_list",
    "wrong_type_object",
]
"""The errors of problem documents: some problem types and ``wrong_type`` have texts with names of their own."""
TextCode: TypeAlias = LackingCode | VerificationText | RefutationReason | DecisionText | RefusalText

SECTIONS: Final[Mapping[str, frozenset[str]]] = {
    "deficiencies": frozenset(get_args(LackingCode)),
    "verification": frozenset(get_args(VerificationText)),
    "refutations": frozenset(get_args(RefutationReason)),
    "decision": frozenset(get_args(DecisionText)),
    "refusals": frozenset(get_args(RefusalText)),
}
"""The sections of a file besides the titles of problem types, with their codes."""
CODES: Final = frozenset[str]().union(*SECTIONS.values())
_FOLDER: Final = files("casereview.texts").joinpath("translations")
_NO_VALUES: Final[Mapping[str, object]] = {}


class Texts(NamedTuple):
    """The texts of one language, with their placeholders."""

    titles: Mapping[str, str]
    """The title of each problem type with which the public API can refuse a request."""
    by_code: Mapping[str, str]


class PublicText(NamedTuple):
    """A text whose language is chosen later."""

    code: TextCode
    values: Mapping[str, object] = _NO_VALUES
    """The values of its placeholders; others are ignored."""

    def shown_in(self, language: str) -> str:
        """Return the text in the available language that is nearest to a BCP 47 tag."""
        return text(self.code, language, **self.values)


def text(code: TextCode, language: str, **values: object) -> str:
    """Return a text in the available language that is nearest to a BCP 47 tag.

    Args:
        code: The code of the text.
        language: A language tag; English is shown for a tag that is not valid or has no near translation.
        values: The values of the placeholders, which are shown from left to right in every language.

    Raises:
        KeyError: A placeholder has no value.
    """
    chosen = choose_language(language)
    shown = {name: isolate_direction(str(value), chosen) for name, value in values.items()}
    return Template(texts_in(chosen).by_code[code]).substitute(shown)


def title(problem_type: str, language: str) -> str | None:
    """Return the title of a problem type, or None if the public API has no such type."""
    return texts_in(choose_language(language)).titles.get(problem_type)


@cache
def texts_in(language: Language = DEFAULT) -> Texts:
    """Read the texts of one language."""
    read = json.loads(_FOLDER.joinpath(f"{language}.json").read_bytes())
    return Texts(read["titles"], {code: found for section in SECTIONS for code, found in read[section].items()})

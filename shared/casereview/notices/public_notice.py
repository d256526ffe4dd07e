"""The public notice, shown before filing by ``GET /notice`` and again in the response to a filing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

from pydantic import Field

from casereview.schema.base import Record
from casereview.schema.languages import DEFAULT, Language, choose_language, isolate_direction

LINE: Final = "1-888-351-4024"
"""ICE's Detention Reporting and Information Line, Monday to Friday, 8 to 20 Eastern time, except holidays."""

_FOLDER: Final = files("casereview.notices").joinpath("public")


class NoticeParagraphs(Record):
    """The notice in one language: its paragraphs, and the line that shows the OMB control number."""

    language: Language
    version: int
    paragraphs: tuple[str, ...]
    omb_line: str


class AgencyTexts(Record):
    """Texts that the agency must supply before the public form can be used; each is omitted until then.

    The Paperwork Reduction Act requires a control number, the Privacy Act requires a statement on the form.
    """

    omb_control_number: str | None = None
    privacy_act_statement: dict[Language, str] = Field(default_factory=dict)
    """The statement by language; English is the fallback."""


class PublicNotice(Record):
    """The notice as shown: plain text, with an empty line between paragraphs."""

    language: Language
    text: str


def public_notice(language_tag: str) -> PublicNotice:
    """Return the notice in the available language that is nearest to a BCP 47 tag."""
    return compose(paragraphs_in(choose_language(language_tag)), agency_texts())


def compose(notice: NoticeParagraphs, extra: AgencyTexts) -> PublicNotice:
    """Fill in the notice and append the texts that the agency supplied."""
    paragraphs = [_fill(paragraph, "line", LINE, notice.language) for paragraph in notice.paragraphs]
    statements = extra.privacy_act_statement
    if statement := statements.get(notice.language) or statements.get(DEFAULT):
        paragraphs.append(statement)
    if number := extra.omb_control_number:
        paragraphs.append(_fill(notice.omb_line, "omb_control_number", number, notice.language))
    return PublicNotice(language=notice.language, text="\n\n".join(paragraphs))


@cache
def paragraphs_in(language: Language) -> NoticeParagraphs:
    """Read the notice of one language, with its placeholders."""
    return NoticeParagraphs.model_validate_json(_FOLDER.joinpath(f"{language}.json").read_bytes())


@cache
def agency_texts() -> AgencyTexts:
    """Read the texts that the agency supplied."""
    return AgencyTexts.model_validate_json(_FOLDER.joinpath("supplied.json").read_bytes())


def _fill(text: str, name: str, value: str, language: Language) -> str:
    return Template(text).substitute({name: isolate_direction(value, language)})

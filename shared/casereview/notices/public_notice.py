"""What everyone is told before filing, at ``GET /notice``, and again in the answer to a filing."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from string import Template
from typing import Final

from pydantic import Field

from casereview.schema.base import Record
from casereview.schema.languages import DEFAULT, Language, choose, in_order

LINE: Final = "1-888-351-4024"
"""ICE's Detention Reporting and Information Line, Monday to Friday, 8 to 20 Eastern time, except holidays."""

_FOLDER: Final = files("casereview.notices").joinpath("public")


class NoticeParagraphs(Record):
    """The notice in one language: its paragraphs, and the line that an OMB control number is shown in."""

    language: Language
    version: int
    paragraphs: tuple[str, ...]
    omb_line: str


class Supplied(Record):
    """What the agency supplies before a public form may be used; each is left out until then.

    The Paperwork Reduction Act asks for a control number, the Privacy Act for a statement on the form.
    """

    omb_control_number: str | None = None
    privacy_act_statement: dict[Language, str] = Field(default_factory=dict)
    """By language; a language without one shows the English one."""


class PublicNotice(Record):
    """The notice as it is shown: plain text, its paragraphs apart by an empty line."""

    language: Language
    text: str


def public_notice(language_tag: str) -> PublicNotice:
    """Return the notice for whoever asked for this BCP 47 tag, in the nearest language there is."""
    return compose(paragraphs_in(choose(language_tag)), supplied())


def compose(notice: NoticeParagraphs, extra: Supplied) -> PublicNotice:
    """Put the notice together with what the agency supplied."""
    paragraphs = [_fill(paragraph, "line", LINE, notice.language) for paragraph in notice.paragraphs]
    statements = extra.privacy_act_statement
    if statement := statements.get(notice.language) or statements.get(DEFAULT):
        paragraphs.append(statement)
    if number := extra.omb_control_number:
        paragraphs.append(_fill(notice.omb_line, "omb_control_number", number, notice.language))
    return PublicNotice(language=notice.language, text="\n\n".join(paragraphs))


@cache
def paragraphs_in(language: Language) -> NoticeParagraphs:
    """Read the notice of one language, its slots open."""
    return NoticeParagraphs.model_validate_json(_FOLDER.joinpath(f"{language}.json").read_bytes())


@cache
def supplied() -> Supplied:
    """Read what the agency supplied."""
    return Supplied.model_validate_json(_FOLDER.joinpath("supplied.json").read_bytes())


def _fill(text: str, name: str, value: str, language: Language) -> str:
    return Template(text).substitute({name: in_order(value, language)})

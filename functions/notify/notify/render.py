"""Notices as their readers get them: subject, plain text, HTML and SMS, in the reader's language.

A text holds three slots. ``${receipt}`` and ``${line}`` stand inside a sentence, isolated where the script
runs right to left; ``${look_up}`` ends a sentence and becomes a line with the look-up address, or nothing.
"""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Final

from casereview.notices.catalog import NoticeTextError, check_values
from casereview.notices.public_notice import LINE
from casereview.schema.base import Record
from casereview.schema.languages import Language, choose_language, direction, isolate_direction
from casereview.schema.vocabulary import OfficeTemplateId, TemplateId

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

TEMPLATES: Final = Path(__file__).parents[1] / "templates"

_HTML: Final = Template(
    '<!doctype html>\n<html lang="${language}" dir="${direction}">\n<head><meta charset="utf-8">'
    "<title>${title}</title></head>\n<body>\n${paragraphs}\n</body>\n</html>\n"
)


class NoticeText(Record):
    """One notice in one language, its slots open."""

    version: int
    subject: str
    opening: str
    sms: str


class OfficeText(Record):
    """A message to an office, its slots open: ``${office}`` and ``${case}``."""

    version: int
    subject: str
    paragraphs: tuple[str, ...]


class OfficeTexts(Record):
    """All messages to offices."""

    target_passed: OfficeText
    undelivered: OfficeText

    def notice(self, template_id: OfficeTemplateId) -> OfficeText:
        """Return the text of one message."""
        return {"target_passed": self.target_passed, "undelivered": self.undelivered}[template_id]


class LanguageTexts(Record):
    """All notices in one language, and the paragraphs that end each e-mail."""

    language: Language
    acknowledgement: NoticeText
    news: NoticeText
    information_asked: NoticeText
    closing: tuple[str, ...]

    def notice(self, template_id: TemplateId) -> NoticeText:
        """Return the text of one notice."""
        return {
            "acknowledgement": self.acknowledgement,
            "news": self.news,
            "information_asked": self.information_asked,
        }[template_id]


class Message(Record):
    """A notice ready to be sent; ``language`` is that of the text, which is not always the one asked for."""

    subject: str
    text: str
    html: str
    sms: str
    language: Language


@cache
def texts(language: Language) -> LanguageTexts:
    """Read the notices of one language."""
    return LanguageTexts.model_validate_json(TEMPLATES.joinpath(language, "notices.json").read_bytes())


def render(template_id: TemplateId, language: str, **values: str) -> Message:
    """Return a notice in the nearest language to a BCP 47 tag.

    Values: ``receipt``, and ``look_up``, the address of the look-up page or an empty string.
    Raises NoticeTextError for a template or value that is unknown, missing or malformed.
    """
    check_values(template_id, values)
    found = texts(choose_language(language))
    notice = found.notice(template_id)
    plain = _plain_values(found.language, values)
    paragraphs = (notice.opening, *found.closing)
    return Message(
        subject=_fill(notice.subject, plain),
        text="\n\n".join(_fill(paragraph, plain) for paragraph in paragraphs) + "\n",
        html=_html(found.language, _fill(notice.subject, plain), paragraphs, values),
        sms=_fill(notice.sms, plain),
        language=found.language,
    )


@cache
def office_texts() -> OfficeTexts:
    """Read what offices are told."""
    return OfficeTexts.model_validate_json(TEMPLATES.joinpath("en", "office.json").read_bytes())


def render_for_office(template_id: OfficeTemplateId, *, case: str, office: str) -> Message:
    """Return a message to an office's duty mailbox, in English: of a case by its id alone.

    Raises NoticeTextError for a text with another slot.
    """
    found = office_texts().notice(template_id)
    values = {"case": case, "office": office}
    subject, *paragraphs = (_fill(text, values) for text in (found.subject, *found.paragraphs))
    page = _page("en", subject, (escape(paragraph, quote=False) for paragraph in paragraphs))
    return Message(subject=subject, text="\n\n".join(paragraphs) + "\n", html=page, sms=subject, language="en")


def _plain_values(language: Language, values: Mapping[str, str]) -> dict[str, str]:
    look_up = f"\n{values['look_up']}" if values["look_up"] else ""
    return {
        "receipt": isolate_direction(values["receipt"], language),
        "line": isolate_direction(LINE, language),
        "look_up": look_up,
    }


def _html(language: Language, subject: str, paragraphs: tuple[str, ...], values: Mapping[str, str]) -> str:
    inner = _html_values(values)
    return _page(language, subject, (_fill(escape(paragraph, quote=False), inner) for paragraph in paragraphs))


def _page(language: Language, subject: str, paragraphs: Iterable[str]) -> str:
    return _HTML.substitute(
        language=language,
        direction=direction(language),
        title=escape(subject),
        paragraphs="\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs),
    )


def _html_values(values: Mapping[str, str]) -> dict[str, str]:
    address = escape(values["look_up"])
    return {
        "receipt": f'<bdi dir="ltr">{escape(values["receipt"])}</bdi>',
        "line": f'<bdi dir="ltr">{escape(LINE)}</bdi>',
        "look_up": f'<br>\n<a href="{address}" dir="ltr">{address}</a>' if address else "",
    }


def _fill(text: str, values: Mapping[str, str]) -> str:
    try:
        return Template(text).substitute(values)
    except (KeyError, ValueError) as error:
        raise NoticeTextError(f"a text has a slot that nothing fills: {error}") from error

"""Render notices: subject, plain text, HTML and SMS, in the reader's language.

A text has up to three placeholders. ``${receipt}`` and ``${line}`` are part of a sentence, and are isolated in scripts
that run right to left; ``${look_up}`` follows a sentence, and becomes a line with the address of the look-up page, or
nothing.
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
    """One notice in one language, with placeholders."""

    version: int
    subject: str
    opening: str
    sms: str


class OthersText(Record):
    """A sentence that a message also stands for other requests; that of a text message follows its text directly."""

    text: str
    sms: str


class OfficeText(Record):
    """A message to an office, with the placeholders ``${office}`` and ``${case}``."""

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
    """All notices in one language, and the closing paragraphs of every e-mail."""

    language: Language
    acknowledgement: NoticeText
    news: NoticeText
    information_asked: NoticeText
    others: OthersText
    closing: tuple[str, ...]

    def notice(self, template_id: TemplateId) -> NoticeText:
        """Return the text of one notice."""
        return {
            "acknowledgement": self.acknowledgement,
            "news": self.news,
            "information_asked": self.information_asked,
        }[template_id]


class Message(Record):
    """A rendered notice.

    Attributes:
        subject: The subject of the e-mail.
        text: The plain text of the e-mail.
        html: The HTML of the e-mail.
        sms: The text message.
        language: The language of the texts, which can differ from the requested one.
    """

    subject: str
    text: str
    html: str
    sms: str
    language: Language


@cache
def texts(language: Language) -> LanguageTexts:
    """Read the notices of one language."""
    return LanguageTexts.model_validate_json(TEMPLATES.joinpath(language, "notices.json").read_bytes())


def render(template_id: TemplateId, language: str, *, others: bool = False, **values: str) -> Message:
    """Render a notice to a requester.

    Args:
        template_id: The notice.
        language: A BCP 47 tag; the nearest available language is used.
        others: Whether the message also stands for other requests.
        values: ``receipt``, and ``look_up``: the address of the look-up page, or an empty string.

    Raises:
        NoticeTextError: The template is unknown, or a value is unknown, missing or malformed.
    """
    check_values(template_id, values)
    found = texts(choose_language(language))
    notice = found.notice(template_id)
    plain = _plain_values(found.language, values)
    paragraphs = (notice.opening, *([found.others.text] if others else []), *found.closing)
    sms_end = found.others.sms if others else ""
    return Message(
        subject=_substitute(notice.subject, plain),
        text="\n\n".join(_substitute(paragraph, plain) for paragraph in paragraphs) + "\n",
        html=_html(found.language, _substitute(notice.subject, plain), paragraphs, values),
        sms=_substitute(notice.sms, {**plain, "look_up": f"{sms_end}{plain['look_up']}"}),
        language=found.language,
    )


@cache
def office_texts() -> OfficeTexts:
    """Read the messages to offices."""
    return OfficeTexts.model_validate_json(TEMPLATES.joinpath("en", "office.json").read_bytes())


def render_for_office(template_id: OfficeTemplateId, *, case: str, office: str) -> Message:
    """Render a message to the duty mailbox of an office, in English; it identifies the case by its id only.

    Raises:
        NoticeTextError: The text has an unknown placeholder.
    """
    found = office_texts().notice(template_id)
    values = {"case": case, "office": office}
    subject, *paragraphs = (_substitute(text, values) for text in (found.subject, *found.paragraphs))
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
    return _page(language, subject, (_substitute(escape(paragraph, quote=False), inner) for paragraph in paragraphs))


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


def _substitute(text: str, values: Mapping[str, str]) -> str:
    try:
        return Template(text).substitute(values)
    except (KeyError, ValueError) as error:
        raise NoticeTextError(f"a text has an unknown placeholder: {error}") from error

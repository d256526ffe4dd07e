"""Notices: complete in every language, short, and without anything that reveals the matter to another reader."""

from __future__ import annotations

import json
import re
import unicodedata
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from casereview.notices.catalog import OFFICE_VERSIONS, VERSIONS, NoticeTextError
from casereview.notices.public_notice import LINE
from casereview.schema.languages import LANGUAGES, Language
from casereview.schema.notice_records import Notice
from casereview.schema.vocabulary import OfficeTemplateId, TemplateId
from notify.render import TEMPLATES, Message, _substitute, office_texts, render, render_for_office, texts

RECEIPT = "7K3M-Q9TX-0BVD-4HRN-2"
ADDRESS = "https://casereview.example.gov/status"
IDS: tuple[TemplateId, ...] = get_args(TemplateId)
TO_OFFICES: tuple[OfficeTemplateId, ...] = get_args(OfficeTemplateId)
EVERY_TEXT = [pytest.param(template, tag, id=f"{template}-{tag}") for template in IDS for tag in LANGUAGES]

FORBIDDEN: dict[str, list[str]] = json.loads((Path(__file__).parents[2] / "support/forbidden_words.json").read_bytes())
NAMES = re.compile(r"\b(ICE|ERO|DHS|USCIS|EOIR|CBP|DRIL|VAWA|SRO)\b|I-246|G-28")

SEGMENTS: dict[Language, int] = {"en": 1, "es": 1, "pt": 1, "ht": 1, "fr": 1, "zh": 2, "ru": 3, "pa": 3, "ar": 3}
"""The maximum number of segments of an SMS without the look-up address."""
GSM_7 = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic character set of 3GPP TS 23.038: one septet per character."""
ISOLATES = {"\u2066", "\u2069"}


def render_notice(template: TemplateId, language: str, look_up: str = ADDRESS, *, others: bool = False) -> Message:
    return render(template, language, others=others, receipt=RECEIPT, look_up=look_up)


def segments(sms: str) -> int:
    """Count the segments of a text message: up to 160 septets or 70 code units; 153 or 67 each if there are more."""
    if GSM_7.issuperset(sms):
        return 1 if len(sms) <= 160 else -(-len(sms) // 153)
    units = len(sms.encode("utf-16-le")) // 2
    return 1 if units <= 70 else -(-units // 67)


def parts(message: Message) -> tuple[str, ...]:
    return message.subject, message.text, message.html, message.sms


def texts_of(template: TemplateId, language: Language) -> str:
    """Return all texts of a notice, without the values that are the same in every language."""
    message = render_notice(template, language, look_up="", others=True)
    return f"{message.subject}\n{message.text}\n{message.sms}".replace(RECEIPT, "").replace(LINE, "")


class Page(HTMLParser):
    """Parses the paragraphs of an HTML page, and checks that each tag is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: dict[str, list[dict[str, str | None]]] = {}
        self.paragraphs: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.setdefault(tag, []).append(dict(attrs))
        if tag == "p":
            self.paragraphs.append("")
        if tag not in {"meta", "br"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "p" in self.open:
            self.paragraphs[-1] += data


def page(html: str) -> Page:
    found = Page()
    found.feed(html)
    found.close()
    assert not found.open
    return found


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_every_text_contains_the_receipt_and_the_telephone_line(template: TemplateId, language: Language) -> None:
    message = render_notice(template, language)
    assert message.language == language
    assert all(RECEIPT in part for part in parts(message))
    assert all(LINE in part for part in (message.text, message.html, message.sms))


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_every_language_has_the_same_placeholders_in_the_same_parts(template: TemplateId, language: Language) -> None:
    def slots(of: Language) -> list[list[str]]:
        notice, closing = texts(of).notice(template), texts(of).closing
        return [
            sorted(re.findall(r"\$\{(\w+)\}", text)) for text in (notice.subject, notice.opening, notice.sms, *closing)
        ]

    assert slots(language) == slots("en")
    assert slots("en") == [["receipt"], ["receipt"], ["line", "look_up", "receipt"], ["look_up"], ["line"], [], []]


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_every_language_has_the_current_version_of_each_text(template: TemplateId, language: Language) -> None:
    assert texts(language).language == language
    assert texts(language).notice(template).version == VERSIONS[template]


def test_there_is_a_folder_for_each_language_and_a_text_for_each_template() -> None:
    assert {path.name for path in TEMPLATES.iterdir()} == set(LANGUAGES)
    assert set(IDS) == set(VERSIONS)
    to_requester, to_office = get_args(Notice.model_fields["template"].annotation)
    assert get_args(to_requester) == IDS
    assert get_args(to_office) == TO_OFFICES
    assert {template: office_texts().notice(template).version for template in TO_OFFICES} == OFFICE_VERSIONS


@pytest.mark.parametrize("template", TO_OFFICES)
def test_no_office_notice_reveals_what_the_request_is_about(template: OfficeTemplateId) -> None:
    message = render_for_office(template, case="CASE", office="ATL")
    said = f"{message.subject}\n{message.text}\n{message.html}"
    assert not [word for word in FORBIDDEN["en"] if word.casefold() in said.casefold()]
    assert not NAMES.search(message.text)


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_no_notice_reveals_what_the_request_is_about(template: TemplateId, language: Language) -> None:
    said = texts_of(template, language)
    assert not [word for word in (*FORBIDDEN[language], *FORBIDDEN["en"]) if word.casefold() in said.casefold()]
    assert not NAMES.search(said)


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_no_placeholder_is_left_and_the_text_is_normalized(template: TemplateId, language: Language) -> None:
    for part in parts(render_notice(template, language, others=True)):
        assert not set(part) & set("{}$")
        assert unicodedata.is_normalized("NFC", part)
        assert "  " not in part


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_an_sms_has_a_limited_number_of_segments(template: TemplateId, language: Language) -> None:
    assert segments(render_notice(template, language, look_up="").sms) <= SEGMENTS[language]
    assert segments(render_notice(template, language).sms) <= SEGMENTS[language] + 1


@pytest.mark.parametrize("language", ["en", "es", "pt", "ht", "fr"])
def test_an_sms_in_latin_script_uses_gsm_7_characters_only(language: Language) -> None:
    assert all(GSM_7.issuperset(render_notice(template, language).sms) for template in IDS)


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_a_message_that_stands_for_others_says_so_once_in_each_part(template: TemplateId, language: Language) -> None:
    alone, message = render_notice(template, language), render_notice(template, language, others=True)
    added = texts(language).others
    assert message.subject == alone.subject
    assert message.text.split("\n\n") == [*alone.text.split("\n\n")[:1], added.text, *alone.text.split("\n\n")[1:]]
    assert page(message.html).paragraphs[1] == added.text
    assert message.sms == alone.sms.replace(f"\n{ADDRESS}", f"{added.sms}\n{ADDRESS}")
    assert segments(render_notice(template, language, look_up="", others=True).sms) <= SEGMENTS[language] + 1


@pytest.mark.parametrize(
    ("language", "codec"), [("zh", "gb2312"), ("ru", "cp1251"), ("pt", "cp1252"), ("fr", "cp1252")]
)
def test_a_text_can_be_encoded_in_the_codec_of_its_orthography(language: Language, codec: str) -> None:
    """GB 2312 contains only simplified characters."""
    for template in IDS:
        texts_of(template, language).encode(codec)


@pytest.mark.parametrize(
    ("language", "script"), [("zh", "CJK"), ("pa", "GURMUKHI"), ("ru", "CYRILLIC"), ("ar", "ARABIC"), ("ht", "LATIN")]
)
def test_no_word_mixes_scripts(language: Language, script: str) -> None:
    for template in IDS:
        for word in re.findall(r"[^\W\d_]+", texts_of(template, language)):
            names = {unicodedata.name(letter).split()[0] for letter in word if letter.isalpha()}
            assert names <= {script} or word in {"Case", "Review"}, word


@pytest.mark.parametrize("template", IDS)
def test_only_arabic_isolates_the_receipt_and_the_telephone_number(template: TemplateId) -> None:
    arabic = render_notice(template, "ar")
    for part in (arabic.subject, arabic.text, arabic.sms):
        assert part.count(f"\u2066{RECEIPT}\u2069") == part.count(RECEIPT)
        assert part.count(f"\u2066{LINE}\u2069") == part.count(LINE)
    assert not ISOLATES & set(
        "".join(render_notice(template, language).text for language in LANGUAGES if language != "ar")
    )


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_the_html_contains_the_plain_text(template: TemplateId, language: Language) -> None:
    message = render_notice(template, language)
    found = page(message.html)
    plain = "".join(letter for letter in message.text.strip() if letter not in ISOLATES)
    assert found.paragraphs == plain.split("\n\n")
    assert found.attributes["html"] == [{"lang": language, "dir": "rtl" if language == "ar" else "ltr"}]
    assert found.attributes["a"] == [{"href": ADDRESS, "dir": "ltr"}]


def test_an_address_with_special_characters_is_escaped_in_html() -> None:
    message = render("news", "en", receipt=RECEIPT, look_up="https://example.gov/?a=1&copy=2")
    assert 'href="https://example.gov/?a=1&amp;copy=2"' in message.html
    assert "https://example.gov/?a=1&copy=2" in message.text


@pytest.mark.parametrize(("template", "language"), EVERY_TEXT)
def test_without_a_lookup_address_the_texts_contain_no_link(template: TemplateId, language: Language) -> None:
    message = render_notice(template, language, look_up="")
    assert "http" not in "".join(parts(message))
    assert "\n" not in message.sms
    assert len(message.text.strip().split("\n")) == 2 * len(message.text.strip().split("\n\n")) - 1


def test_a_lookup_address_is_on_its_own_line() -> None:
    message = render_notice("news", "ar")
    assert ADDRESS in message.text.split("\n")
    assert message.sms.split("\n")[1:] == [ADDRESS]


def test_a_language_without_texts_gets_the_nearest_language() -> None:
    assert render_notice("news", "quc") == render_notice("news", "es")
    assert render_notice("news", "pa-PK").language == "en"


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"look_up": ""}, "news has missing values: receipt"),
        ({"receipt": RECEIPT}, "news has missing values: look_up"),
        ({"receipt": RECEIPT, "look_up": "", "code": "1", "a": "2"}, "news has unknown values: a, code"),
        ({"receipt": "", "look_up": ""}, "news has malformed values: receipt"),
        ({"receipt": RECEIPT + "\nBcc: x", "look_up": ""}, "news has malformed values: receipt"),
        ({"receipt": "<b>", "look_up": ""}, "news has malformed values: receipt"),
        ({"receipt": RECEIPT, "look_up": "javascript:alert(1)"}, "news has malformed values: look_up"),
        ({"receipt": RECEIPT, "look_up": 'https://a"b'}, "news has malformed values: look_up"),
        ({"receipt": RECEIPT, "look_up": "https://a b"}, "news has malformed values: look_up"),
    ],
)
def test_a_missing_unknown_or_malformed_value_is_rejected_and_not_repeated(
    values: dict[str, str], complaint: str
) -> None:
    with pytest.raises(NoticeTextError) as refused:
        render("news", "en", others=False, **values)
    assert str(refused.value) == complaint


def test_an_unknown_placeholder_is_rejected() -> None:
    with pytest.raises(NoticeTextError, match="a text has an unknown placeholder: 'code'"):
        _substitute("Your code is ${code}", {"receipt": RECEIPT})


def test_an_unknown_template_is_rejected() -> None:
    unknown: TemplateId = "decision"  # type: ignore[assignment]  # as a damaged notice would name it
    with pytest.raises(NoticeTextError, match="unknown template decision"):
        render(unknown, "en", receipt=RECEIPT, look_up="")

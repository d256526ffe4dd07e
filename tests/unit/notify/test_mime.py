"""The e-mail of a notice, parsed with the standard library."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

import pytest

from casereview.schema.languages import LANGUAGES, Language
from notify.mime import UnsendableError, build_mime
from notify.render import render

SENDER = "notices@casereview.example.gov"
RECIPIENT = "someone@example.org"
NOTICE = render("news", "ar", receipt="7K3M-Q9TX-0BVD-4HRN-2", look_up="https://casereview.example.gov/status")


def read(raw: bytes) -> EmailMessage:
    found = message_from_bytes(raw, policy=default)
    assert isinstance(found, EmailMessage)
    return found


def content(mail: EmailMessage, kind: str) -> str:
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


@pytest.mark.parametrize("language", LANGUAGES)
def test_subject_plain_text_and_html_are_preserved(language: Language) -> None:
    notice = render("acknowledgement", language, receipt="7K3M-Q9TX-0BVD-4HRN-2", look_up="")
    mail = read(build_mime(notice, SENDER, RECIPIENT))
    assert mail["Subject"] == notice.subject
    assert content(mail, "plain") == notice.text
    assert content(mail, "html") == notice.html
    assert mail["Content-Language"] == language


def test_the_plain_text_part_precedes_the_html_part() -> None:
    mail = read(build_mime(NOTICE, SENDER, RECIPIENT))
    assert [part.get_content_type() for part in mail.walk()] == ["multipart/alternative", "text/plain", "text/html"]
    assert all(part.get_content_charset() == "utf-8" for part in mail.iter_parts())


def test_the_mail_is_marked_as_automatic_and_has_no_date_and_message_id() -> None:
    mail = read(build_mime(NOTICE, SENDER, RECIPIENT))
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["From"] == SENDER
    assert mail["To"] == RECIPIENT
    assert "Date" not in mail
    assert "Message-ID" not in mail
    assert not mail.defects


def test_the_mail_is_seven_bit_with_short_lines() -> None:
    raw = build_mime(NOTICE, SENDER, RECIPIENT)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_an_additional_header_is_added() -> None:
    mail = read(build_mime(NOTICE, SENDER, RECIPIENT, {"X-SES-CONFIGURATION-SET": "mail"}))
    assert mail["X-SES-CONFIGURATION-SET"] == "mail"


@pytest.mark.parametrize(
    "address",
    [
        "a@example.org\r\nBcc: b@example.org",
        "a@example.org, b@example.org",
        "a@example.org\n",
        "Name <a@example.org>",
        "a\x00@example.org",
        "ä@example.org",
        "a@exämple.org",
        "@example.org",
        "a@b@c",
        "a@",
        "a",
        "@",
        "",
    ],
)
def test_an_unsafe_address_is_rejected(address: str) -> None:
    for sender, recipient in ((SENDER, address), (address, RECIPIENT)):
        with pytest.raises(UnsendableError) as refused:
            build_mime(NOTICE, sender, recipient)
        assert str(refused.value) == "not a valid e-mail address"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "b\r\nBcc: c@example.org"),
        ("X-A\r\nBcc", "c@example.org"),
        ("X-A: b", "c"),
        ("", "c"),
        ("X-A", "ä"),
        ("subject", "another"),
        ("To", "another@example.org"),
        ("Content-Type", "text/plain"),
    ],
)
def test_an_unsafe_or_duplicate_header_is_rejected(name: str, value: str) -> None:
    with pytest.raises(UnsendableError, match="a header cannot be added"):
        build_mime(NOTICE, SENDER, RECIPIENT, {name: value})


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_subject_has_no_line_break(language: Language) -> None:
    notice = render("information_asked", language, receipt="7K3M-Q9TX-0BVD-4HRN-2", look_up="")
    assert "\n" not in read(build_mime(notice, SENDER, RECIPIENT))["Subject"]

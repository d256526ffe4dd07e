"""Build raw e-mails for SES: plain text, then HTML, with protection against header injection.

SES adds Date and Message-ID. The header Auto-Submitted (RFC 3834) prevents automatic replies.
"""

from __future__ import annotations

import re
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from typing import TYPE_CHECKING, Final

from casereview.schema.errors import CaseReviewError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from notify.render import Message

_SEVEN_BIT: Final = SMTP.clone(cte_type="7bit")
"""SES accepts raw mail in 7-bit ASCII only; the texts are encoded."""
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,70}")


class UnsendableError(CaseReviewError):
    """An address or header is not safe in an e-mail. The text of the error does not repeat it."""


class SenderError(UnsendableError):
    """The sender's address is not valid."""


def build_mime(message: Message, sender: str, recipient: str, headers: Mapping[str, str] | None = None) -> bytes:
    """Return an e-mail in MIME format.

    Args:
        message: The texts and their language.
        sender: A plain address in ASCII.
        recipient: A plain address in ASCII.
        headers: Additional headers, such as ``X-SES-CONFIGURATION-SET``; they cannot replace other headers.

    Raises:
        SenderError: The sender's address is not valid.
        UnsendableError: The recipient's address or a header is not safe.
    """
    mail = EmailMessage(policy=_SEVEN_BIT)
    mail["From"] = _sender(sender)
    mail["To"] = _address(recipient)
    mail["Subject"] = message.subject
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(message.text)
    mail.add_alternative(message.html, subtype="html")
    mail["Content-Language"] = message.language  # set_content clears such headers
    _add_headers(mail, headers or {})
    return mail.as_bytes()


def _address(plain: str) -> Address:
    try:
        address = Address(addr_spec=plain)
    except (HeaderParseError, ValueError, IndexError):
        raise UnsendableError("not a valid e-mail address") from None
    if not plain.isascii() or not plain.isprintable() or not address.username or not address.domain:
        raise UnsendableError("not a valid e-mail address")
    return address


def _sender(plain: str) -> Address:
    try:
        return _address(plain)
    except UnsendableError as error:
        raise SenderError(*error.args) from error


def _add_headers(mail: EmailMessage, headers: Mapping[str, str]) -> None:
    for name, value in headers.items():
        if not _HEADER_NAME.fullmatch(name) or not value.isascii() or not value.isprintable() or name in mail:
            raise UnsendableError("a header cannot be added")
        mail[name] = value

"""Addresses as mail servers write them in their reports, in the form in which contacts are stored."""

from __future__ import annotations

from email.utils import getaddresses
from typing import Final

from casereview.schema.email_addresses import read_email

_TYPES: Final = ("rfc822;", "utf-8;")
"""The address types of a delivery status notification (RFC 3464, 2.3.1 and RFC 6533)."""


def plain_address(text: str) -> str | None:
    """Return the e-mail address in a text such as ``Ana <ana@example.org>``; None if there is none, or more than one.

    Names, comments, unnecessary quotes and the address type of a notification are left out; an international domain is
    written in ASCII, as in stored contacts. Case is kept: the MAC of an address ignores it.
    """
    for kind in _TYPES:
        if text.strip().lower().startswith(kind):
            text = text.strip()[len(kind) :]
    found = [address for _, address in getaddresses([text]) if address]
    if len(found) != 1:
        return None
    valid = read_email(found[0], in_reports=True)
    return (valid.ascii_email or valid.normalized) if valid else None

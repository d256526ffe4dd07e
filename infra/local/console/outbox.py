"""The outbox: the e-mails and text messages that were sent, decoded to plain text."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parseaddr
from threading import Lock
from typing import Any

SentMessage = dict[str, str]


class Outbox:
    """Fetches sent messages once each and keeps them decoded.

    Args:
        fetch: returns the send calls after the first `n`, at most one page of them; empty if there are no more.
    """

    def __init__(self, fetch: Callable[[int], list[dict[str, Any]]]) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._fetched = 0
        self._lines: list[tuple[str, str]] = []  # recipient, message as JSON

    def as_json(self, to: str | None = None) -> bytes:
        """Return all messages as JSON, oldest first, or only those to one recipient."""
        with self._lock:
            while calls := self._fetch(self._fetched):
                self._fetched += len(calls)
                self._lines += [
                    (message["to"], json.dumps(message, ensure_ascii=False))
                    for call in calls
                    for message in decode_call(call)
                ]
            wanted = [line for recipient, line in self._lines if to is None or recipient == to]
        return ("[" + ",\n".join(wanted) + "]").encode()


def decode_call(call: Mapping[str, Any]) -> list[SentMessage]:
    """Return the messages of one call to SES or AWS End User Messaging, one per recipient."""
    sent_at = datetime.fromtimestamp(call["sent_at"], UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    parameters = call["request"]
    if call["channel"] == "sms":
        return [_sms(parameters, sent_at)]
    content = parameters["Content"]
    to, text = _raw(content["Raw"]["Data"]) if "Raw" in content else _simple(content["Simple"])
    destination = parameters.get("Destination") or {}
    named = [
        address for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for address in destination.get(kind, [])
    ]
    recipients = [parseaddr(address)[1] for address in named] or to
    return [{"channel": "email", "to": recipient, **text, "sent_at": sent_at} for recipient in recipients]


def _raw(data: str) -> tuple[list[str], SentMessage]:
    """Return the recipients and the text of a MIME message.

    It uses the legacy interface of `email`, which is five times as fast as the modern one.
    """
    message = message_from_bytes(base64.b64decode(data))
    part = next((part for part in message.walk() if part.get_content_type() == "text/plain"), None)
    addresses = [address for _, address in getaddresses([_header(message, "To")])]
    text = {
        "language": _header(message, "Content-Language") or (_header(part, "Content-Language") if part else ""),
        "subject": _header(message, "Subject"),
        "body": _text(part) if part else "",
    }
    return addresses, text


def _header(message: Message, name: str) -> str:
    """Return a decoded header on one line: long headers are folded."""
    return " ".join(str(make_header(decode_header(str(message.get(name, ""))))).split())


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    return content.decode(part.get_content_charset("utf-8"), "replace").replace("\r\n", "\n")


def _simple(content: Mapping[str, Any]) -> tuple[list[str], SentMessage]:
    headers = {each["Name"].lower(): each["Value"] for each in content.get("Headers", [])}
    text = {
        "language": headers.get("content-language", ""),
        "subject": content["Subject"]["Data"],
        "body": content["Body"].get("Text", {}).get("Data", ""),
    }
    return [], text


def _sms(parameters: Mapping[str, Any], sent_at: str) -> SentMessage:
    return {
        "channel": "sms",
        "to": parameters["DestinationPhoneNumber"],
        "language": (parameters.get("Context") or {}).get("language", ""),
        "subject": "",
        "body": parameters["MessageBody"],
        "sent_at": sent_at,
    }

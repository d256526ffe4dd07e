"""What was sent, as its reader sees it: e-mails decoded to their plain text, text messages as they are."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from threading import Lock
from typing import Any

Sent = dict[str, str]


class Outbox:
    """Reads what the front kept, once each, and remembers it in the form that is served.

    Args:
        fetch: gives what was sent after the first `n`.
    """

    def __init__(self, fetch: Callable[[int], list[dict[str, Any]]]) -> None:
        self._fetch = fetch
        self._lock = Lock()
        self._taken = 0
        self._lines: list[tuple[str, str]] = []  # recipient, message as JSON

    def as_json(self, to: str | None = None) -> bytes:
        """All messages, oldest first, or those to one recipient."""
        with self._lock:
            for sending in self._fetch(self._taken):
                self._taken += 1
                self._lines += [(message["to"], json.dumps(message, ensure_ascii=False)) for message in read(sending)]
            wanted = [line for recipient, line in self._lines if to is None or recipient == to]
        return ("[" + ",\n".join(wanted) + "]").encode()


def read(sending: Mapping[str, Any]) -> list[Sent]:
    """The messages of one call to SES or SNS, one for each recipient."""
    sent_at = datetime.fromtimestamp(sending["sent_at"], UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    parameters = sending["request"]
    if sending["channel"] == "sms":
        return [_sms(parameters, sent_at)]
    content = parameters["Content"]
    to, text = _raw(content["Raw"]["Data"]) if "Raw" in content else _simple(content["Simple"])
    destination = parameters.get("Destination") or {}
    named = [
        address for kind in ("ToAddresses", "CcAddresses", "BccAddresses") for address in destination.get(kind, [])
    ]
    recipients = [parseaddr(address)[1] for address in named] or to
    return [{"channel": "email", "to": recipient, **text, "sent_at": sent_at} for recipient in recipients]


def _raw(data: str) -> tuple[list[str], Sent]:
    message = message_from_bytes(base64.b64decode(data), policy=policy.default)
    if not isinstance(message, EmailMessage):
        raise TypeError("the policy makes EmailMessage")
    part = message.get_body(preferencelist=("plain",))
    addresses = [address for _, address in getaddresses([str(each) for each in message.get_all("To", [])])]
    text = {
        "language": str(message.get("Content-Language") or (part or message).get("Content-Language", "")),
        "subject": str(message.get("Subject", "")),
        "body": part.get_content().replace("\r\n", "\n") if part is not None else "",
    }
    return addresses, text


def _simple(content: Mapping[str, Any]) -> tuple[list[str], Sent]:
    headers = {each["Name"].lower(): each["Value"] for each in content.get("Headers", [])}
    text = {
        "language": headers.get("content-language", ""),
        "subject": content["Subject"]["Data"],
        "body": content["Body"].get("Text", {}).get("Data", ""),
    }
    return [], text


def _sms(parameters: Mapping[str, Any], sent_at: str) -> Sent:
    return {
        "channel": "sms",
        "to": parameters["PhoneNumber"],
        "language": _attribute(parameters, "language"),
        "subject": "",
        "body": parameters["Message"],
        "sent_at": sent_at,
    }


def _attribute(parameters: Mapping[str, Any], name: str) -> str:
    """A message attribute, in SNS's query protocol: numbered entries of name and value."""
    prefix = next(
        (
            key.removesuffix("Name")
            for key, value in parameters.items()
            if key.startswith("MessageAttributes.entry.") and key.endswith(".Name") and value == name
        ),
        None,
    )
    return str(parameters.get(f"{prefix}Value.StringValue", "")) if prefix else ""

from __future__ import annotations

import base64
import json
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

from infra.local.console.outbox import Outbox


def mail(to: str, subject: str = "Señal") -> dict[str, Any]:
    message = EmailMessage(policy=SMTP)
    message["To"], message["Subject"] = to, subject
    message.set_content("Hola\nadiós\n")
    message["Content-Language"] = "es"
    message.add_alternative("<p>Hola</p>", subtype="html")
    raw = base64.b64encode(message.as_bytes()).decode()
    request = {"Content": {"Raw": {"Data": raw}}, "Destination": {"ToAddresses": [to]}}
    return {"channel": "email", "sent_at": 1.5, "request": request}


SMS = {
    "channel": "sms",
    "sent_at": 1_700_000_000.0,
    "request": {"DestinationPhoneNumber": "+15550100", "MessageBody": "hello", "Context": {"language": "en"}},
}
SIMPLE = {
    "channel": "email",
    "sent_at": 3.0,
    "request": {
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}, "Html": {"Data": "h"}}}},
        "Destination": {"ToAddresses": ["A <a@example.org>"], "CcAddresses": ["b@example.org"]},
    },
}


def test_messages_are_decoded_to_plain_text() -> None:
    sent = [mail("Ana <ana@example.org>"), SMS, SIMPLE]
    box = Outbox(lambda taken: sent[taken:])
    first, second, third, fourth = json.loads(box.as_json())
    assert first == {
        "channel": "email",
        "to": "ana@example.org",
        "language": "es",
        "subject": "Señal",
        "body": "Hola\nadiós\n",
        "sent_at": "1970-01-01T00:00:01.500Z",
    }
    assert (second["channel"], second["to"], second["language"], second["body"]) == ("sms", "+15550100", "en", "hello")
    assert (third["to"], third["body"], fourth["to"]) == ("a@example.org", "t", "b@example.org")


def test_a_folded_subject_is_shown_on_one_line() -> None:
    subject = "Case Review: nou bezwen yon bagay nan men ou (resi VTD5-DV3N-GR6T-802Y-4)"
    sent = [mail("ana@example.org", subject)]
    box = Outbox(lambda taken: sent[taken:])
    assert json.loads(box.as_json())[0]["subject"] == subject


def test_each_message_is_fetched_once_and_kept() -> None:
    sent = [SMS]
    asked: list[int] = []

    def fetch(taken: int) -> list[dict[str, Any]]:
        asked.append(taken)
        return sent[taken:]

    box = Outbox(fetch)
    box.as_json()
    sent.append(mail("ana@example.org"))
    assert len(json.loads(box.as_json())) == 2
    assert [each["channel"] for each in json.loads(box.as_json("ana@example.org"))] == ["email"]
    assert asked == [0, 1, 1, 2, 2]

"""The way of a request, as its requester sees it: filed, ranked, acknowledged, looked up."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes, policy
from typing import Any

import pytest

from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from tests.support.local.local_system import ROOT, Answer, Local, eventually
from tests.support.system import body

LANGUAGES = {
    "en": "en",
    "es-419": "es",
    "pt-BR": "pt",
    "ht": "ht",
    "zh-Hant-TW": "zh",
    "pa-IN": "pa",
    "ru": "ru",
    "ar-EG": "ar",
    "fr-CM": "fr",
}
"""The language asked for, and that of the text."""
SILENT: dict[str, dict[str, Any]] = {
    "prefers_none": {"email": "silent-1@example.org", "preferred": "none"},
    "is_unsafe": {"email": "silent-2@example.org", "phone": "+12025550102", "safe_to_contact": False},
    "prefers_letters": {"email": "silent-3@example.org", "preferred": "letter"},
    "prefers_to_be_called": {"email": "silent-4@example.org", "phone": "+12025550103", "preferred": "phone"},
}


def request_of(number: int, **contact: Any) -> dict[str, Any]:  # noqa: ANN401  # any field
    """A request about a person of its own."""
    requester = {"role": "self", "name": "Ana Example", "contact": contact}
    return {**body(subject={"a_number": f"A000-{number:06d}"}), "requester": requester}


def opening(language: str, receipt: str) -> str:
    """The first sentence of an acknowledgement, as the template has it."""
    texts = json.loads((ROOT / "functions/notify/templates" / language / "notices.json").read_text())
    receipt = f"\N{LEFT-TO-RIGHT ISOLATE}{receipt}\N{POP DIRECTIONAL ISOLATE}" if language == "ar" else receipt
    return str(texts["acknowledgement"]["opening"]).replace("${receipt}", receipt)


def notice_of(local: Local, filed: dict[str, str]) -> Notice:
    case_id = local.read(Request, keys.request(filed["receipt"])).case_id
    return local.read(Notice, keys.notice(case_id, f"acknowledgement-{filed['receipt']}"))


def ended(local: Local, filed: dict[str, str]) -> Notice:
    """Wait until a request's acknowledgement was sent or given up."""

    def look() -> Notice | None:
        notice = notice_of(local, filed)
        return notice if notice.state in {"sent", "undeliverable", "handed_over"} else None

    return eventually(look)


def test_a_request_is_accepted_with_a_receipt_and_a_code_then_ranked_and_shown(local: Local) -> None:
    filed = local.file(request_of(1, email="one@example.org", language="es"))
    assert (filed["field_office"], filed["notice"]["language"]) == ("ATL", "es")
    shown = local.ranked(filed)
    assert shown["receipt"] == filed["receipt"]
    assert (shown["status"], shown["disclosure"], shown["lane"]) == ("received", "limited", "detained")
    assert local.case_of(filed).status == "in_line"


@pytest.mark.parametrize(("asked", "language"), LANGUAGES.items())
def test_one_acknowledgement_is_sent_in_the_requesters_language(local: Local, asked: str, language: str) -> None:
    address = f"{asked.lower()}@example.org"
    filed = local.file(request_of(100 + list(LANGUAGES).index(asked), email=address, language=asked))
    ended(local, filed)
    (sent,) = local.sent_to(address)
    assert (sent["channel"], sent["language"]) == ("email", language)
    assert sent["body"].startswith(opening(language, filed["receipt"]))
    assert filed["receipt"] in sent["subject"]
    assert filed["access_code"] not in sent["body"] + sent["subject"]


def test_an_arabic_e_mail_runs_from_right_to_left_around_its_receipt(local: Local) -> None:
    filed = local.file(request_of(120, email="rtl@example.org", language="ar"))
    ended(local, filed)
    (mail,) = [mail for mail in local.raw_mail() if b"To: rtl@example.org" in mail]
    html = html_of(mail)
    assert '<html lang="ar" dir="rtl">' in html
    assert f'<bdi dir="ltr">{filed["receipt"]}</bdi>' in html


def html_of(mail: bytes) -> str:
    part = message_from_bytes(mail, policy=policy.default).get_body(("html",))
    assert part is not None
    return str(part.get_content())


def test_who_gave_only_a_phone_gets_one_text_message_in_the_language(local: Local) -> None:
    filed = local.file(request_of(130, phone="+12025550101", language="ht"))
    assert ended(local, filed).state == "sent"
    (sent,) = local.sent_to("+12025550101")
    assert (sent["channel"], sent["language"], sent["subject"]) == ("sms", "ht", "")
    assert filed["receipt"] in sent["body"]


@pytest.mark.parametrize("contact", SILENT.values(), ids=SILENT)
def test_no_word_is_sent_to_whoever_wants_or_may_get_none(local: Local, contact: dict[str, Any]) -> None:
    filed = local.file(request_of(140 + list(SILENT.values()).index(contact), **contact))
    notice = ended(local, filed)
    state = "handed_over" if contact.get("preferred") == "phone" else "undeliverable"
    assert (notice.state, notice.sends) == (state, 0)
    assert not {contact.get("email"), contact.get("phone")} & {message["to"] for message in local.outbox()}
    assert local.ranked(filed)["status"] == "received"


def test_a_wrong_receipt_and_a_wrong_code_are_answered_with_the_same_bytes_and_headers(local: Local) -> None:
    filed, other = (local.file(request_of(number, email="404@example.org")) for number in (150, 151))
    for method, what, sent in (
        ("GET", "", None),
        ("POST", "/updates", {"statement": "More."}),
        ("POST", "/withdrawal", {}),
        ("POST", "/escalation", {"statement": "Look again."}),
    ):
        answers = [
            local.on({**filed, "access_code": other["access_code"]}, method, what, sent),
            local.on({**filed, "receipt": "0000-0000-0000-0000-0"}, method, what, sent),
            local.on({"receipt": "x" * 300, "access_code": "x"}, method, what, sent),
            local.call(method, f"/requests/{filed['receipt']}{what}", sent),
        ]
        assert {answer.status for answer in answers} == {404}
        assert len({answer.without_ids for answer in answers}) == 1
        assert answers[0].content_type == "application/problem+json"


def post_with_key(local: Local, key: str, sent: dict[str, Any]) -> Answer:
    return local.call("POST", "/requests", sent, {"Idempotency-Key": key})


def cases_of(local: Local, answers: list[Answer]) -> set[str]:
    receipts = {answer.json()["receipt"] for answer in answers}
    return {local.read(Request, keys.request(receipt)).case_id for receipt in receipts}


def test_the_same_post_twice_under_one_key_gives_the_same_bytes_and_one_case(local: Local) -> None:
    sent = request_of(160, email="twice@example.org")
    first = post_with_key(local, "the-same-key-twice", sent)
    local.ranked(first.json())
    second = post_with_key(local, "the-same-key-twice", sent)
    assert (first.status, second.status) == (201, 201)
    assert first.body == second.body
    (case_id,) = cases_of(local, [first, second])
    assert local.read(Case, keys.case(case_id)).requests == 1
    ended(local, first.json())
    assert len(local.sent_to("twice@example.org")) == 1


def test_ten_at_once_under_one_key_get_ten_equal_answers_and_one_case(local: Local) -> None:
    sent = request_of(161, email="ten@example.org")
    with ThreadPoolExecutor(10) as pool:
        answers = list(pool.map(lambda _: post_with_key(local, "ten-at-once-one-key", sent), range(10)))
    assert {answer.status for answer in answers} == {201}
    assert len({answer.body for answer in answers}) == 1
    (case_id,) = cases_of(local, answers)
    assert local.read(Case, keys.case(case_id)).requests == 1
    ended(local, answers[0].json())
    assert len(local.sent_to("ten@example.org")) == 1


def test_another_body_under_a_used_key_is_refused(local: Local) -> None:
    assert post_with_key(local, "one-key-two-bodies", request_of(162)).status == 201
    refused = post_with_key(local, "one-key-two-bodies", request_of(163))
    assert (refused.status, refused.content_type) == (422, "application/problem+json")
    assert refused.json()["errors"][0]["pointer"] == "Idempotency-Key"

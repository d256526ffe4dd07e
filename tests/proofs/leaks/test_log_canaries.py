"""Words of ours in every sealed field go through all flows and faults: they are found nowhere but sealed."""

from __future__ import annotations

import base64
import io
import logging
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, redirect_stderr, redirect_stdout
from dataclasses import dataclass, field
from typing import Any

import pytest
from moto import mock_aws

import casereview.usecases.services
import intake.services
import notify.services
import prioritize.services
import review.services
from infra.documents.openapi.document import Api
from infra.documents.openapi.public import PUBLIC
from infra.documents.openapi.staff import STAFF
from prioritize.app import FailedError
from tests.support.aws_faults import Responder, fails, intercept, refuses
from tests.support.canaries.sealed_fields import NOT_SEALED, every_field_has_a_canary, leaves
from tests.support.clouds import table_definition
from tests.support.moto_speed import fast_moto
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Watched
from tests.support.scenarios.full_day import OFFICER, CanaryWords, case_id_of, filing, run_full_day
from tests.support.scenarios.policy_office import publish_policies

pytestmark = pytest.mark.proof(6)
DISCLOSED = {"reasons", "conditions", "asked", "asked_in", "reference", "language"}
"""What a requester reads in the status or as understood: the office's texts, the own reference and language."""
NAMED = {"relief", "field"}
"""A fault names the values that a field may have, and points to a field that is not known: by the name it was given."""
ALLOWED = {"errors": NAMED, "public answers": NAMED | DISCLOSED}
READ_BY_STAFF = {
    "requester", "organization", "relationship", "given", "family", "citizenship", "uscis", "county", "offense",
    "grounds", "prior", "statement", "answer", "escalation", "reasons", "internal", "asked", "why", "verify", "id",
    "removal", "link", "reopening", "born", "a_number1001", "update", "language", "moved_facility", "moved_county",
    "asked_in", "noted", "noted_with", "draft",
}  # fmt: skip
LOGGERS = [
    module.logger
    for module in (casereview.usecases.services, *(m.services for m in (intake, notify, prioritize, review)))
]


@dataclass
class Seen:
    """All that the system left behind: by place, as text; the words and codes that must not be in it."""

    words: CanaryWords
    system: Watched
    places: dict[str, str] = field(default_factory=dict)
    codes: set[str] = field(default_factory=set)
    read: str = ""


@contextmanager
def _listening() -> Iterator[Callable[[], dict[str, str]]]:
    """Take what is printed and logged, by our loggers at their most talkative and by libraries as on Lambda."""
    printed, logged, libraries = io.StringIO(), io.StringIO(), io.StringIO()
    root = logging.getLogger()
    listener = logging.StreamHandler(libraries)
    listener.setLevel(logging.WARNING)
    streams = {handler: handler.stream for logger in LOGGERS for handler in logger.handlers}
    with redirect_stdout(printed), redirect_stderr(printed), ExitStack() as after:
        root.addHandler(listener)
        after.callback(root.removeHandler, listener)
        for handler, stream in streams.items():
            handler.setStream(logged)
            after.callback(handler.setStream, stream)
        for logger in LOGGERS:
            after.callback(logger.setLevel, logger.log_level)
            logger.setLevel("DEBUG")
        yield lambda: {
            "printed": printed.getvalue(),
            "logged": logged.getvalue(),
            "libraries": libraries.getvalue(),
        }


def _faults(system: Watched, words: CanaryWords) -> None:
    """Let every service refuse, with our words in its error text, wherever a function may meet it."""
    text = " ".join(words.made.values())
    acts: list[tuple[str, Responder]] = [
        ("kms.GenerateMac", refuses("KMSInvalidStateException", text)),
        ("kms.GenerateDataKey", refuses("DisabledException", text)),
        ("dynamodb.GetItem", refuses("AccessDeniedException", text)),
        ("dynamodb.TransactWriteItems", refuses("ValidationException", text)),
        ("dynamodb.TransactWriteItems", fails(ValueError(text))),
    ]
    for operation, act in acts:
        with intercept(operation, act):
            assert system.call("POST", "/requests", filing(words, 1020)).status == 503
    with intercept("sqs.SendMessage", refuses("AccessDenied", text)):
        filed = system.file(filing(words, 1021))
    with intercept("kms.Decrypt", refuses("DisabledException", text)):
        system.on(filed, "POST", "/updates", {"contact": {"phone": words.made["phone1021"]}})
        system.staff(OFFICER, "GET", f"/staff/cases/{case_id_of(system, filed)}")
        system.settle(3)
    for act in (refuses("MessageRejected", text), fails(ValueError(text))):
        system.file(filing(words, 1022))
        with intercept("sesv2.SendEmail", act):
            system.pump()
    for operation in ("Query", "TransactWriteItems"):
        system.file(filing(words, 1023))
        with intercept(f"dynamodb.{operation}", refuses("ValidationException", text)):
            system.pump()


def _poison(system: Watched, words: CanaryWords) -> None:
    for url in system.queues.values():
        for body in (words.word("poison"), f'{{"schema": 1, "case_id": "{words.word("poison")}", "x": 1}}'):
            system.sqs.send_message(QueueUrl=url, MessageBody=body)
    system.pump()
    at = f"/staff/cases/{words.word('poison')}"
    assert system.staff(OFFICER, "GET", at).status == 404
    assert system.staff(OFFICER, "POST", "/staff/requests", {words.word("field"): 1}).status == 422
    assert system.staff(OFFICER, "GET", f"/staff/worklist?office=ATL&cursor={words.word('poison')}").status == 400


def _sent(system: Watched) -> str:
    """Return the bodies of all messages that functions put into queues."""
    calls = [call for calls in system.by_function.values() for call in calls]
    return "\n".join(str(call.parameters) for call in calls if call.operation == "SendMessage")


def _projected(system: Watched, index: str) -> str:
    pages = system.dynamodb.get_paginator("scan").paginate(TableName=system.table, IndexName=index)
    return "\n".join(str(item) for page in pages for item in page["Items"])


def _kept(system: Watched) -> dict[str, str]:
    indexes = table_definition()["GlobalSecondaryIndexes"]
    mail = [re.sub(r"(?im)^to:.*$", "", sent.raw) + sent.subject + sent.body for sent in system.outbox()]
    items = system.items()
    return {
        "table": "\n".join(map(str, items)),
        "previews": _of_kind(items, "PREVIEW"),
        "snapshots": _of_kind(items, "SNAPSHOT"),
        "messages": "\n".join(mail),
        "indexes": "\n".join(_projected(system, index["IndexName"]) for index in indexes),
    }


def _of_kind(items: Sequence[dict[str, Any]], kind: str) -> str:
    return "\n".join(str(item) for item in items if kind in item["pk"]["S"] + item["sk"]["S"])


@pytest.fixture(scope="module")
def seen() -> Iterator[Seen]:
    """Go through everything once, with faults, and keep what was left behind."""
    with fast_moto(), mock_aws(), _listening() as heard:
        found = Seen(CanaryWords(), Watched())
        words, system = found.words, found.system
        filed = run_full_day(system, words)
        publish_policies(system, words)
        hidden = filing(words, 1012)
        hidden["facts"]["relief_pending"] = [words.known("relief", "u_visa")]
        system.file(hidden)
        _faults(system, words)
        _poison(system, words)
        system.settle(3)
        found.read = _read_by_staff(system, filed)
        found.places |= _kept(system)
        system.dynamodb.delete_table(TableName=system.table)
        assert system.call("POST", "/requests", filing(words, 1024)).status == 503
        assert system.staff(OFFICER, "GET", "/staff/worklist?office=ATL").status == 503
        with pytest.raises(FailedError):
            system.sweep()
        system.pump()
        answers = [(who, answer) for who, answer in system.answers if answer.status >= 400]
        found.places |= {"errors": "\n".join(answer.body for _who, answer in answers), "queues": _sent(system)}
        public = [answer.body for who, answer in system.answers if who == "public"]
        found.places["public answers"] = "\n".join(public)
        pairs = zip(system.exchanges, system.answers, strict=True)
        told = [answer.body for sent, (_who, answer) in pairs if "/policies" in sent.path or "/summary" in sent.path]
        found.places["policy answers"] = "\n".join(told)
        found.codes = {code for _who, answer in system.answers for code in _codes(answer.body)}
        found.places |= heard()
        yield found


def _codes(body: str) -> list[str]:
    return re.findall(r'"access_code":"([^"]+)"', body)


def _read_by_staff(system: Watched, filed: list[dict[str, Any]]) -> str:
    """Open the first case as an officer may; with what was read before it shows that all words were really kept."""
    at = f"/staff/cases/{case_id_of(system, filed[0])}"
    for what in ("", f"/requests/{filed[0]['receipt']}", "/statements"):
        assert system.staff(OFFICER, "GET", at + what).status == 200
    assert system.staff(OFFICER, "POST", f"{at}/contacts", {"why": "check"}).status == 200
    return "\n".join(answer.body for who, answer in system.answers if who == "staff" and answer.status == 200)


def _forms(value: str) -> set[str]:
    """Return the ways in which a value might be written: plain, digits alone, hexadecimal, base64 at any offset."""
    raw = value.encode()
    coded = {base64.b64encode(bytes(shift) + raw)[4 if shift else 0 :].decode().rstrip("=")[:-2] for shift in range(3)}
    digits = re.sub(r"\D", "", value)
    more = {digits} if len(digits) >= 8 else set()
    return {value.casefold(), raw.hex(), *more, *coded}


def _found_in(text: str, value: str) -> bool:
    folded = text.casefold()
    return any(form in text or form in folded for form in _forms(value))


PLACES = (
    "table", "previews", "snapshots", "indexes", "queues", "messages", "errors", "printed", "logged", "libraries",
    "public answers", "policy answers",
)  # fmt: skip


def search(seen: Seen, place: str, tally: Tally) -> None:
    """Look for every word in one place; each is a case."""
    for name, value in seen.words.made.items():
        if name not in ALLOWED.get(place, set()):
            tally.expect(f"{name} in {place}", holds=not _found_in(seen.places[place], value))


@pytest.mark.parametrize("place", PLACES)
def test_no_word_is_found_but_sealed(seen: Seen, tally: Tally, place: str) -> None:
    search(seen, place, tally)


@pytest.mark.parametrize("api", [PUBLIC, STAFF], ids=["public", "staff"])
def test_every_field_that_holds_somebodys_words_was_sent_with_one_of_ours(seen: Seen, tally: Tally, api: Api) -> None:
    every_field_has_a_canary(seen.system.exchanges, seen.words, api, tally)


def test_what_is_listed_as_not_sealed_is_there() -> None:
    bodies = [each.body for api in (PUBLIC, STAFF) for each in api.operations.values() if each.body]
    known = {(model.__name__, name) for body in bodies for _path, model, name in leaves(body)}
    assert NOT_SEALED.keys() <= known


@pytest.mark.parametrize("place", [place for place in PLACES if place != "public answers"])
def test_no_access_code_is_kept_or_sent(seen: Seen, place: str) -> None:
    assert len(seen.codes) > 10
    text = seen.places[place]
    assert not [code for code in seen.codes if code in text or code.replace("-", "") in text]


def test_the_words_were_really_kept_and_are_found_where_they_may_be(seen: Seen) -> None:
    missing = {name for name in READ_BY_STAFF if not _found_in(seen.read, seen.words.made[name])}
    assert missing == set()


def test_every_place_that_is_searched_holds_something(seen: Seen) -> None:
    assert {place for place in PLACES if not seen.places[place].strip()} <= {"libraries"}
    assert "a message failed" in seen.places["logged"]
    assert "a request failed" in seen.places["logged"]
    assert "_aws" in seen.places["printed"]


def test_the_log_names_the_kinds_of_error_behind_an_error(seen: Seen) -> None:
    assert "DisabledException" in seen.places["logged"]


@pytest.mark.breaks
def test_the_search_finds_a_word_however_it_is_written() -> None:
    word = "Zq01familyQz"
    coded = base64.b64encode(f"xx{word}yy".encode()).decode()
    for text in (word, word.upper(), coded, word.encode().hex(), f'{{"a": "{word}"}}'):
        assert _found_in(text, word)
    assert _found_in("a731901001", "A731-901-001")
    assert not _found_in("Zq02", word)

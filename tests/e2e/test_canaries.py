"""What says who someone is lies nowhere but sealed: not in logs, messages, queues, metrics, errors or open items."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from email import message_from_bytes, policy
from itertools import cycle
from pathlib import Path
from tempfile import gettempdir
from typing import Any

import pytest

from casereview.schema.holder_commands import Update
from casereview.schema.notice_records import Notice
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.schema.submission import Submission
from casereview.store import keys
from infra.documents.openapi.public import PUBLIC
from tests.support.canaries.sealed_fields import every_field_has_a_canary
from tests.support.canaries.values import CHANNELS, WORDS, Canaries
from tests.support.local import processes
from tests.support.local.local_system import Answer, Client, Local, eventually, running
from tests.support.proofs.tally import Tally
from tests.support.recorded_system import Exchange
from tests.support.scenarios.full_day import CanaryWords
from tests.support.system import body

pytestmark = pytest.mark.proof(6)
PROTECTED = ("vawa", "t_visa", "u_visa")
"""Which protected relief is pending is sealed; that one is lies open."""
TOLD_BACK = frozenset({"access_code", "requester.own_reference", "contact.language"})
"""What an answer tells its own requester: the code, the own reference, and the language as it was understood."""


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A local system that logs as much as it can."""
    with running(tmp_path_factory.mktemp("local"), PARAMETERS="LogLevel=DEBUG") as found:
        yield found


@dataclass
class Aftermath:
    """Where to look for canaries once all is at rest."""

    local: Local
    canaries: Canaries
    answers: list[Answer] = field(default_factory=list)
    filed: list[dict[str, str]] = field(default_factory=list)
    queued: list[str] = field(default_factory=list)
    exchanges: list[Exchange] = field(default_factory=list)
    began: float = field(default_factory=time.time)

    @property
    def logs(self) -> str:
        return self.local.log.read_text() + self.local.printed.read_text()

    def file_everything(self, client: Client) -> None:
        """File one request for each language, over each channel in turn, and follow it up in every way."""
        for language, channel in zip(WORDS, cycle(CHANNELS), strict=False):
            sent, key = self.canaries.submission(language, channel), f"key-{self.canaries.text('key', 'en')}"
            answer = self._call(client, "/requests", sent, {"Idempotency-Key": key})
            assert answer.status == 201, answer.body
            filed = answer.json()
            self.filed.append(filed)
            self.canaries.secret("access_code", filed["access_code"])
            self._follow_up(client, filed, language)
            assert self._call(client, "/requests", {**sent, "channel": None}, {"Idempotency-Key": key}).status == 422
        for language in WORDS:
            for refused in self.canaries.refused(language):
                assert self._call(client, "/requests", refused, {}).status == 422
        wrong = {"Authorization": f"Bearer {self.canaries.text('code', 'en')}"}
        assert client.call("GET", f"/requests/{self.filed[0]['receipt']}", None, wrong).status == 404

    def _follow_up(self, client: Client, filed: dict[str, str], language: str) -> None:
        path, code = f"/requests/{filed['receipt']}", {"Authorization": f"Bearer {filed['access_code']}"}
        statement = {"statement": self.canaries.text("escalation.statement", language)}
        assert self._call(client, f"{path}/updates", self.canaries.update(language), code).status == 202
        assert self._call(client, f"{path}/updates", {"facts": {"custody": statement}}, code).status == 422
        escalation = {**statement, "facts": self.canaries.facts(language)}
        assert self._call(client, f"{path}/escalation", escalation, code).status == 202
        assert self._call(client, f"{path}/withdrawal", statement, code).status == 422
        if language in {"en", "zh"}:
            assert self._call(client, f"{path}/withdrawal", {}, code).status == 202
            assert self._call(client, f"{path}/updates", statement, code).status == 409
        self.answers.append(client.call("GET", path, None, code))

    def _call(self, client: Client, path: str, sent: object, headers: dict[str, str]) -> Answer:
        answer = client.call("POST", path, sent, headers)
        self.answers.append(answer)
        self.exchanges.append(Exchange("public", "POST", path, sent, answer.status))
        return answer

    def search(self, tally: Tally, place: str, *texts: str, but: frozenset[str] = frozenset()) -> None:
        """Look for the canary of every field in a place; each is a case."""
        found = self.canaries.found_in(*texts) - but
        for name in sorted(set(self.canaries.made.values())):
            tally.expect(f"{name} in {place}", holds=name not in found)

    def break_one(self) -> None:
        """Make a case that cannot be read any more, and have everybody stumble over it."""
        filed = self.filed[-1]
        case_id = self.local.read(Request, keys.request(filed["receipt"])).case_id
        self.local.set(
            keys.case(case_id), filed_at=self.canaries.text("broken", "en"), due_at="2000-01-01T00:00:00.000Z"
        )
        statement = {"statement": self.canaries.tag("broken.statement", "en")}
        self.answers.append(self.local.on(filed, "POST", "/updates", statement))
        assert self.answers[-1].status == 202  # the answer says nothing of the case
        self.local.tick()

    def collect_queued(self) -> None:
        """Take every message out of the dead-letter queues."""
        for name in ("case-review-rank-dlq", "case-review-notice-dlq"):
            url = self.local.queue_url(name)
            while messages := self.local.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
                self.queued += [json.dumps(message) for message in messages]


def is_done(local: Local) -> bool:
    """Tell whether the work queues are empty, every live case is ranked and every notice sent or given up."""
    queues = local.queues()
    left = [queues[name] for name in ("case-review-rank", "case-review-notice", "case-review-delivery")]
    return (
        not any(count for queue in left for count in queue.values())
        and all(case.status != "received" for case in local.all(Case, "CASE"))
        and all(notice.state not in {"owed", "sending"} for notice in local.all(Notice, "NOTICE"))
    )


@pytest.fixture(scope="module")
def aftermath(local: Local) -> Aftermath:
    """Everything filed, done and broken, and all at rest again."""
    found = Aftermath(local, Canaries())
    local.copy_to_dead_letters()
    with closing(local.client()) as client:
        found.file_everything(client)
    eventually(lambda: is_done(local))
    found.break_one()
    found.collect_queued()
    return found


@pytest.mark.breaks
def test_the_search_finds_what_is_there(aftermath: Aftermath) -> None:
    recipients = " ".join(message["to"] for message in aftermath.local.outbox())
    assert aftermath.canaries.found_in(recipients) == {"contact.email", "contact.phone"}
    assert aftermath.canaries.found_in(json.dumps(aftermath.canaries.submission("ar", "web"))) >= {"grounds"}
    assert len(aftermath.local.outbox()) >= len(WORDS) - 2


def test_no_canary_is_in_a_log_line_or_a_metric(aftermath: Aftermath, tally: Tally) -> None:
    metrics = [line for line in aftermath.logs.splitlines() if '"_aws"' in line]
    for name in ("Ranked", "Sent", "Refused", "Unreadable"):
        assert any(f'"{name}"' in line for line in metrics)
    aftermath.search(tally, "logs and metrics", aftermath.logs)
    assert not [word for word in PROTECTED if word in aftermath.logs]
    assert "Traceback" not in aftermath.logs


def test_no_canary_is_in_the_subject_or_body_of_a_message(aftermath: Aftermath, tally: Tally) -> None:
    texts = [message["subject"] + message["body"] for message in aftermath.local.outbox()]
    assert {message["language"] for message in aftermath.local.outbox()} >= set(WORDS) - {"en", "zh"}
    aftermath.search(tally, "messages", *texts)


def test_the_only_canaries_in_a_whole_e_mail_are_its_recipients(aftermath: Aftermath, tally: Tally) -> None:
    mails = [message_from_bytes(mail, policy=policy.default) for mail in aftermath.local.raw_mail()]
    headers = [str(value) for mail in mails for value in mail.values()]
    parts = [part.get_content() for mail in mails for part in mail.walk() if not part.is_multipart()]
    assert len(parts) == 2 * len(mails)
    assert aftermath.canaries.found_in(*headers) == {"contact.email"}
    aftermath.search(tally, "whole e-mails", *parts)


def test_no_canary_is_in_a_queue(aftermath: Aftermath, tally: Tally) -> None:
    bodies = [json.loads(json.loads(message)["Body"]) for message in aftermath.queued]
    assert {frozenset(found) for found in bodies if "NONE" not in found.values()} == {
        frozenset({"schema", "case_id"}),
        frozenset({"schema", "case_id", "notice_id"}),
    }
    aftermath.search(tally, "queues and dead letters", *aftermath.queued)


def test_no_canary_lies_open_in_the_table_nor_unsealed_among_its_bytes(aftermath: Aftermath, tally: Tally) -> None:
    items = aftermath.local.items()
    of_each, broken = 4, 1  # the request, an update, an escalation; the update of the case that cannot be read
    assert sum("sealed" in item for item in items) == of_each * len(WORDS) + broken
    lying_open = json.dumps(items, ensure_ascii=False, default=lambda data: data.decode("latin-1"))
    aftermath.search(tally, "table and indexes", lying_open, but=frozenset({"broken"}))
    assert aftermath.canaries.found_in(lying_open) == {"broken"}
    assert not [word for word in PROTECTED if word in lying_open]


def test_no_answer_repeats_what_was_sent(aftermath: Aftermath, tally: Tally) -> None:
    answers = [answer.body.decode() for answer in aftermath.answers]
    assert {answer.status for answer in aftermath.answers} == {200, 201, 202, 409, 422}
    aftermath.search(tally, "answers", *answers, but=TOLD_BACK)
    assert aftermath.canaries.found_in(*answers) == TOLD_BACK


def test_no_canary_is_among_what_a_process_was_given(aftermath: Aftermath, tally: Tally) -> None:
    given = processes.given(aftermath.local.process)
    assert "infra.local" in given
    assert given.count("AWS_LAMBDA_FUNCTION_NAME") >= 4
    aftermath.search(tally, "arguments and environments", given)


def test_no_canary_is_in_a_file_that_was_written(aftermath: Aftermath, tally: Tally) -> None:
    """The log among them; the sealed table lies in memory, for a local system leaves nothing behind."""
    files = processes.written(aftermath.local.process, aftermath.began)
    assert aftermath.local.log.resolve() in {path.resolve() for path in files}
    texts = [text for path in files for text in processes.content(path)]
    aftermath.search(tally, "files", *texts)


@pytest.mark.breaks
def test_a_file_that_holds_one_is_found(aftermath: Aftermath, tmp_path: Path) -> None:
    kept = Path(gettempdir()) / f"canary-{os.getpid()}"
    kept.write_text(json.dumps(aftermath.canaries.submission("en", "web")), encoding="utf-8")
    try:
        files = processes.written(aftermath.local.process, aftermath.began)
    finally:
        kept.rename(tmp_path / "found")
    tally = Tally()
    assert kept in files
    aftermath.search(tally, "files", *processes.content(tmp_path / "found"))
    assert len(tally.violations) > 10


@pytest.mark.breaks
def test_a_process_that_was_given_one_is_found(aftermath: Aftermath) -> None:
    word = aftermath.canaries.text("argument", "en")
    program = [sys.executable, "-c", "input()", word]
    with subprocess.Popen(program, stdin=subprocess.PIPE) as child:
        tally = Tally()
        aftermath.search(tally, "arguments", processes.given(child.pid))
        child.communicate(b"\n")
    assert [violation.split(":")[0] for violation in tally.violations] == ["argument in arguments"]


def test_every_field_that_holds_somebodys_words_was_sent_with_a_canary(aftermath: Aftermath, tally: Tally) -> None:
    words = CanaryWords({form: form for form in aftermath.canaries.made})
    filled = {route: each for route, each in PUBLIC.operations.items() if each.body in {Submission, Update}}
    api = replace(PUBLIC, operations=filled)
    every_field_has_a_canary(aftermath.exchanges, words, api, tally)


def test_a_code_is_said_once_and_to_its_holder_only(aftermath: Aftermath) -> None:
    for filed in aftermath.filed:
        holding = [answer for answer in aftermath.answers if filed["access_code"].encode() in answer.body]
        assert [answer.json()["receipt"] for answer in holding] == [filed["receipt"]]


def test_the_api_still_serves(aftermath: Aftermath) -> None:
    sent: dict[str, Any] = body()
    assert aftermath.local.ranked(aftermath.local.file(sent))["lane"] == "detained"

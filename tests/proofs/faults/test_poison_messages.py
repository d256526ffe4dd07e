"""Poison messages delay no others: they are moved to the dead-letter queue, and ``redrive`` resumes pending work."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest
import yaml
from moto.backends import get_backend

import notify.app
import prioritize.app
from casereview.cases.due import ATTEMPTS
from casereview.schema.notice_records import Suppression
from casereview.store import keys
from infra.paths import ROOT
from tests.support.aws_faults import refuses
from tests.support.controlled_system import QueuedMessage
from tests.support.crashes.flows_public import empty_docket
from tests.support.crashes.matrix import settle
from tests.support.crashes.rig import Rig
from tests.support.crashes.table_shape import check_complete
from tests.support.environment import REGION
from tests.support.faults.poison_messages import BOUNCE, POISON
from tests.support.proofs.tally import Tally
from tests.support.staff import person
from tests.support.system import System

pytestmark = pytest.mark.proof(3)
RESOURCES = {"rank": "RankQueue", "notice": "NoticeQueue", "delivery": "DeliveryQueue"}


class _Loader(yaml.SafeLoader):
    """Reads a template without evaluating its functions."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, node: str(node.value))


@cache
def max_receives(queue: str) -> int:
    """Return the maximum receive count of a queue in the template."""
    resources = yaml.load((ROOT / "template.yaml").read_text(), _Loader)["Resources"]  # noqa: S506  # a safe loader
    found: int = resources[RESOURCES[queue]]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    return found


def process_poison(system: System, queue: str, bodies: list[str]) -> list[int]:
    """Send messages to a queue with a dead-letter queue and process it; return the number of failures of each run."""
    dead = system.sqs.create_queue(QueueName=f"{queue}-dlq")["QueueUrl"]
    arn = system.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(max_receives(queue))})
    url = system.sqs.create_queue(QueueName=f"poisoned-{queue}", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    for body in bodies:
        system.sqs.send_message(QueueUrl=url, MessageBody=body or " ")
    return [_process_once(system, queue, url) for _ in range(max_receives(queue) + 1)]


def _process_once(system: System, queue: str, url: str) -> int:
    """Receive and process all messages once, and delete those that did not fail; return the number of failures."""
    messages: list[Any] = []
    while found := system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        messages += found
    records = [{"messageId": m["MessageId"], "body": m["Body"].strip(), "eventSourceARN": queue} for m in messages]
    work: Callable[..., Any] = prioritize.app.respond if queue == "rank" else notify.app.respond
    answer = work(system.prioritize if queue == "rank" else system.notify, {"Records": records})
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    system.hand_back(url, messages, failed)
    return len(failed)


def _dead_letters(queue: str) -> list[str]:
    backend: Any = get_backend("sqs")["123456789012"][REGION]
    return [message.body.strip() for message in backend.queues[f"{queue}-dlq"]._messages]


def prove_dead_letters(system: System, queue: str, tally: Tally) -> None:
    """Check that each poison message fails at each receive, is moved to the dead-letter queue, and writes nothing."""
    before = system.items()
    failed = process_poison(system, queue, list(POISON[queue].values()))
    with tally.case(f"{queue}: received as often as the template says"):
        assert failed == [len(POISON[queue])] * max_receives(queue) + [0]
    dead = _dead_letters(queue)
    for what, body in POISON[queue].items():
        with tally.case(f"{queue}: {what}"):
            assert body in dead, "accepted"
    with tally.case(f"{queue}: nothing was written"):
        left = [item for item in system.items() if item["sk"]["S"] != "SUPPRESSED"]
        assert left == before, "only the address of a bounce without its mail may be stored"


@pytest.mark.parametrize("queue", POISON)
def test_every_poison_message_is_moved_to_the_dead_letter_queue(system: System, queue: str, tally: Tally) -> None:
    prove_dead_letters(system, queue, tally)


@pytest.mark.breaks
def test_a_worker_that_ignores_malformed_messages_is_detected(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify.app, "process_records", lambda *_: {"batchItemFailures": []})
    tally = Tally()
    prove_dead_letters(system, "notice", tally)
    assert len(tally.violations) == len(POISON["notice"]) + 1


@pytest.mark.parametrize("queue", ["rank", "notice"])
def test_valid_messages_are_processed_among_poison_messages(rigged: Rig, queue: str, tally: Tally) -> None:
    rigged.reset()
    empty_docket(rigged)
    rigged.file(person(11))

    poison = [QueuedMessage(queue, body) for body in POISON[queue].values()]
    middle = len(poison) // 2
    rigged.messages = [*poison[:middle], *rigged.messages, *poison[middle:]]
    rigged.pump()
    with tally.case(f"{queue}: a valid message among {len(poison)} poison messages"):
        assert sorted(message.body for message in rigged.failed_messages) == sorted(message.body for message in poison)
        rigged.failed_messages = []
        settle(rigged)
        check_complete(rigged, rigged.read_table())


CORRUPT = {"CASE": ("filed_at", "never"), "NOTICE": ("created_at", "never"), "RECEIPT": ("filed_at", "never")}
"""By kind of record: a field and a value that make it unreadable. Each stops one piece of work: the sending of the
notice, or the ranking of the case, for which its words are needed too."""


def _corrupt(rig: Rig, kind: str) -> Callable[[], None]:
    """Make a record unreadable; return a function that repairs it."""
    of_persons = keys.CASES  # what finds a case by its person
    sort_keys = {item["sk"]["S"]: item for item in rig.items()}
    (item,) = [item for key, item in sort_keys.items() if key.startswith(kind) and not key.startswith(of_persons)]
    name, bad = CORRUPT[kind]
    rig.dynamodb.put_item(TableName=rig.table, Item={**item, name: {"S": bad}})

    def repair() -> None:
        found = next(found for found in rig.items() if found["sk"] == item["sk"])
        rig.dynamodb.put_item(TableName=rig.table, Item={**found, name: item[name]})

    return repair


@pytest.mark.parametrize("kind", CORRUPT)
def test_redrive_resumes_work_that_was_given_up(
    rigged: Rig, kind: str, tally: Tally, capsys: pytest.CaptureFixture[str]
) -> None:
    rigged.reset()
    empty_docket(rigged)
    rigged.file(person(11))
    repair = _corrupt(rigged, kind)
    for _ in range(ATTEMPTS + 2):
        rigged.pump()
        rigged.failed_messages = []  # moved to the dead-letter queue
        rigged.later(hours=10)
        rigged.sweep()
    with tally.case(f"{kind}: given up after {ATTEMPTS} attempts, and counted for the alarm"):
        assert '"Stuck":[1.0]' in capsys.readouterr().out
        assert rigged.sweep()["asked"] == 0
    repair()
    with tally.case(f"{kind}: redrive resumes it"):
        assert rigged.duty("redrive") == {"redriven": 1, "failed": 0}
        settle(rigged)
        assert [case.status for case in rigged.cases] == ["in_line"]
        assert not rigged.notices[0].stuck


def test_a_delivery_event_is_processed_after_a_redrive_of_the_dead_letter_queue(rigged: Rig, tally: Tally) -> None:
    """Delivery events are the only messages whose work is not in the table; they are redriven by SQS."""
    rigged.reset()
    rigged.messages = [rigged.delivery_message({**BOUNCE, "mail": {}})]
    with rigged.hook.observe(lambda _number, _operation: refuses("KMSInvalidStateException")):
        rigged.pump()
    with tally.case("the event fails and is kept"):
        assert len(rigged.failed_messages) == 1
    rigged.messages, rigged.failed_messages = rigged.failed_messages, []
    rigged.pump()
    with tally.case("the event is processed after the redrive"):
        known = rigged.notify.macs.address("ana@example.org")
        assert rigged.read(Suppression, keys.suppression(known)).why == "bounce"

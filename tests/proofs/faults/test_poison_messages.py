"""Poison holds nobody up: after its receives it lies in the dead-letter queue, and ``redrive`` brings work back."""

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
from casereview.schema.records import Suppression
from casereview.store import keys
from infra.paths import ROOT
from tests.support.aws_faults import refuses
from tests.support.controlled_system import QueuedMessage
from tests.support.crashes.flows_public import nothing
from tests.support.crashes.matrix import to_rest
from tests.support.crashes.rig import Rig
from tests.support.crashes.table_shape import whole
from tests.support.environment import REGION
from tests.support.faults.poison_messages import BOUNCE, POISON
from tests.support.proofs.tally import Tally
from tests.support.staff import person
from tests.support.system import System

pytestmark = pytest.mark.proof(3)
DEAD = {"rank": "RankQueue", "notice": "NoticeQueue", "delivery": "DeliveryQueue"}


class _Loader(yaml.SafeLoader):
    """Reads a template without evaluating its functions."""


_Loader.add_multi_constructor("!", lambda _loader, _suffix, node: str(node.value))


@cache
def receives(queue: str) -> int:
    """Return how often the template lets a message of a queue be received."""
    resources = yaml.load((ROOT / "template.yaml").read_text(), _Loader)["Resources"]  # noqa: S506  # a safe loader
    found: int = resources[DEAD[queue]]["Properties"]["RedrivePolicy"]["maxReceiveCount"]
    return found


def poisoned(system: System, queue: str, bodies: list[str]) -> list[int]:
    """Send messages to a queue with a dead-letter queue, and have it worked on; return how many failed each time."""
    dead = system.sqs.create_queue(QueueName=f"{queue}-dlq")["QueueUrl"]
    arn = system.sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    policy = json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": str(receives(queue))})
    url = system.sqs.create_queue(QueueName=f"poisoned-{queue}", Attributes={"RedrivePolicy": policy})["QueueUrl"]
    for body in bodies:
        system.sqs.send_message(QueueUrl=url, MessageBody=body or " ")
    return [_turn(system, queue, url) for _ in range(receives(queue) + 1)]


def _turn(system: System, queue: str, url: str) -> int:
    """Receive all that is there once, and delete what did not fail."""
    messages: list[Any] = []
    while found := system.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        messages += found
    records = [{"messageId": m["MessageId"], "body": m["Body"].strip(), "eventSourceARN": queue} for m in messages]
    work: Callable[..., Any] = prioritize.app.respond if queue == "rank" else notify.app.respond
    answer = work(system.prioritize if queue == "rank" else system.notify, {"Records": records})
    failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
    system.hand_back(url, messages, failed)
    return len(failed)


def _dead(queue: str) -> list[str]:
    backend: Any = get_backend("sqs")["123456789012"][REGION]
    return [message.body.strip() for message in backend.queues[f"{queue}-dlq"]._messages]


def ends_as_dead_letters(system: System, queue: str, tally: Tally) -> None:
    """Check that each kind of poison fails at each receive and is then set aside, and that it wrote nothing."""
    before = system.items()
    failed = poisoned(system, queue, list(POISON[queue].values()))
    with tally.case(f"{queue}: received as often as the template says"):
        assert failed == [len(POISON[queue])] * receives(queue) + [0]
    dead = _dead(queue)
    for what, body in POISON[queue].items():
        with tally.case(f"{queue}: {what}"):
            assert body in dead, "taken as if it were good"
    with tally.case(f"{queue}: nothing was written"):
        left = [item for item in system.items() if item["sk"]["S"] != "SUPPRESSED"]
        assert left == before, "a bounce without its mail still suppresses its address, and nothing else"


@pytest.mark.parametrize("queue", POISON)
def test_each_kind_of_poison_ends_in_the_dead_letter_queue(system: System, queue: str, tally: Tally) -> None:
    ends_as_dead_letters(system, queue, tally)


@pytest.mark.breaks
def test_a_worker_that_swallows_what_it_cannot_read_is_seen(system: System, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify.app, "process_records", lambda *_: {"batchItemFailures": []})
    tally = Tally()
    ends_as_dead_letters(system, "notice", tally)
    assert len(tally.violations) == len(POISON["notice"]) + 1


@pytest.mark.parametrize("queue", ["rank", "notice"])
def test_good_messages_beside_poison_are_worked_on(rigged: Rig, queue: str, tally: Tally) -> None:
    rigged.begin()
    nothing(rigged)
    rigged.file(person(11))

    poison = [QueuedMessage(queue, body) for body in POISON[queue].values()]
    half = len(poison) // 2
    rigged.letters = [*poison[:half], *rigged.letters, *poison[half:]]
    rigged.pump()
    with tally.case(f"{queue}: a good message among {len(poison)} bad ones"):
        assert sorted(letter.body for letter in rigged.given_back) == sorted(letter.body for letter in poison)
        rigged.given_back = []
        to_rest(rigged)
        whole(rigged, rigged.look())


STUMBLE = {"CASE": ("filed_at", "never"), "NOTICE": ("created_at", "never")}
"""By record: a field that makes it unreadable."""
HELD = {"CASE": 1, "NOTICE": 2}
"""A notice that cannot be read holds up the ranking of its case as well: both are read at once."""


def _spoil(rig: Rig, kind: str) -> Callable[[], None]:
    """Make a record unreadable; return what mends it."""
    (item,) = [item for item in rig.items() if item["sk"]["S"].startswith(kind)]
    name, bad = STUMBLE[kind]
    rig.dynamodb.put_item(TableName=rig.table, Item={**item, name: {"S": bad}})

    def mend() -> None:
        found = next(found for found in rig.items() if found["sk"] == item["sk"])
        rig.dynamodb.put_item(TableName=rig.table, Item={**found, name: item[name]})

    return mend


@pytest.mark.parametrize("kind", STUMBLE)
def test_what_is_given_up_is_brought_back_by_redrive(
    rigged: Rig, kind: str, tally: Tally, capsys: pytest.CaptureFixture[str]
) -> None:
    rigged.begin()
    nothing(rigged)
    rigged.file(person(11))
    mend = _spoil(rigged, kind)
    for _ in range(ATTEMPTS + 2):
        rigged.pump()
        rigged.given_back = []  # in the dead-letter queue
        rigged.later(hours=10)
        rigged.sweep()
    with tally.case(f"{kind}: given up after {ATTEMPTS} attempts, and an alarm's metric says so"):
        assert f'"Stuck":[{HELD[kind]}.0]' in capsys.readouterr().out
        assert rigged.sweep()["asked"] == 0
    mend()
    with tally.case(f"{kind}: redrive brings it back"):
        assert rigged.duty("redrive") == {"redriven": HELD[kind]}
        to_rest(rigged)
        assert [case.status for case in rigged.cases] == ["in_line"]
        assert not rigged.notices[0].stuck


def test_a_report_that_failed_for_a_while_is_taken_when_it_is_moved_back(rigged: Rig, tally: Tally) -> None:
    """Reports are the only messages that the table does not know of: SQS moves them back from the dead letters."""
    rigged.begin()
    rigged.letters = [rigged.letter({**BOUNCE, "mail": {}})]
    with rigged.wire.watching(lambda _number, _operation: refuses("KMSInvalidStateException")):
        rigged.pump()
    with tally.case("the report failed and is kept"):
        assert len(rigged.given_back) == 1
    rigged.letters, rigged.given_back = rigged.given_back, []
    rigged.pump()
    with tally.case("moved back, it is taken"):
        known = rigged.notify.macs.address("ana@example.org")
        assert rigged.read(Suppression, keys.suppression(known)).why == "bounce"

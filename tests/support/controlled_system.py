"""A system whose queues a test controls: it decides when each message is delivered, how often, and in which order."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

import notify.app
import prioritize.app
from casereview.crypto.sealing import Seal
from casereview.policy.compiler import CompiledPolicy
from casereview.runtime.queue import Queue
from casereview.schema.addresses import AddressSends
from casereview.schema.duty_records import Duty
from casereview.schema.event_records import Event
from casereview.schema.evidence import Claims, Findings, Text
from casereview.schema.notice_records import Notice
from casereview.schema.office_records import Officer
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case, Guard, Stored
from casereview.schema.request_records import Request
from casereview.schema.submission import Contact
from casereview.schema.waits import Wait
from casereview.store import keys
from casereview.store.items import from_item
from casereview.store.policy_repository import PolicyRepository
from casereview.usecases.contacts import open_contact
from tests.support.clouds import Cloud, chosen_backend, cloud
from tests.support.histories.replay import replay
from tests.support.histories.state import World
from tests.support.moto_speed import fast_moto
from tests.support.system import System


@dataclass(frozen=True, slots=True)
class QueuedMessage:
    """A message that was sent and is not delivered yet."""

    queue: str
    body: str


class HeldQueues:
    """Replaces the SQS client: holds all messages until the test delivers them."""

    def __init__(self) -> None:
        self.messages: list[QueuedMessage] = []

    def send_message(self, **call: str) -> None:
        self.messages.append(QueuedMessage(call["QueueUrl"], call["MessageBody"]))

    def send_message_batch(self, **call: Any) -> dict[str, Any]:  # noqa: ANN401  # the call of the SQS client
        self.messages += [QueuedMessage(call["QueueUrl"], entry["MessageBody"]) for entry in call["Entries"]]
        return {"Successful": [{"Id": entry["Id"]} for entry in call["Entries"]]}


@dataclass(frozen=True)
class Snapshot:
    """All records of the table at one instant, by key."""

    at: datetime
    cases: dict[str, Case] = field(default_factory=dict)
    events: dict[str, dict[int, Event]] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    notices: dict[tuple[str, str], Notice] = field(default_factory=dict)
    guards: dict[str, Guard] = field(default_factory=dict)
    of_persons: set[tuple[str, str]] = field(default_factory=set)
    """The cases that can be found by their persons, each as the person and the case id."""
    officers: dict[str, Officer] = field(default_factory=dict)
    claims: dict[tuple[str, str], Claims] = field(default_factory=dict)
    """By case id and receipt."""
    findings: dict[str, Findings] = field(default_factory=dict)
    """By case id."""
    texts: dict[str, dict[str, Text]] = field(default_factory=dict)
    """By owner and text id."""
    duties: dict[tuple[str, str], Duty] = field(default_factory=dict)
    """By case id and duty id."""
    sends: dict[str, AddressSends] = field(default_factory=dict)
    """By address: the counters of messages."""
    waits: list[Wait] = field(default_factory=list)
    to_verify: dict[str, tuple[str, str]] = field(default_factory=dict)
    """By receipt: the office and the time of the requests that are in the queue of those to verify."""
    cleared: frozenset[str] = frozenset()
    """The ids of the staff members with access to restricted cases."""
    due: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """By key: ``due_at`` and ``due_shard`` of the items that are in the due index."""
    switches: list[Switch] = field(default_factory=list)
    queues: dict[str, str] = field(default_factory=dict)
    """By case id: the worklist that the case is in."""
    policies: dict[str, CompiledPolicy] = field(default_factory=dict)
    """The policies published in this table, by id."""
    seal: Seal | None = None
    """Opens what is sealed."""

    def contact_of(self, receipt: str) -> Contact:
        """Return the current contact of a requester."""
        assert self.seal is not None
        return open_contact(self.seal, self.requests[receipt])

    @cached_property
    def world(self) -> World:
        """What the histories tell of all cases and requests."""
        return replay(self.events, self.cleared)

    def history(self, case_id: str) -> list[Event]:
        """Return the events of a case, oldest first."""
        return [event for _version, event in sorted(self.events.get(case_id, {}).items())]


class ControlledSystem:
    """A system with held queues, for one random life of cases after another."""

    def __init__(self, found: Cloud) -> None:
        self.system = System(found)
        held: Any = HeldQueues()
        self.messages: list[QueuedMessage] = held.messages
        self._known: dict[tuple[str, str], tuple[dict[str, Any], Stored]] = {}
        self._rank, self._notice = Queue(held, "rank"), Queue(held, "notice")

    def begin(self, at: datetime) -> None:
        """Delete all records, messages and sent notices, and set the clock."""
        system = self.system
        system.cloud.clear()
        self.messages.clear()
        self._known.clear()
        system.time = at
        policies = PolicyRepository(system.intake.table, system.clock)
        system.intake = replace(system.intake, rank_queue=self._rank, notice_queue=self._notice, policies=policies)
        system.prioritize = replace(
            system.prioritize, rank_queue=self._rank, notice_queue=self._notice, policies=policies
        )
        system.notify = replace(system.notify, rank_queue=self._rank)

    def deliver(self, message: QueuedMessage) -> bool:
        """Invoke the worker of a queue with one message; return whether it succeeded."""
        event = {"Records": [{"messageId": "1", "body": message.body, "eventSourceARN": message.queue}]}
        if message.queue == "rank":
            answer: Any = prioritize.app.respond(self.system.prioritize, event)
        else:
            answer = notify.app.respond(self.system.notify, event)
        self.system._flush()
        return not answer["batchItemFailures"]

    def deliver_all(self) -> None:
        """Deliver all messages, oldest first, and those that are sent in the course of it."""
        while self.messages:
            message = self.messages.pop(0)
            assert self.deliver(message), message

    # ---- the contents of the table

    def snapshot(self) -> Snapshot:
        """Read the whole table without the API; items that have not changed are not parsed again."""
        found = Snapshot(self.system.time, cleared=self.system.cleared, seal=self.system.review.seal)
        for item in self.system.items():
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            _keep(found, (pk, sk), item, self._record(pk, sk, item))
        return found

    def _record(self, pk: str, sk: str, item: dict[str, Any]) -> Stored | None:
        held = self._known.get((pk, sk))
        if held and held[0] == item:
            return held[1]
        model = _model_of(pk, sk)
        if model is None:
            return None
        assert held is None or model not in {Event, Text}, "an event or a text was written twice"
        record = from_item(model, item)
        self._known[pk, sk] = item, record
        return record


_MODELS: dict[str, type[Stored]] = {
    "CASE": Case,
    "EVENT": Event,
    "REQUEST": Request,
    "NOTICE": Notice,
    "OPEN": Guard,
    "COUNTER": Officer,
    "SWITCH": Switch,
    "RECEIPT": Claims,
    "FINDINGS": Findings,
    "TEXT": Text,
    "DUTY": Duty,
    "SENDS": AddressSends,
    "WAIT": Wait,
}


def _model_of(pk: str, sk: str) -> type[Stored] | None:
    """Return the kind of record of a key; None for one that the snapshots leave out, such as a policy's text."""
    return None if sk.startswith(keys.CASES) or pk.startswith("POLICYTEXT#") else _MODELS.get(sk.split("#", 1)[0])


Known = dict[tuple[str, str], tuple[dict[str, Any], Stored]]
"""By key: the item and record that were read last."""


def look_at(system: System, known: Known | None = None) -> Snapshot:
    """Read the whole table of a system; items in ``known`` that have not changed are not parsed again."""
    known = {} if known is None else known
    found = Snapshot(system.time, cleared=system.cleared, seal=system.review.seal)
    for item in system.items():
        key = item["pk"]["S"], item["sk"]["S"]
        model = _model_of(*key)
        if model and (key not in known or known[key][0] != item):
            known[key] = item, from_item(model, item)
        _keep(found, key, item, known[key][1] if model else None)
    return found


def _keep(found: Snapshot, key: tuple[str, str], item: dict[str, Any], record: Stored | None) -> None:
    if record is not None:
        _add(found, record)
    if "due_at" in item:
        found.due[key] = item["due_at"]["S"], item["due_shard"]["S"]
    if "queue" in item:
        found.queues[key[0].removeprefix("CASE#")] = item["queue"]["S"]
    if "look_at" in item:
        found.to_verify[key[0].removeprefix("REQUEST#")] = item["verify_office"]["S"], item["look_at"]["S"]
    if key[0].startswith("PERSON#") and key[1].startswith(keys.CASES):
        found.of_persons.add((key[0].removeprefix("PERSON#"), key[1].removeprefix(keys.CASES)))


def _add(found: Snapshot, record: Stored) -> None:
    match record:
        case Case():
            found.cases[record.case_id] = record
        case Event():
            found.events.setdefault(record.case_id, {})[record.version] = record
        case Notice():
            found.notices[record.case_id, record.notice_id] = record
        case Guard():
            found.guards[record.person] = record
        case Officer():
            found.officers[record.user] = record
        case Switch():
            found.switches.append(record)
        case Wait():
            found.waits.append(record)
        case _:
            _add_of_request(found, record)


def _add_of_request(found: Snapshot, record: Stored) -> None:
    match record:
        case Request():
            found.requests[record.receipt] = record
        case Claims():
            found.claims[record.case_id, record.receipt] = record
        case Findings():
            found.findings[record.case_id] = record
        case Text():
            found.texts.setdefault(record.owner, {})[record.text_id] = record
        case Duty():
            found.duties[record.case_id, record.duty_id] = record
        case AddressSends():
            found.sends[record.address] = record


@contextmanager
def controlled_system() -> Iterator[ControlledSystem]:
    """Start a controlled system on the backend of the environment; ``begin`` resets it for each life."""
    with fast_moto() if chosen_backend() == "moto" else nullcontext(), cloud() as found:
        yield ControlledSystem(found)

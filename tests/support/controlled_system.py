"""A small world for random lives of cases: the system, its messages in the test's hand, all of it readable."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import notify.app
import prioritize.app
from casereview.policy.compiler import CompiledPolicy
from casereview.runtime.queue import Queue
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case, Event, Guard, Notice, Officer, Request, Stored
from casereview.store.items import from_item
from casereview.store.policy_repository import PolicyRepository
from tests.support.clouds import Cloud, chosen_backend, cloud
from tests.support.moto_speed import fast_moto
from tests.support.system import System


@dataclass(frozen=True, slots=True)
class Letter:
    """A message that is under way."""

    queue: str
    body: str


class Tray:
    """Takes messages in the place of SQS: they lie in the test's hand, to be lost, repeated or given in any order."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []

    def send_message(self, **call: str) -> None:
        self.letters.append(Letter(call["QueueUrl"], call["MessageBody"]))

    def send_message_batch(self, **call: Any) -> dict[str, Any]:  # noqa: ANN401  # as SQS takes it
        self.letters += [Letter(call["QueueUrl"], entry["MessageBody"]) for entry in call["Entries"]]
        return {"Successful": [{"Id": entry["Id"]} for entry in call["Entries"]]}


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything in the table at a moment, by its key."""

    at: datetime
    cases: dict[str, Case] = field(default_factory=dict)
    events: dict[str, dict[int, Event]] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    notices: dict[tuple[str, str], Notice] = field(default_factory=dict)
    guards: dict[str, Guard] = field(default_factory=dict)
    officers: dict[str, Officer] = field(default_factory=dict)
    due: dict[tuple[str, str], tuple[str, str]] = field(default_factory=dict)
    """By key: ``due_at`` and ``due_shard``, where an item carries them."""
    switches: list[Switch] = field(default_factory=list)
    queues: dict[str, str] = field(default_factory=dict)
    """By case: the worklist that it stands in."""
    policies: dict[str, CompiledPolicy] = field(default_factory=dict)
    """Those that were published in this table, where there are any."""

    def history(self, case_id: str) -> list[Event]:
        """Return the events of a case, oldest first."""
        return [event for _version, event in sorted(self.events.get(case_id, {}).items())]


class World:
    """The system, and what a test may do to it."""

    def __init__(self, found: Cloud) -> None:
        self.system = System(found)
        tray: Any = Tray()
        self.letters: list[Letter] = tray.letters
        self._known: dict[tuple[str, str], tuple[dict[str, Any], Stored]] = {}
        self._rank, self._notice = Queue(tray, "rank"), Queue(tray, "notice")

    def begin(self, at: datetime) -> None:
        """Empty the table and the outbox, forget all messages, and set the clock."""
        system = self.system
        system.cloud.clear()
        self.letters.clear()
        self._known.clear()
        system.time = at
        policies = PolicyRepository(system.intake.table, system.clock)
        system.intake = replace(system.intake, rank_queue=self._rank, notice_queue=self._notice, policies=policies)
        system.prioritize = replace(
            system.prioritize, rank_queue=self._rank, notice_queue=self._notice, policies=policies
        )
        system.notify = replace(system.notify, rank_queue=self._rank)

    def hand_over(self, letter: Letter) -> bool:
        """Have the worker of a queue take one message; tell whether it succeeded."""
        event = {"Records": [{"messageId": "1", "body": letter.body, "eventSourceARN": letter.queue}]}
        if letter.queue == "rank":
            answer: Any = prioritize.app.respond(self.system.prioritize, event)
        else:
            answer = notify.app.respond(self.system.notify, event)
        self.system._flush()
        return not answer["batchItemFailures"]

    def hand_all_over(self) -> None:
        """Hand over all messages, oldest first, and those that come of it."""
        while self.letters:
            letter = self.letters.pop(0)
            assert self.hand_over(letter), letter

    # ---- what is there

    def look(self) -> Snapshot:
        """Read the whole table, past the API; what has not changed is not read anew."""
        found = Snapshot(self.system.time)
        for item in self.system.items():
            pk, sk = item["pk"]["S"], item["sk"]["S"]
            _keep(found, (pk, sk), item, self._record(pk, sk, item))
        return found

    def _record(self, pk: str, sk: str, item: dict[str, Any]) -> Stored | None:
        held = self._known.get((pk, sk))
        if held and held[0] == item:
            return held[1]
        model = _MODELS.get(sk.split("#", 1)[0])
        if model is None:
            return None
        assert held is None or model is not Event, "an event was written twice"
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
}


Known = dict[tuple[str, str], tuple[dict[str, Any], Stored]]
"""By key: an item and its record, as they were read last."""


def look_at(system: System, known: Known | None = None) -> Snapshot:
    """Read the whole table of a system through its client; what is ``known`` and has not changed is not read anew."""
    found, known = Snapshot(system.time), {} if known is None else known
    for item in system.items():
        key = item["pk"]["S"], item["sk"]["S"]
        model = _MODELS.get(key[1].split("#", 1)[0])
        if model and (key not in known or known[key][0] != item):
            known[key] = item, from_item(model, item)
        _keep(found, key, item, known[key][1] if model else None)
    return found


def _keep(found: Snapshot, key: tuple[str, str], item: dict[str, Any], record: Stored | None) -> None:
    if record is not None:
        _file(found, record)
    if "due_at" in item:
        found.due[key] = item["due_at"]["S"], item["due_shard"]["S"]
    if "queue" in item:
        found.queues[key[0].removeprefix("CASE#")] = item["queue"]["S"]


def _file(found: Snapshot, record: Stored) -> None:
    match record:
        case Case():
            found.cases[record.case_id] = record
        case Event():
            found.events.setdefault(record.case_id, {})[record.version] = record
        case Request():
            found.requests[record.receipt] = record
        case Notice():
            found.notices[record.case_id, record.notice_id] = record
        case Guard():
            found.guards[record.person] = record
        case Officer():
            found.officers[record.user] = record
        case Switch():
            found.switches.append(record)


@contextmanager
def world() -> Iterator[World]:
    """Start a world on the backend that is chosen; it can be begun anew as often as one likes."""
    with fast_moto() if chosen_backend() == "moto" else nullcontext(), cloud() as found:
        yield World(found)

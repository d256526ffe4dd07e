"""What operations cost at dockets of a hundred times the size, all of it in one office.

The smallest docket is also measured on AWS's own engine, DynamoDB Local: every plain read and write is compared with
what that reports, and a difference fails the run. The large ones are on moto, which holds them at a usable speed.
"""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeAlias
from uuid import uuid4

import boto3
from moto import mock_aws

from casereview.cases.assessment import InForce, assess
from casereview.evidence.fold import Folded, fold
from casereview.policy.compiler import CompiledPolicy
from casereview.schema.base import rfc3339
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile, Findings
from casereview.schema.policy_records import Switch
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.folding import lane_of
from casereview.store.items import to_item
from casereview.store.transaction import Put
from infra.local.emulators.dynamodb_local import dynamodb_local
from prioritize.policy_switch import switch
from prioritize.worker import _ranked
from tests.bench import operations
from tests.bench.metering import Spent, metered
from tests.bench.operations import Event as Asked
from tests.support.aws_calls import Call, MakeCall, intercept_calls
from tests.support.clouds import MotoCloud
from tests.support.docket import bodies
from tests.support.large_dockets import _case_and_event, fast_system
from tests.support.standing import recognized
from tests.support.system import Staff, System, body

Growth: TypeAlias = dict[str, dict[str, dict[str, float]]]
"""Rows by operation and size."""
SIZES = (1_000, 10_000, 100_000)
OFFICE = "ATL"
RESTS = timedelta(days=300)
"""Until a case of the docket is due: it lies in the due index, and no sweep finds it yet."""
_PROTOTYPES = 200
_BATCH = 25
_ENDPOINT = "AWS_ENDPOINT_URL_DYNAMODB"


@contextlib.contextmanager
def on_the_engine() -> Iterator[System]:
    """Start a system whose table is on DynamoDB Local."""
    kept = dict(os.environ)
    with dynamodb_local() as endpoint, mock_aws():
        os.environ |= {_ENDPOINT: endpoint, "AWS_ACCESS_KEY_ID": uuid4().hex}
        boto3.DEFAULT_SESSION = None
        try:
            yield System(MotoCloud())
        finally:
            os.environ.clear()
            os.environ.update(kept)
            boto3.DEFAULT_SESSION = None


def measure(sizes: tuple[int, ...] = SIZES) -> Growth:
    """Return the part ``growth`` of bench.json; the smallest docket is on the engine as well, and must cost the same."""
    with fast_system("moto") as system:
        found = rows(system, sizes, compare=False)
    with on_the_engine() as system:
        checked = rows(system, sizes[:1], compare=True)
    for name, sizes_of in checked.items():
        first = str(sizes[0])
        assert sizes_of[first] == found[name][first], (name, sizes_of[first], found[name][first])
    return found


def rows(system: System, sizes: tuple[int, ...], *, compare: bool) -> Growth:
    """Return what the operations cost at each size, on a fresh system; with ``compare``, of the engine."""
    found: Growth = {}
    with contextlib.redirect_stdout(io.StringIO()):
        docket = Docket(system, compare=compare)
        for size in sizes:
            docket.grow(size)
            for name, spent in docket.spent().items():
                assert not spent.differing, (name, spent.differing)
                assert spent.compared or not compare, name
                found.setdefault(name, {})[str(size)] = spent.row()
    return found


class Docket:
    """A growing docket of one office, and a request that stands at its end."""

    def __init__(self, system: System, *, compare: bool) -> None:
        self.system = system
        self.compare = compare
        self.policy, _until = system.prioritize.policies.governing(system.time)
        self.prototypes = list(_prototypes(system, self.policy))
        self.items: list[dict[str, Any]] = [dict(to_item(case)) for case in self.prototypes]
        self.filed: dict[str, Any] = system.file(body(facts={"custody": "not_detained", **_RESIDENCE}))
        recognized(system, self.filed)
        system.pump()
        self.size = 1

    def grow(self, size: int) -> None:
        """Put ranked cases into the table until it holds so many."""
        numbers = range(self.size, size)
        batches = [numbers[start : start + _BATCH] for start in range(0, len(numbers), _BATCH)]
        for batch in batches:
            self._put(batch)
        self.size = size

    def _put(self, batch: range) -> None:
        left: Any = {self.system.table: [{"PutRequest": {"Item": self._item(number)}} for number in batch]}
        while left:
            left = self.system.dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")

    def _item(self, number: int) -> dict[str, Any]:
        """Return a case like one of the prototypes, filed at another time before the request's."""
        case = self.prototypes[number % len(self.prototypes)]
        case_id, earlier = f"C{number:011d}", timedelta(seconds=number)
        rank = f"{(case.rank or '')[:5]}{int((case.rank or '')[5:20]) - number * 1000:015d}.{case_id}"
        return {
            **self.items[number % len(self.items)],
            "pk": {"S": keys.case(case_id).pk},
            "filed_at": {"S": rfc3339(case.filed_at - earlier)},
            "rank": {"S": rank},
        }

    def spent(self) -> dict[str, Spent]:
        """Return what each operation costs at this size."""
        system = self.system
        operations._named(system)
        self._one("review", self._staff(operations.OFFICER, f"worklist?office={OFFICE}&limit=1"))  # the key of cursors
        snapshot = self._one("prioritize", {"duty": "snapshot"})
        path = f"/requests/{self.filed['receipt']}"
        asked: dict[str, tuple[str, Asked]] = {
            "sweep": ("prioritize", {"duty": "sweep"}),
            "worklist_page": ("review", self._staff(operations.OFFICER, f"worklist?office={OFFICE}&limit=50")),
            "summary": ("review", self._staff(operations.SUPERVISOR, f"summary?office={OFFICE}")),
            "status": (
                "intake",
                operations.api(system, "GET", path, None, Authorization=f"Bearer {self.filed['access_code']}"),
            ),
        }
        found = {name: self._one(*event) for name, event in asked.items()}
        return {**found, "snapshot": snapshot, "switch_walk": self._walked()}

    def _walked(self) -> Spent:
        """Return what the first round of a policy switch costs: each case is found and asked for; none is ranked."""
        services = self.system.prioritize
        now, running = self.system.time, services.policies.registry(fresh=True).switch
        begun = Switch(
            version=running.version + 1 if running else 1,
            digest="of another policy",
            rate=self.size,
            started_at=now,
            round_since=now,
        )
        services.table.write(Put(begun))
        with intercept_calls(_taken), metered(compare=self.compare) as spent:
            done = switch(services)
        assert done["switched"] == self.size, done
        ended = begun.evolve(ended_at=now)
        services.table.write(Put(ended))
        return spent

    def _one(self, function: str, event: Asked) -> Spent:
        with metered(compare=self.compare) as spent:
            answer = operations.run(self.system, function, event)
        operations.check(answer)
        return spent

    def _staff(self, user: Staff, path: str) -> Asked:
        return operations.staff(self.system, user, "GET", f"/staff/{path}")


def _taken(asked: Call, make: MakeCall) -> Any:  # noqa: ANN401  # what AWS answers
    """Answer that a queue took messages, and keep none: the emulator's slows down with each."""
    if asked.operation == "SendMessageBatch":
        return {"Successful": [], "Failed": []}
    return make(asked.operation, asked.parameters)


_RESIDENCE = {"facility": None, "residence": {"state": "GA"}}


def _prototypes(system: System, policy: CompiledPolicy) -> Iterator[Case]:
    """Give ranked cases of a synthetic docket, put into one office and at rest."""
    at = system.time - timedelta(days=1)
    for number, sent in enumerate(bodies(_PROTOTYPES, now=at)):
        case, event = _case_and_event(sent, f"P{number:011d}", at)
        yield _at_rest(case, event, policy, system)


def _at_rest(case: Case, event: Event, policy: CompiledPolicy, system: System) -> Case:
    nothing = Folded({}, Findings(case_id=case.case_id))
    claims, findings = fold(nothing, [event], lane_of(case, policy))
    found = assess(CaseFile(case, tuple(claims.values()), findings), InForce(policy, None), system.time)
    later = replace(found, ranking=found.ranking._replace(changes_at=None))
    ranked = _ranked(case, later, policy, system.time)
    reported = ranked.first_look.evolve(missed=True)
    return ranked.evolve(office=OFFICE, person=uuid4().hex, first_look=reported, rank_at=system.time + RESTS, version=2)

"""A draft costs nobody anything: worklist, next, ranking, look-up and filing read no draft, and each text once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Any
from unittest.mock import patch

from casereview.schema.policy_records import PolicyHead, PolicyRecord, PolicyText
from casereview.store.backend import Batch, Page
from casereview.store.policy_repository import PolicyRepository
from tests.support.capacity_units import Item, size
from tests.support.memory.table import MemoryTable
from tests.support.policy.drafts import EARLIER, publish
from tests.support.staff import COLLEAGUE, FiledCase, decide, file_case, read, take_next, worklist
from tests.support.system import START, System, running

TEXT = "x" * 98_000
UNIT = 4096
"""The bytes of one unit of a consistent read."""


@dataclass
class Reads:
    """What was read: the partitions, and bytes and units in sum."""

    partitions: list[str] = field(default_factory=list)
    volume: int = 0
    units: int = 0


@contextmanager
def counted() -> Iterator[Reads]:
    """Count what is read from the table in memory."""
    reads = Reads()
    with ExitStack() as stack:
        for name in ("get", "get_batch", "query"):
            stack.enter_context(patch.object(MemoryTable, name, _counting(name, reads)))
        yield reads


def _counting(name: str, reads: Reads) -> Callable[..., Any]:
    method = getattr(MemoryTable, name)

    @wraps(method)
    def counting(table: MemoryTable, asked: Any) -> Any:  # noqa: ANN401  # the argument of any of the methods
        answer = method(table, asked)
        volume = sum(map(size, _items(answer)))
        partition = str(getattr(asked, "partition", None) or getattr(asked, "pk", "batch"))
        reads.partitions.append(partition if partition.startswith("POLICY") else partition.partition("#")[0])
        reads.volume += volume
        reads.units += -(-volume // UNIT) or 1
        return answer

    return counting


def _items(answer: Item | Batch | Page | None) -> list[Item]:
    if answer is None:
        return []
    return list(answer.items) if isinstance(answer, Batch | Page) else [answer]


def add_drafts(system: System, number: int) -> None:
    """Store drafts of many authors, and as many that an older release wrote with their texts."""
    for each in range(number):
        name = f"draft-{each}"
        shared = {
            "kind": "document",
            "title": "T",
            "digest": name,
            "author": "a",
            "author_id": "b",
            "created_at": START,
        }
        head = PolicyHead.model_validate({"policy_id": name, **shared})
        for record in (
            head,
            head.evolve(policy_id=f"refused-{each}", state="refused"),
            PolicyText(policy_id=name, digest=name, text=TEXT),
            PolicyRecord.model_validate({"policy_id": f"older-{each}", "text": TEXT, **shared}),
        ):
            system.intake.table.put(record)


def a_day(system: System) -> dict[str, Reads]:
    """Do what is done all day, each with a fresh copy of the registry, and return what each act reads."""
    filed: list[FiledCase] = []
    acts: dict[str, Callable[[], object]] = {
        "file and rank": lambda: filed.append(file_case(system)),
        "worklist": lambda: worklist(system),
        "filtered worklist": lambda: worklist(system, lane="detained"),
        "next": lambda: take_next(system, COLLEAGUE),
        "read": lambda: read(system, COLLEAGUE, filed[0].case_id),
        "decide": lambda: decide(system, COLLEAGUE, filed[0].case_id),
        "look up": lambda: system.look_up(filed[0].filed),
        "tick": system.sweep,
    }
    found = dict[str, Reads]()
    for name, act in acts.items():
        system.later(seconds=11)
        with counted() as reads:
            act()
        found[name] = reads
    return found


def test_hundreds_of_drafts_and_refused_ones_leave_calls_units_and_bytes_of_the_hot_paths_the_same() -> None:
    """150 drafts of 98 KB by one user took the worklist from 0.03 to 0.55 s."""
    days = []
    for number in (0, 150):
        with running("memory") as system:
            publish(system, EARLIER)
            system.settle(2)
            add_drafts(system, number)
            days.append(a_day(system))
    assert days[0] == days[1]
    assert {name for day in days for reads in day.values() for name in reads.partitions} >= {"POLICY"}


def test_a_text_is_read_once_in_a_process(system: System) -> None:
    publish(system, EARLIER)
    services = replace(system.intake, policies=PolicyRepository(system.intake.table, system.clock))
    with counted() as first:
        assert services.policies.governing(system.time)[0].id == "earlier"
    assert first.partitions == ["POLICY", "POLICYTEXT#earlier"]
    system.later(seconds=11)
    with counted() as later:
        services.policies.governing(system.time)
        services.policies.compiled_policies()
    assert later.partitions == ["POLICY"]
    assert later.volume < 2000

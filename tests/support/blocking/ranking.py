"""What the ranking of a case costs, beside that of a case with ten events."""

from __future__ import annotations

from statistics import median
from time import process_time
from typing import Final
from unittest.mock import patch

import tests.support.memory.table
from casereview.schema.records import Case
from casereview.store import keys
from prioritize.worker import rank_case
from tests.support.blocking.strangers import Filed
from tests.support.docket import bodies
from tests.support.memory.recording import record_memory_calls
from tests.support.system import System

EVENTS: Final = 10
_ROUNDS: Final = 9


def plain_case(system: System) -> str:
    """File for another person, and return the id of the case when it has ten events: an ordinary one."""
    given = next(bodies(1, seed=5, now=system.time))
    filed: Filed = system.file({**given, "requester": {"role": "self"}})
    system.file({**given, "requester": {"role": "attorney", "authority": "g28"}})
    system.pump()
    while system.case_of(filed).version < EVENTS:
        assert (
            system.on(filed, "POST", "/updates", {"statement": "I wait.", "facts": {"minor_children": 1}}).status == 202
        )
        system.pump()
    return system.case_of(filed).case_id


def ratio(system: System, case_id: str, other: str) -> float:
    """Return how many times the processor time a case takes to rank that another one takes; both are up to date."""
    with patch.object(tests.support.memory.table, "size", lambda _item: 0):  # the database does not count here
        times = {one: list[float]() for one in (case_id, other)}
        for _ in range(_ROUNDS):
            for one, found in times.items():
                found.append(_time(system, one))
    return median(times[case_id]) / median(times[other])


def _time(system: System, case_id: str) -> float:
    start, number = process_time(), 0
    while number < 3 or process_time() - start < 0.02:
        rank_case(system.prioritize, case_id)
        number += 1
    return (process_time() - start) / number


def partitions_read(system: System, case_id: str) -> set[str]:
    """Return the kinds of partition that the ranking of a case reads or writes."""
    case = system.read(Case, keys.case(case_id))
    with record_memory_calls() as calls:
        rank_case(system.prioritize, case.case_id)
    return {partition.partition("#")[0] for call in calls for partition in call.partitions}

"""An index may show an item under its old place and its new one at once: each list shows it once, and none fails."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from casereview.schema.office_records import Snapshot
from casereview.store import keys
from casereview.store.items import attribute
from tests.support.memory.doubling_index import doubling
from tests.support.memory.table import MemoryTable
from tests.support.staff import (
    AT_HOME,
    OFFICER,
    POLICY_A,
    SUPERVISOR,
    FiledCase,
    claimed,
    decide,
    file_case,
    take_next,
    verify,
    worklist,
)
from tests.support.system import System


@pytest.fixture
def table(system: System) -> MemoryTable:
    assert isinstance(system.cloud.backend, MemoryTable)
    return system.cloud.backend


@contextmanager
def moving(system: System, table: MemoryTable) -> Iterator[tuple[FiledCase, FiledCase]]:
    """Move a case to the top of the worklist while the indexes show its old place as well."""
    first, second = file_case(system, 11), file_case(system, 12, facts=AT_HOME)
    with doubling(table):
        verify_removal = {"removal_at": "2026-11-25T09:00:00Z", "removal_order": "final"}
        assert system.on(second.filed, "POST", "/updates", {"facts": verify_removal}).status == 202
        system.pump()
        yield first, second


def test_the_index_shows_both_places(system: System, table: MemoryTable) -> None:
    with moving(system, table) as (first, second):
        assert system.worklist("ATL") == [second.case_id, first.case_id, second.case_id]


def test_a_worklist_shows_a_case_once(system: System, table: MemoryTable) -> None:
    with moving(system, table) as (first, second):
        for query in ({}, {"lane": "imminent_removal"}, {"limit": 1}):
            found = worklist(system, **query)
            shown = [item["case_id"] for item in found["items"]]
            assert shown == [second.case_id, first.case_id][: len(shown)]
        assert take_next(system) == second.case_id


def test_a_snapshot_counts_a_case_once(system: System, table: MemoryTable) -> None:
    with moving(system, table):
        assert system.duty("snapshot") == {"counted": 2, "failed": 0}
        counted = system.read(Snapshot, keys.snapshot("ATL"))
        assert {lane.lane: lane.open for lane in counted.lanes} == {"imminent_removal": 1, "detained": 1}


def test_a_requester_to_verify_is_listed_once(system: System, table: MemoryTable) -> None:
    with moving(system, table) as (first, second):
        found = system.staff(OFFICER, "GET", "/staff/verifications?office=ATL").json()["items"]
        assert sorted(item["receipt"] for item in found) == sorted([first.receipt, second.receipt])


def test_a_duty_is_listed_once(system: System, table: MemoryTable) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    decide(system, OFFICER, held.case_id, granted=[{"what": "release", "conditions": None}])
    duties = [key for key in table.contents if key.sk.startswith("DUTY#")]
    with doubling(table):
        for key in duties:
            table.put({**table.contents[key], "duty_by": attribute("2026-12-30T00:00:00.000Z")})
        found = system.staff(OFFICER, "GET", "/staff/duties").json()["items"]
        assert sorted(item["duty"] for item in found) == sorted(key.sk.removeprefix("DUTY#") for key in duties)


def test_a_decision_that_awaits_approval_is_listed_once(system: System, table: MemoryTable) -> None:
    system.time = POLICY_A
    held = claimed(system)
    decide(system, OFFICER, held.case_id, outcome="declined", acknowledged=["nobody_would_learn"])
    key = keys.case(held.case_id)
    assert "duty_by" in table.contents[key]
    with doubling(table):
        table.put({**table.contents[key], "duty_by": attribute("2021-12-30T00:00:00.000Z")})
        found = system.staff(SUPERVISOR, "GET", "/staff/approvals").json()["items"]
        assert [item["case_id"] for item in found] == [held.case_id]


def test_a_sweep_sends_one_message_for_an_item(system: System, table: MemoryTable) -> None:
    held = file_case(system)
    key = keys.case(held.case_id)
    with doubling(table):
        due = "2026-11-24T14:00:00.000Z"
        table.put({**table.contents[key], "due": attribute({"rank": due}), "due_at": attribute(due)})
        with doubling(table):
            table.put({**table.contents[key], "due_at": attribute("2026-11-24T14:30:00.000Z")})
            assert system.sweep()["asked"] == 1

"""Snapshots of worklists: each office is counted independently."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from casereview.routing.offices import queues
from casereview.schema.office_records import Snapshot
from casereview.store import keys
from casereview.store.table import BusyError
from casereview.store.worklist import IndexedCase, Worklist
from tests.support.system import System, body


@pytest.mark.parametrize("name", ["filed_at", "lane", "digest"])
def test_a_case_that_cannot_be_counted_is_left_out(system: System, name: str) -> None:
    bad = system.file(body())
    system.file(body(subject={"a_number": "A000-000-012"}))
    system.pump()
    system.tamper(keys.case(system.case_of(bad).case_id), **{name: 7})
    assert system.duty("snapshot") == {"counted": 1, "failed": 0}
    counted = system.read(Snapshot, keys.snapshot("ATL"))
    assert [(lane.lane, lane.open) for lane in counted.lanes] == [("detained", 1)]


def test_an_office_whose_count_fails_does_not_delay_other_offices(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    system.file(body())
    system.file(body(subject={"a_number": "A000-000-012"}, facts={"facility": "EAZ"}))
    system.pump()
    indexed_cases = Worklist.indexed_cases

    def failing(table: Worklist, office: str) -> Iterator[IndexedCase]:
        if office == "ATL":
            raise BusyError
        return indexed_cases(table, office)

    monkeypatch.setattr(Worklist, "indexed_cases", failing)
    system.later(hours=1)
    assert system.duty("snapshot") == {"counted": 1, "failed": 1}
    counted = system.read(Snapshot, keys.snapshot("PHO"))
    assert [(lane.lane, lane.open) for lane in counted.lanes] == [("detained", 1)]
    assert counted.oldest == system.time - timedelta(hours=1)


class _OutOfTimeError(BaseException):
    """A run that is stopped before it is complete."""


def test_every_office_is_counted_in_turn_if_no_run_has_time_for_all(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    indexed_cases, counted = Worklist.indexed_cases, list[str]()

    def limited(table: Worklist, office: str) -> Iterator[IndexedCase]:
        if len(counted) % 6 == 5:
            counted.append("out of time")
            raise _OutOfTimeError
        counted.append(office)
        return indexed_cases(table, office)

    monkeypatch.setattr(Worklist, "indexed_cases", limited)
    for _ in queues():
        with pytest.raises(_OutOfTimeError):
            system.duty("snapshot")
        system.later(minutes=5)
    assert {snapshot.office for snapshot in system.all(Snapshot, "SNAPSHOT")} >= set(queues())
    assert counted.count("ATL") == 5

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from casereview.cases.due import STUCK, shard_of
from casereview.schema.base import rfc3339
from casereview.schema.duty_records import Duty
from casereview.schema.records import Case
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.backend import BeginsWith, Query, pages
from casereview.store.due_index import DueItem
from casereview.store.duty_index import DutyPlace
from casereview.store.items import to_item
from casereview.store.table import Table
from casereview.store.transaction import put_new, put_over
from casereview.store.verify_index import VerifyPlace
from casereview.store.worklist import WorklistPlace
from tests.support.case_histories import NOW
from tests.support.case_histories import queued as case

HOUR = timedelta(hours=1)


def test_a_worklist_is_in_rank_order_and_continues_after_a_place(table: Table) -> None:
    for number in (3, 1, 2):
        table.put(case(number))
    table.put(case(4, rank="00.1.004.C4"))
    first = table.worklist.places("ATL", limit=2)
    assert [place.case_id for place in first] == ["C4", "C1"]
    assert [place.case_id for place in table.worklist.places("ATL", limit=9, after=first[-1])] == ["C2", "C3"]
    assert table.worklist.places("ATL", limit=9, prefix="00.") == [WorklistPlace("00.1.004.C4", "C4")]
    assert table.worklist.places("SNA", limit=9) == []


def test_the_worklist_index_has_the_attributes_that_a_snapshot_counts(table: Table) -> None:
    table.put(case(1, lane="detained", first_look={"target_at": NOW}, hold={"by": "a"}, flags=("verify",), digest="d1"))
    looked_at = {"target_at": NOW, "lane_since": NOW - HOUR, "looked_at": NOW - HOUR}
    table.put(case(2, lane="detained", first_look=looked_at, digest="d2"))
    one, two = table.worklist.indexed_cases("ATL")
    assert (one.lane, one.filed_at, one.first_look_at) == ("detained", NOW, NOW)
    assert (one.claimed, one.flags, one.digest) == (True, ("verify",), "d1")
    assert (two.claimed, two.flags, two.first_look_at, two.digest) == (False, (), None, "d2")
    assert (one.restricted, two.restricted) == (False, False)


def test_the_entries_of_a_worklist_are_read_to_its_end_from_any_place(table: Table) -> None:
    for number in (2, 3, 1):
        table.put(case(number))
    assert [entry["rank"][-2:] for entry in table.worklist.entries("ATL")] == ["C1", "C2", "C3"]
    assert [entry["rank"][-2:] for entry in table.worklist.entries("ATL", WorklistPlace("02.1.001.C1", "C1"))] == [
        "C2",
        "C3",
    ]
    assert list(table.worklist.entries("SNA")) == []


def test_a_worklist_and_one_lane_of_it_are_read_by_pages_with_some_attributes(table: Table) -> None:
    for number in range(1, 6):
        table.put(case(number, lane="detained"))
    table.put(case(6, rank="03.1.006.C6"))
    wanted = Query("ATL", keys.WORKLIST, limit=2, projection=("pk", "rank", "lane"))
    found = [item for page in pages(table.backend, wanted) for item in page.items]
    assert [item["pk"]["S"] for item in found] == [f"CASE#C{number}" for number in range(1, 7)]
    assert {name for item in found for name in item} == {"pk", "rank", "lane"}
    lane = replace(wanted, sort_key=BeginsWith("02."))
    assert [page.number for page in pages(table.backend, lane)][:3] == [2, 2, 1]


def _position(table: Table, number: int, *, restricted: bool) -> int | None:
    return table.worklist.position("ATL", f"02.1.{number:03d}.C{number}", restricted=restricted)


def test_a_position_in_a_worklist_counts_from_one_the_cases_that_are_shown(table: Table) -> None:
    for number in range(1, 6):
        table.put(case(number, restricted=number in {2, 3}))
    assert [_position(table, number, restricted=True) for number in (1, 3, 5)] == [1, 3, 5]
    assert [_position(table, number, restricted=False) for number in (1, 4, 5)] == [1, 2, 3]


def test_positions_are_counted_to_a_maximum_by_few_queries(table: Table) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("casereview.store.worklist.MAX_POSITION", 3)
        patch.setattr("casereview.store.worklist._MAX_PAGES", 2)
        for number in range(1, 6):
            table.put(case(number))
        for restricted in (True, False):
            assert [_position(table, number, restricted=restricted) for number in (3, 4, 5)] == [3, None, None]
        for number in range(1, 5):
            table.put(case(number, restricted=True))
        assert [_position(table, number, restricted=False) for number in (5, 6)] == [1, 2]
        for number in range(6, 9):
            table.put(case(number, restricted=True))
        assert _position(table, 9, restricted=False) is None


def test_the_cases_of_a_worklist_are_listed_page_by_page_with_what_filters_need(table: Table) -> None:
    looked_at = {"target_at": NOW, "lane_since": NOW - HOUR}
    table.put(case(1, lane="detained", first_look=looked_at, restricted=True))
    table.put(case(2, lane="other", hold={"by": "a"}, status="in_review"))
    table.put(case(3, flags=("verify",)))
    places = [WorklistPlace(f"02.1.{number:03d}.C{number}", f"C{number}") for number in (1, 2, 3)]
    one, two, three = table.worklist.listed_cases("ATL", per_page=2)
    assert one == (places[0], True, "detained", "in_line", None, NOW, ())
    assert two == (places[1], False, "other", "in_review", "a", None, ())
    assert (three.lane, three.flags) == (None, ("verify",))
    assert [found.place for found in table.worklist.listed_cases("ATL", after=places[0], per_page=1)] == places[1:]


def test_an_entry_without_the_mark_counts_as_restricted(table: Table) -> None:
    item = {name: value for name, value in to_item(case(1, lane="other", digest="d")).items() if name != "restricted"}
    table.backend.put(item)
    assert [found.restricted for found in table.worklist.listed_cases("ATL", per_page=5)] == [True]
    assert [found.restricted for found in table.worklist.indexed_cases("ATL")] == [True]
    assert _position(table, 2, restricted=False) == 1


def due(table: Table, record: Case) -> list[DueItem]:
    return table.due_index.due(shard_of(*keys.case(record.case_id)), NOW, 10)


def test_due_items_are_found_earliest_first_up_to_a_limit(table: Table) -> None:
    shard = shard_of(*keys.case("C1"))
    same = [number for number in range(1, 60) if shard_of(*keys.case(f"C{number}")) == shard][:3]
    for hours, number in enumerate(same):
        table.put(case(number, rank_at=NOW - hours * HOUR))
    assert [keys.case_id_of(found.key.pk) for found in table.due_index.due(shard, NOW, 10)] == [
        f"C{n}" for n in same[::-1]
    ]
    assert len(table.due_index.due(shard, NOW, 2)) == 2
    assert len(table.due_index.due(shard, NOW - HOUR, 10)) == 2
    assert table.due_index.due(shard, NOW - 9 * HOUR, 10) == []


def test_postponing_changes_when_an_item_is_due_and_stores_the_attempts(table: Table) -> None:
    table.put(case(rank_at=NOW - HOUR))
    [found] = due(table, case())
    assert (found.office, found.attempts, found.due_at) == ("ATL", 0, "2022-01-18T16:00:00.000Z")
    assert table.due_index.postpone(found, shard_of(*found.key), NOW + HOUR, attempts=1, stuck=False)
    assert due(table, case()) == []
    [later] = table.due_index.due(shard_of(*found.key), NOW + HOUR, 10)
    assert later.attempts == 1
    assert table.get(Case, keys.case("C1")) == case(rank_at=NOW - HOUR, attempts=1)


def test_of_two_sweeps_that_read_the_same_item_one_postpones_it(table: Table) -> None:
    table.put(case(rank_at=NOW - HOUR))
    [found] = due(table, case())
    assert table.due_index.postpone(found, "00", NOW, attempts=1, stuck=False)
    assert not table.due_index.postpone(found, "00", NOW + HOUR, attempts=1, stuck=False)


def test_work_done_since_it_was_read_is_not_postponed(table: Table) -> None:
    table.put(case(rank_at=NOW - HOUR))
    [found] = due(table, case())
    table.put(case())
    assert not table.due_index.postpone(found, "00", NOW, attempts=1, stuck=False)
    assert table.get(Case, keys.case("C1")) == case()


def test_a_stuck_item_is_flagged_and_moved_to_the_shard_of_stuck_work(table: Table) -> None:
    table.put(case(rank_at=NOW - HOUR))
    [found] = due(table, case())
    assert table.due_index.postpone(found, STUCK, NOW, attempts=8, stuck=True)
    assert [one.attempts for one in table.due_index.due(STUCK, NOW, 10)] == [8]
    stuck = table.get(Case, keys.case("C1"))
    assert stuck is not None
    assert stuck.stuck


def test_a_lane_of_a_worklist_continues_after_a_place(table: Table) -> None:
    for number in (1, 2, 3):
        table.put(case(number))
    table.put(case(4, rank="00.1.004.C4"))
    first = table.worklist.places("ATL", limit=2, prefix="02.")
    assert [place.case_id for place in first] == ["C1", "C2"]
    rest = table.worklist.places("ATL", limit=2, prefix="02.", after=first[-1])
    assert [place.case_id for place in rest] == ["C3"]


def test_a_case_that_changes_office_or_closes_leaves_its_worklist(table: Table) -> None:
    table.write(put_new(case(1)))
    table.write(put_over(case(1, version=2, office="SNA"), version=1))
    assert table.worklist.places("ATL", limit=9) == []
    assert [place.case_id for place in table.worklist.places("SNA", limit=9)] == ["C1"]
    table.write(put_over(case(1, version=3, status="closed"), version=2))
    assert table.worklist.places("SNA", limit=9) == []


def request(number: int, **fields: Any) -> Request:  # noqa: ANN401  # any field
    """Return a request whose holder is to be verified a number of hours from now."""
    plain: dict[str, Any] = {
        "receipt": f"R{number}",
        "case_id": "C1",
        "received_at": NOW,
        "role": "self",
        "authority": "none",
        "opened": True,
        "state_since": NOW,
        "mac_key": "k",
        "digest": b"d",
        "office": "ATL",
        "sealed": b"s",
        "verify_by": NOW + number * HOUR,
    }
    return Request(**{**plain, **fields})


def test_the_requests_to_verify_of_an_office_are_read_by_time_and_by_pages(table: Table) -> None:
    for number in (3, 1, 2):
        table.put(request(number))
    table.put(request(4, office="SNA"))
    table.put(request(5, verify_by=None))
    table.put(request(6, state="withdrawn"))
    first = table.verify_index.places("ATL", limit=2)
    assert first == [VerifyPlace(rfc3339(NOW + number * HOUR), f"R{number}") for number in (1, 2)]
    assert [place.receipt for place in table.verify_index.places("ATL", limit=2, after=first[-1])] == ["R3"]
    assert [place.receipt for place in table.verify_index.places("SNA", limit=2)] == ["R4"]
    assert table.verify_index.places("MIA", limit=2) == []


def test_a_request_leaves_the_queue_when_nothing_is_to_be_looked_at(table: Table) -> None:
    table.write(put_new(request(1)))
    assert table.get(Request, keys.request("R1")) == request(1)
    table.write(put_over(request(1, verify_by=None, verified=True), state="live", epoch=0))
    assert table.verify_index.places("ATL", limit=9) == []
    table.write(put_over(request(1, verify_by=NOW), state="live", epoch=0))
    assert [place.receipt for place in table.verify_index.places("ATL", limit=9)] == ["R1"]


def test_several_records_are_read_at_once(table: Table) -> None:
    for number in (1, 2):
        table.put(request(number))
    found = table.several(Request, [keys.request(f"R{number}") for number in (1, 2, 3)])
    assert sorted(one.receipt for one in found) == ["R1", "R2"]
    assert table.several(Request, []) == []


def duty(number: int, **changes: Any) -> Duty:  # noqa: ANN401  # any field
    plain = {"case_id": f"C{number}", "duty_id": f"call-{number}", "kind": "call", "office": "ATL", "since": NOW}
    return Duty(**{**plain, "due": NOW + number * HOUR, **changes})


def test_open_duties_of_an_office_are_listed_by_time_and_continue_after_a_place(table: Table) -> None:
    for one in (duty(3), duty(1), duty(2), duty(4, state="done"), duty(5, office="SNA")):
        table.put(one)
    listed = list(table.duty_queues.places(keys.duty_queue("ATL"), limit=2))
    assert [place.key for place in listed] == [keys.duty(f"C{number}", f"call-{number}") for number in (1, 2, 3)]
    assert list(table.duty_queues.places(keys.duty_queue("ATL"), limit=2, after=listed[1])) == listed[2:]
    beside = DutyPlace(listed[1].due, keys.duty("A", "call-9"))  # a place of another queue at the same time
    assert list(table.duty_queues.places(keys.duty_queue("ATL"), limit=1, after=beside)) == listed[1:]


def test_cases_that_await_an_approval_are_listed_by_time(table: Table) -> None:
    table.put(case(1, status="awaiting_approval", approve_by=NOW + HOUR))
    table.put(case(2, status="awaiting_approval", approve_by=NOW))
    table.put(case(3, approve_by=NOW))
    listed = list(table.duty_queues.places(keys.approval_queue("ATL"), limit=9))
    assert [place.key for place in listed] == [keys.case("C2"), keys.case("C1")]


def test_the_duties_of_a_case_are_read(table: Table) -> None:
    table.put(duty(1))
    table.put(duty(1, duty_id="letter-2", kind="letter", state="ended"))
    found = list(table.records(Duty, Query(keys.duties_partition("C1"))))
    assert [one.duty_id for one in found] == ["call-1", "letter-2"]
    table.write(put_over(found[0].evolve(state="done"), state="open"))
    assert next(table.records(Duty, Query(keys.duties_partition("C1")))).state == "done"

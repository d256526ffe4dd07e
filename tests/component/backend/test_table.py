from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.records import Case, CaseFile, Event, Guard, Officer, Read
from casereview.schema.waits import UsualWaits, Wait
from casereview.store import keys
from casereview.store.items import from_item
from casereview.store.table import Table
from casereview.store.transaction import (
    Check,
    Condition,
    Put,
    RefusedError,
    Replace,
    add,
    check,
    delete,
    put_new,
    put_over,
)
from casereview.store.waits import days_waited
from tests.support.case_histories import NOW, event, notice
from tests.support.case_histories import queued as case

HOUR = timedelta(hours=1)
GUARD = Guard(person="P", case="C", mac_key="K")


def refusal(table: Table, *writes: Any) -> RefusedError:  # noqa: ANN401  # writes of every kind
    with pytest.raises(RefusedError) as found:
        table.write(*writes)
    return found.value


def test_a_record_is_read_back_and_a_missing_one_is_none(table: Table) -> None:
    table.write(put_new(case()))
    assert table.get(Case, keys.case("C1")) == case()
    assert table.get(Case, keys.case("C2")) is None


def test_a_new_record_is_stored_once_and_a_refusal_returns_the_existing_item(table: Table) -> None:
    table.write(put_new(case(office="SNA")))
    found = refusal(table, put_new(GUARD), put_new(case(office="ATL")))
    assert found.reasons == [None, "ConditionalCheckFailed"]
    [first, second] = found.items
    assert first is None
    assert second is not None
    assert from_item(Case, second).office == "SNA"
    assert table.get(Guard, keys.guard("P")) is None


def test_a_record_is_replaced_if_it_has_the_expected_version(table: Table) -> None:
    table.write(put_new(case()))
    table.write(put_over(case(version=2), version=1))
    found = refusal(table, put_over(case(version=2, office="SNA"), version=1))
    assert found.reasons == ["ConditionalCheckFailed"]
    assert table.get(Case, keys.case("C1")) == case(version=2)


def test_a_missing_record_is_not_replaced(table: Table) -> None:
    assert refusal(table, put_over(case(version=2), version=1)).items == [None]


def test_every_expected_attribute_must_match(table: Table) -> None:
    table.write(put_new(case()))
    refusal(table, put_over(case(version=2), version=1, status="in_review"))
    table.write(put_over(case(version=2), version=1, status="in_line"))


def test_a_guard_is_deleted_and_checked_by_its_case_only(table: Table) -> None:
    table.write(put_new(GUARD))
    refusal(table, delete(keys.guard("P"), case="other"))
    table.write(check(keys.guard("P"), case="C"), put_new(case()))
    assert refusal(table, check(keys.guard("P"), case="other"), put_new(case(2))).reasons[1] is None
    table.write(delete(keys.guard("P"), case="C"))
    assert table.get(Guard, keys.guard("P")) is None


def test_a_counter_is_created_and_stops_at_its_bound(table: Table) -> None:
    for _ in range(3):
        table.write(add(Officer(user="a", claims=1, nexts=1), claims=3))
    refusal(table, add(Officer(user="a", claims=1), claims=3))
    table.write(add(Officer(user="a", claims=-1)))
    assert table.get(Officer, keys.officer("a")) == Officer(user="a", claims=2, nexts=3)


def test_a_case_file_has_the_case_its_events_in_order_and_its_notices(table: Table) -> None:
    events = tuple(event(version) for version in (1, 2, 10, 11)[::-1])
    mine = [one.model_copy(update={"case_id": "C1"}) for one in events]
    pending = notice(case_id="C1")
    table.write(put_new(case()), put_new(case(2)), *map(put_new, mine), put_new(pending))
    assert table.case_file("C1") == CaseFile(case(), tuple(reversed(mine)), (pending,))
    assert table.case_file("C3") is None


def test_a_case_file_of_several_pages_is_complete(table: Table) -> None:
    table.write(put_new(case()))
    for version in range(1, 9):
        long = Event(case_id="C1", version=version, at=NOW, kind="updated", actor="requester", sealed=bytes(300_000))
        table.write(put_new(long))
    found = table.case_file("C1")
    assert found is not None
    assert [one.version for one in found.events] == list(range(1, 9))


def test_cases_are_read_in_a_batch_without_those_that_do_not_exist(table: Table) -> None:
    table.write(put_new(case(1)), put_new(case(2)))
    assert table.cases(["C2", "C9", "C1"]) == {"C1": case(1), "C2": case(2)}
    assert table.cases([]) == {}


def test_a_partition_is_read_completely_or_by_prefix(table: Table) -> None:
    table.write(put_new(case()), put_new(event(1).model_copy(update={"case_id": "C1"})), put_new(case(2)))
    assert [item["sk"]["S"] for item in table.items("CASE#C1")] == ["CASE", "EVENT#000001"]
    assert [item["sk"]["S"] for item in table.items("CASE#C1", "EVENT#")] == ["EVENT#000001"]
    assert table.items("CASE#C9") == []


def test_reads_are_stored_in_another_partition_than_the_case_oldest_first(table: Table) -> None:
    reads = [Read(case_id="C1", read_id=str(number), at=NOW, user="a", what="case") for number in (2, 1)]
    for read in reads:
        table.put(read)
    table.put(case())
    assert table.reads("C1") == reads[::-1]
    assert table.case_file("C1") == CaseFile(case(), (), ())


def test_an_unconditional_write_replaces_any_item(table: Table) -> None:
    table.write(Put(GUARD))
    table.write(Put(GUARD.model_copy(update={"case": "D"})), put_new(case()))
    assert table.get(Guard, keys.guard("P")) == GUARD.model_copy(update={"case": "D"})


def test_a_check_that_allows_a_missing_item_still_refuses_another_value(table: Table) -> None:
    allowed = Check(keys.guard("P"), Condition({"case": "C"}, or_absent=True))
    table.write(allowed, put_new(case(1)))
    table.write(put_new(GUARD))
    table.write(allowed, put_new(case(2)))
    other = Check(keys.guard("P"), Condition({"case": "D"}, or_absent=True))
    assert refusal(table, other, put_new(case(3))).reasons == ["ConditionalCheckFailed", None]


def test_a_replacement_that_allows_a_missing_item_still_refuses_another_value(table: Table) -> None:
    own = Condition({"case": "C", "mac_key": "K"}, or_absent=True)
    table.write(Replace(GUARD, own))
    table.write(Replace(GUARD.model_copy(update={"case": "D"}), own))
    assert refusal(table, Replace(GUARD, own)).reasons == ["ConditionalCheckFailed"]


def test_a_value_that_must_differ_refuses_the_same_value_only(table: Table) -> None:
    table.write(put_new(GUARD))
    same = Condition({"person": "P", "mac_key": "K"}, different={"case": "C"})
    other = Condition({"person": "P", "mac_key": "K"}, different={"case": "D"})
    assert refusal(table, Replace(GUARD, same)).reasons == ["ConditionalCheckFailed"]
    table.write(Replace(GUARD, other))
    missing = Condition({"person": "P", "mac_key": "K"}, different={"absent": "D"})
    table.write(Replace(GUARD, missing))


def test_a_condition_on_different_values_does_not_allow_a_missing_item(table: Table) -> None:
    different = Condition({"person": "P", "mac_key": "K"}, different={"case": "D"})
    assert refusal(table, Replace(GUARD, different)).items == [None]
    assert table.get(Guard, keys.guard("P")) is None


def test_a_replacement_for_another_period_allows_a_missing_item(table: Table) -> None:
    first = UsualWaits(office="ATL", as_of=NOW, week="2022-W03")
    once = Condition(different={"week": "2022-W03"}, or_absent=True)
    table.write(Replace(first, once))
    assert refusal(table, Replace(first.model_copy(update={"weeks": {"x": 1}}), once)).reasons == [
        "ConditionalCheckFailed"
    ]
    after = first.model_copy(update={"week": "2022-W04"})
    table.write(Replace(after, Condition(different={"week": "2022-W04"}, or_absent=True)))
    assert table.get(UsualWaits, keys.usual_waits("ATL")) == after


def test_waits_are_read_by_office_lane_and_time(table: Table) -> None:
    for number, days in enumerate((200, 180, 1, 0, -1)):
        at = NOW - timedelta(days=days)
        table.put(Wait(office="ATL", lane="x", decided_at=at, unique=str(number), days=days + 1, expires_at=1))
    table.put(Wait(office="ATL", lane="y", decided_at=NOW, unique="9", days=9, expires_at=1))
    assert days_waited(table, "ATL", "x", NOW) == [181, 2, 1]
    assert days_waited(table, "PHO", "x", NOW) == []


def test_an_item_is_deleted_if_every_expected_attribute_matches(table: Table) -> None:
    table.write(put_new(GUARD))
    refusal(table, delete(keys.guard("P"), case="C", mac_key="other"))
    table.write(delete(keys.guard("P"), case="C", mac_key="K"))
    assert table.get(Guard, keys.guard("P")) is None


def test_a_refused_write_cancels_all_others_of_its_transaction(table: Table) -> None:
    table.write(put_new(GUARD))
    refusal(table, put_new(case()), Put(GUARD.model_copy(update={"case": "D"})), check(keys.officer("a"), claims=1))
    assert table.get(Case, keys.case("C1")) is None
    assert table.get(Guard, keys.guard("P")) == GUARD


def test_a_counter_without_a_bound_is_created_too(table: Table) -> None:
    table.write(add(Officer(user="a", nexts=1)))
    table.write(add(Officer(user="a", claims=-1, nexts=2), claims=1))
    assert table.get(Officer, keys.officer("a")) == Officer(user="a", claims=-1, nexts=3)

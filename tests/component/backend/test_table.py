from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from casereview.schema.event_records import Event, Filing, Read
from casereview.schema.evidence import CaseFile, Claims, Finding, Findings, Text
from casereview.schema.facts import Facts
from casereview.schema.office_records import Officer, ReasonUse
from casereview.schema.policy_records import PolicyAuthor, PolicyHead, Preview
from casereview.schema.records import Case, Guard
from casereview.schema.waits import UsualWaits, Wait
from casereview.store import keys
from casereview.store.backend import Between, Query
from casereview.store.items import from_item
from casereview.store.table import Table
from casereview.store.transaction import (
    Check,
    Condition,
    Delete,
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
    assert list(found.failed) == [keys.case("C1")]
    stored = found.failed[keys.case("C1")]
    assert stored is not None
    assert from_item(Case, stored).office == "SNA"
    assert table.get(Guard, keys.guard("P")) is None


def test_a_record_is_replaced_if_it_has_the_expected_version(table: Table) -> None:
    table.write(put_new(case()))
    table.write(put_over(case(version=2), version=1))
    found = refusal(table, put_over(case(version=2, office="SNA"), version=1))
    assert list(found.failed) == [keys.case("C1")]
    assert table.get(Case, keys.case("C1")) == case(version=2)


def test_a_missing_record_is_not_replaced(table: Table) -> None:
    assert refusal(table, put_over(case(version=2), version=1)).failed == {keys.case("C1"): None}


def test_every_expected_attribute_must_match(table: Table) -> None:
    table.write(put_new(case()))
    refusal(table, put_over(case(version=2), version=1, status="in_review"))
    table.write(put_over(case(version=2), version=1, status="in_line"))


def test_a_guard_is_deleted_and_checked_by_its_case_only(table: Table) -> None:
    table.write(put_new(GUARD))
    refusal(table, delete(keys.guard("P"), case="other"))
    table.write(check(keys.guard("P"), case="C"), put_new(case()))
    assert list(refusal(table, check(keys.guard("P"), case="other"), put_new(case(2))).failed) == [keys.guard("P")]
    table.write(delete(keys.guard("P"), case="C"))
    assert table.get(Guard, keys.guard("P")) is None


def test_several_attributes_are_checked_together(table: Table) -> None:
    report = Preview(policy_id="P", office="ATL", run="R", digest="D", at=NOW, done=True)
    table.write(Put(report))
    key = keys.preview("P", "ATL")
    table.write(check(key, digest="D", done=True), put_new(GUARD))
    for expected in ({"digest": "D", "done": False}, {"digest": "E", "done": True}):
        assert list(refusal(table, put_new(case()), check(key, **expected)).failed) == [key]


def test_a_counter_is_created_and_stops_at_its_bound(table: Table) -> None:
    for _ in range(3):
        table.write(add(Officer(user="a", claims=1, nexts=1), claims=3))
    refusal(table, add(Officer(user="a", claims=1), claims=3))
    table.write(add(Officer(user="a", claims=-1)))
    assert table.get(Officer, keys.officer("a")) == Officer(user="a", claims=2, nexts=3)


def test_the_uses_of_a_reason_are_counted(table: Table) -> None:
    for _ in range(2):
        table.write(add(ReasonUse(reason="R", mac_key="K", uses=1)))
    table.write(add(ReasonUse(reason="R", mac_key="K", restricted_uses=1)))
    found = table.get(ReasonUse, keys.reason_use("R"))
    assert found == ReasonUse(reason="R", mac_key="K", uses=2, restricted_uses=1)


def _claims(receipt: str, *, opened: bool, **facts: Any) -> Claims:  # noqa: ANN401  # any fact
    filing = Filing(role="self", authority="none", opened=opened)
    return Claims(case_id="C1", receipt=receipt, filing=filing, filed_at=NOW, office="ATL", facts=Facts(**facts))


def test_the_evidence_of_a_case_has_its_claims_the_opening_one_first_and_its_findings(table: Table) -> None:
    joined, opened = _claims("A", opened=False), _claims("B", opened=True, pregnant=None, custody="detained")
    found = Finding(facts=Facts(pregnant=True, custody=None), verdict="confirmed", at=NOW, version=2)
    findings = Findings(case_id="C1", found=(found,))
    assert table.evidence_of(case()) == CaseFile(case(), (), Findings(case_id="C1"))
    table.write(Put(joined), put_new(opened), Put(findings))
    file = table.evidence_of(case())
    assert file == CaseFile(case(), (opened, joined), findings)
    assert file.claims[0].facts.model_fields_set == {"pregnant", "custody"}
    assert file.findings.found[0].facts.model_fields_set == {"pregnant", "custody"}
    table.write(delete(keys.claims("C1", "A")))
    assert table.evidence_of(case()).claims == (opened,)


def test_the_events_after_a_version_are_read_in_order_over_several_pages(table: Table) -> None:
    table.write(put_new(case()), put_new(notice(case_id="C1")))
    for version in (11, *range(8, 0, -1)):
        long = Event(case_id="C1", version=version, at=NOW, kind="updated", actor="requester", sealed=bytes(300_000))
        table.write(put_new(long))
    assert [one.version for one in table.events_after("C1", 0)] == [*range(1, 9), 11]
    assert [one.version for one in table.events_after("C1", 7)] == [8, 11]
    assert [one.version for one in table.events_after("C1", 11)] == []


def _text(number: int) -> Text:
    return Text(owner="R1", text_id=f"{number:03d}", at=NOW, part="update", kind="updated", sealed=b"words")


def test_records_between_two_keys_are_read_page_by_page(table: Table) -> None:
    for number in (3, 1, 2):
        table.write(put_new(_text(number)))
    query = Query("TEXTS#R1", sort_key=Between("TEXT#001~", "TEXT#~"), limit=1)
    assert list(table.records(Text, query)) == [_text(2), _text(3)]


def test_cases_are_read_in_a_batch_without_those_that_do_not_exist(table: Table) -> None:
    table.write(put_new(case(1)), put_new(case(2)))
    assert table.cases(["C2", "C9", "C1"]) == {"C1": case(1), "C2": case(2)}
    assert table.cases([]) == {}


def test_more_cases_than_a_batch_holds_are_read_in_several(table: Table) -> None:
    table.write(*(put_new(case(number)) for number in range(1, 100)))
    table.write(put_new(case(100)), put_new(case(101)))
    wanted = [f"C{number}" for number in range(1, 102)]
    assert table.cases([*wanted, *wanted]).keys() == set(wanted)


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
    query = Query(keys.reads_partition("C1"), sort_key=Between("READ#", "READ#~"), consistent=False)
    assert list(table.records(Read, query)) == reads[::-1]
    assert [item["sk"]["S"] for item in table.items("CASE#C1")] == ["CASE"]


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
    assert list(refusal(table, other, put_new(case(3))).failed) == [keys.guard("P")]


def test_a_replacement_that_allows_a_missing_item_still_refuses_another_value(table: Table) -> None:
    own = Condition({"case": "C", "mac_key": "K"}, or_absent=True)
    table.write(Replace(GUARD, own))
    table.write(Replace(GUARD.model_copy(update={"case": "D"}), own))
    assert list(refusal(table, Replace(GUARD, own)).failed) == [keys.guard("P")]


def test_a_value_that_must_differ_refuses_the_same_value_only(table: Table) -> None:
    table.write(put_new(GUARD))
    same = Condition({"person": "P", "mac_key": "K"}, different={"case": "C"})
    other = Condition({"person": "P", "mac_key": "K"}, different={"case": "D"})
    assert list(refusal(table, Replace(GUARD, same)).failed) == [keys.guard("P")]
    table.write(Replace(GUARD, other))
    missing = Condition({"person": "P", "mac_key": "K"}, different={"absent": "D"})
    table.write(Replace(GUARD, missing))


def test_a_condition_on_different_values_does_not_allow_a_missing_item(table: Table) -> None:
    different = Condition({"person": "P", "mac_key": "K"}, different={"case": "D"})
    assert refusal(table, Replace(GUARD, different)).failed == {keys.guard("P"): None}
    assert table.get(Guard, keys.guard("P")) is None


def test_a_replacement_for_another_period_allows_a_missing_item(table: Table) -> None:
    first = UsualWaits(office="ATL", as_of=NOW, week="2022-W03")
    once = Condition(different={"week": "2022-W03"}, or_absent=True)
    table.write(Replace(first, once))
    again = Replace(first.model_copy(update={"weeks": {"x": 1}}), once)
    assert list(refusal(table, again).failed) == [keys.usual_waits("ATL")]
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


def _draft(number: int) -> PolicyHead:
    return PolicyHead(
        policy_id=f"p{number}", kind="document", title="T", digest="D", author="ada", author_id="A", created_at=NOW
    )


def test_the_drafts_of_an_author_and_their_bytes_are_counted_up_to_their_bounds(table: Table) -> None:
    table.write(add(PolicyAuthor(author="A", drafts=1, size=60), drafts=2, size=100))
    table.write(add(PolicyAuthor(author="A", size=20), size=100))
    table.write(add(PolicyAuthor(author="A", drafts=1, size=30), drafts=2, size=100))
    for more in (PolicyAuthor(author="A", drafts=1), PolicyAuthor(author="A", size=1)):
        refusal(table, add(more, drafts=2, size=100))
    refusal(table, add(PolicyAuthor(author="A", size=1), size=100))
    table.write(add(PolicyAuthor(author="A", size=-10)))
    table.write(add(PolicyAuthor(author="A", drafts=-1, size=-50)))
    table.write(add(PolicyAuthor(author="A", drafts=1, size=1), drafts=2, size=100))
    assert table.get(PolicyAuthor, keys.policy_author("A")) == PolicyAuthor(author="A", drafts=2, size=51)


def test_an_item_is_deleted_by_another_person_than_its_author_only(table: Table) -> None:
    draft, read = _draft(1), {"state": "draft", "digest": "D", "author_id": "A"}
    table.write(put_new(draft))
    key = keys.policy_draft("p1")
    refusal(table, Delete(key, Condition(read, different={"author_id": "A"})))
    refusal(table, Delete(key, Condition({**read, "digest": "other"}, different={"author_id": "B"})))
    table.write(Delete(key, Condition(read, different={"author_id": "B"})))
    assert table.get(PolicyHead, key) is None


def test_an_item_is_deleted_whatever_it_holds_and_if_there_is_none(table: Table) -> None:
    table.write(put_new(_draft(1)))
    for _ in range(2):
        table.write(Delete(keys.policy_draft("p1"), Condition()))
    assert table.items(keys.POLICY_DRAFTS) == []


def test_some_attributes_of_a_partition_are_read(table: Table) -> None:
    for number in (2, 1):
        table.write(put_new(_draft(number)))
    found = table.query(Query(keys.POLICY_DRAFTS, projection=("sk", "digest")))
    assert list(found) == [{"sk": {"S": f"HEAD#p{number}"}, "digest": {"S": "D"}} for number in (1, 2)]

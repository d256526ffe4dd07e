from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.due import STUCK, shard_of
from casereview.cases.lifecycle import QUEUED
from casereview.schema.decision_records import DecisionRef
from casereview.schema.event_records import Event
from casereview.schema.evidence import Claims, Finding, Findings
from casereview.schema.facts import Facts
from casereview.schema.notice_records import Notice
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case, FirstLookClock, Guard, Hold, Stored
from casereview.schema.request_records import Request
from casereview.store import keys
from casereview.store.items import attribute, from_item, plain_fields, to_item
from casereview.store.record_keys import key_of
from casereview.store.unreadable import UnreadableError
from tests.support.case_histories import NOW, event, file_of, filed, notice, updated
from tests.support.record_strategies import KINDS, of_kind

WHEN = "2022-01-18T17:00:00.000Z"


def case(**fields: Any) -> Case:  # noqa: ANN401  # any field
    return file_of([filed(1, "R1", "self", Facts())], **fields).case


def indexed(record: Stored) -> dict[str, str]:
    """Return the attributes of an item's indexes."""
    item = to_item(record)
    return {name: item[name]["S"] for name in ("queue", "due_shard", "due_at", "case_id") if name in item}


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_a_record_survives_a_round_trip_through_its_item(kind: type[Stored], data: st.DataObject) -> None:
    record = data.draw(of_kind(kind))
    found = from_item(kind, to_item(record))
    assert found == record
    assert found.model_dump() == record.model_dump()


@given(of_kind(Facts))
def test_facts_claimed_as_unknown_survive_a_round_trip(facts: Facts) -> None:
    found = from_item(Event, to_item(updated(2, "R1", facts)))
    assert found.claims is not None
    assert found.claims.model_fields_set == facts.model_fields_set


@pytest.mark.parametrize("kind", KINDS)
@given(st.data())
def test_an_item_has_its_key_and_schema_version_and_no_null_attributes(kind: type[Stored], data: st.DataObject) -> None:
    record = data.draw(of_kind(kind))
    item = to_item(record)
    assert (item["pk"], item["sk"]) == tuple({"S": part} for part in key_of(record))
    assert item["schema"] == {"N": "1"}
    assert {"NULL": True} not in item.values()


@given(st.tuples(*map(of_kind, KINDS)))
def test_each_kind_of_record_has_keys_of_its_own(records: tuple[Stored, ...]) -> None:
    found = [key_of(record) for record in records]
    assert len({(key.pk.partition("#")[0], key.sk.partition("#")[0]) for key in found}) == len(KINDS)


def test_policy_and_office_are_read_from_the_key_of_a_preview_only() -> None:
    assert keys.previewed_of(keys.preview("2025-01-20-order", "ATL")) == ("2025-01-20-order", "ATL")
    assert keys.previewed_of(keys.policy("2025-01-20-order")) is None


def test_events_sort_by_their_version_after_the_case_and_before_the_notices() -> None:
    found = [keys.case("1"), *(keys.event("1", version) for version in (1, 2, 9, 10, 99, 1000)), keys.notice("1", "N")]
    assert [key.sk for key in found] == sorted(key.sk for key in found)
    assert len({key.pk for key in found}) == 1


def test_ids_are_read_from_keys() -> None:
    assert keys.case_id_of(keys.case("ABC").pk) == "ABC"
    assert keys.notice_id_of(keys.notice("ABC", "acknowledgement-R#1").sk) == "acknowledgement-R#1"
    assert keys.notice_id_of(keys.case("ABC").sk) is None


@pytest.mark.parametrize("status", sorted(QUEUED | {"received", "decided", "withdrawn", "closed"}))
def test_a_case_is_in_its_offices_worklist_while_it_is_queued_and_ranked(status: str) -> None:
    ranked = indexed(case(status=status, rank="02.1.1.CASE", office="SNA"))
    assert ranked.get("queue") == ("SNA" if status in QUEUED else None)
    assert "queue" not in indexed(case(status=status, office="SNA"))


def test_only_records_with_pending_work_are_in_the_due_index() -> None:
    unranked = case(rank_at=NOW)
    assert indexed(unranked) == {"due_at": WHEN, "due_shard": shard_of("CASE#CASE", "CASE")}
    assert indexed(case()) == {}
    pending = notice(send_at=NOW)
    assert indexed(pending) == {"due_at": WHEN, "due_shard": shard_of(*key_of(pending))}
    assert indexed(notice(state="sent")) == {}
    preview = Preview(policy_id="P", office="ATL", run="1", digest="D", at=NOW, work_at=NOW)
    assert indexed(preview) == {"due_at": WHEN, "due_shard": shard_of("PREVIEW#P", "OFFICE#ATL")}
    assert indexed(preview.evolve(work_at=None)) == {}


def test_a_stuck_record_is_in_the_shard_of_stuck_work_while_work_is_pending() -> None:
    assert indexed(case(rank_at=NOW, stuck=True))["due_shard"] == STUCK
    assert indexed(notice(send_at=NOW, stuck=True))["due_shard"] == STUCK
    assert indexed(case(stuck=True)) == {}


@given(of_kind(Request))
def test_the_item_of_a_request_is_in_the_index_of_requests(request: Request) -> None:
    assert indexed(request) == {"case_id": request.case_id}


@pytest.mark.parametrize("record", [case(), event(1), notice(), Guard(person="P", case="C", mac_key="K")])
def test_no_other_record_is_in_the_index_of_requests(record: Stored) -> None:
    assert "case_id" not in to_item(record)


def test_an_item_of_another_kind_is_rejected() -> None:
    with pytest.raises(UnreadableError) as caught:
        from_item(Notice, to_item(case()))
    assert (caught.value.record, caught.value.key) == ("Notice", key_of(case()))
    assert set(caught.value.fields) >= {"created_at", "language"}


@pytest.mark.parametrize(("name", "value"), [("due", "soon"), ("due", ["soon"]), ("lane", 7), ("filed_at", "never")])
def test_a_field_of_the_wrong_type_is_named_and_its_value_is_not(name: str, value: object) -> None:
    with pytest.raises(UnreadableError) as caught:
        from_item(Case, {**to_item(case()), name: attribute(value)})
    assert caught.value.fields == (name,)
    assert "soon" not in str(caught.value)


@pytest.mark.parametrize("text", ["{", "[]", "7", None])
def test_what_was_said_is_named_where_it_is_no_json_object(text: str | None) -> None:
    with pytest.raises(UnreadableError) as caught:
        from_item(Claims, {"pk": {"S": "CLAIMS#C1"}, "sk": {"S": "RECEIPT#R1"}, "said": attribute(text)})
    assert caught.value.fields == ("said",)


def test_nested_values_of_a_case_are_top_level_attributes_and_due_times_one_map() -> None:
    hold = Hold(by="omar", by_id="id-1", since=NOW, lease_until=NOW)
    clock = FirstLookClock(lane_since=NOW, target_at=NOW, stopped_ms=5)
    decision = DecisionRef(version=3, by="omar", by_id="id-1", outcome="declined")
    record = case(rank_at=NOW, answer_by=NOW, hold=hold, first_look=clock, decision=decision)
    fields = plain_fields(to_item(record))
    assert fields["due"] == dict.fromkeys(("rank", "lease", "answer"), WHEN)
    flat = {
        "claimed_by": "omar",
        "claimed_by_id": "id-1",
        "held_since": WHEN,
        "lane_since": WHEN,
        "target_at": WHEN,
        "stopped_ms": 5,
        "decision": 3,
        "decided_by": "omar",
        "decided_by_id": "id-1",
        "outcome": "declined",
    }
    assert flat.items() <= fields.items()
    assert not {"rank_at", "answer_by", "lease_until", "hold", "first_look"} & fields.keys()


OTHER: dict[str, Any] = {
    "text": "red",
    "number": 3,
    "fraction": Decimal("1.5"),
    "nothing": None,
    "bytes": b"x",
    "names": {"a", "b"},
    "nested": {"list": [1, {"deep": False}]},
}


@pytest.mark.parametrize("name", OTHER)
def test_an_attribute_of_another_release_is_written_back_unchanged(name: str) -> None:
    item = {**to_item(case()), name: attribute(OTHER[name])}
    assert to_item(from_item(Case, item).evolve(version=2))[name] == item[name]


def test_due_work_of_another_release_is_written_back_and_counts_for_the_due_index() -> None:
    item = to_item(case(rank_at=NOW + timedelta(hours=1)))
    item["due"] = attribute({"rank": "2022-01-18T18:00:00.000Z", "verify": WHEN})
    found = from_item(Case, item).evolve(version=2)
    again = to_item(found)
    assert (again["due"], again["due_at"]) == (item["due"], {"S": WHEN})
    done = to_item(found.evolve(rank_at=None))
    assert (done["due"], done["due_at"]) == ({"M": {"verify": {"S": WHEN}}}, {"S": WHEN})


def test_a_case_in_a_state_of_another_release_keeps_its_place_in_the_worklist() -> None:
    queued = {**to_item(case(status="in_line", rank="02.1.1.CASE")), "status": attribute("resting")}
    queued["first_look_at"] = attribute(WHEN)
    again = to_item(from_item(Case, queued).evolve(version=2))
    assert {name: again[name] for name in ("queue", "first_look_at", "status")} == {
        name: queued[name] for name in ("queue", "first_look_at", "status")
    }
    away = to_item(from_item(Case, {**queued, "status": attribute("decided")}))
    assert not {"queue", "first_look_at"} & away.keys()


def test_a_record_of_an_unknown_kind_has_no_key() -> None:
    with pytest.raises(KeyError):
        key_of(Stored())


def test_all_that_was_found_keeps_what_was_established_as_unknown() -> None:
    unknown = Finding(facts=Facts(custody=None), verdict="confirmed", at=NOW, version=2)
    known = Finding(facts=Facts(custody="detained"), verdict="confirmed", at=NOW, version=3)
    before = Findings(case_id="C1", found=(known,), made=(unknown, known))
    after = from_item(Findings, to_item(before))
    assert [one.facts.model_fields_set for one in after.made] == [{"custody"}, {"custody"}]
    assert after == before

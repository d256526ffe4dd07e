"""One item that cannot be read stops nothing but what needs it, and opens nothing: its case counts as restricted.

What waits goes on by itself once the item is repaired.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from casereview.schema.addresses import AddressSends
from casereview.schema.office_records import Lookups, Officer
from casereview.store import keys
from casereview.store.items import attribute
from casereview.store.keys import Key
from tests.support.staff import (
    CLEARED,
    COLLEAGUE,
    LAWYER,
    OFFICER,
    SISTER,
    SUPERVISOR,
    FiledCase,
    claimed,
    contacts,
    decide,
    decision,
    file_case,
    item,
    person,
    post,
    take_next,
    verify,
    worklist,
)
from tests.support.standing import recognized
from tests.support.system import System
from tests.support.unreadable import (
    CLEARED_SUPERVISOR,
    RECORDS,
    UNREADABLE,
    WRONG,
    broken,
    get,
    of_request,
    problem,
    stored,
)

# ---- the case itself


@pytest.fixture
def two(system: System) -> tuple[FiledCase, FiledCase]:
    """Two cases of one office, the first of which has a verified requester and cannot be read."""
    bad, good = file_case(system, 11), file_case(system, 12)
    recognized(system, bad.filed)
    return bad, good


@pytest.mark.parametrize("fields", [{"status": None}, {"filed_at": None}, {"version": WRONG}, {"facts": "none"}])
def test_a_case_that_cannot_be_read_is_left_out_and_blocks_nothing(
    system: System, two: tuple[FiledCase, FiledCase], fields: Mapping[str, object]
) -> None:
    bad, good = two
    before = item(system, good.case_id)
    broken(system, keys.case(bad.case_id), **fields)
    assert worklist(system)["items"] == [before]
    assert system.duty("snapshot")["failed"] == 0
    assert system.duty("bands")["failed"] == 0
    system.settle(5)
    assert get(system, OFFICER, bad).status == 404
    assert problem(get(system, CLEARED, bad)) == UNREADABLE
    assert problem(post(system, CLEARED, bad.case_id, "claim", {})) == UNREADABLE
    assert take_next(system) == good.case_id
    assert take_next(system, COLLEAGUE) is None


def test_the_holder_of_a_case_that_cannot_be_read_sees_what_an_unverified_one_does(
    system: System, two: tuple[FiledCase, FiledCase]
) -> None:
    bad, good = two
    assert system.look_up(bad.filed)["disclosure"] == "full"
    broken(system, keys.case(bad.case_id), status=None)
    shown = system.look_up(bad.filed)
    unverified = system.look_up(good.filed)
    assert (shown["disclosure"], shown["status"], shown["decision"]) == ("limited", "received", None)
    assert shown.keys() == unverified.keys()


def test_a_request_about_the_person_of_a_case_that_cannot_be_read_gets_a_case_of_its_own(
    system: System, two: tuple[FiledCase, FiledCase]
) -> None:
    bad, _good = two
    repair = broken(system, keys.case(bad.case_id), status=None)
    second = system.file(person(11, requester=SISTER))
    system.pump()
    own = system.case_of(second)
    assert own.case_id != bad.case_id
    assert "maybe_same_person" in item(system, own.case_id, CLEARED)["flags"]
    assert "maybe_same_person" not in item(system, own.case_id)["flags"], "it counts as restricted"
    repair()
    assert "maybe_same_person" in item(system, own.case_id)["flags"]


def test_a_request_about_a_person_whose_guard_cannot_be_read_gets_a_case_of_its_own(
    system: System, two: tuple[FiledCase, FiledCase]
) -> None:
    bad, _good = two
    guard = next(one for one in system.guards if one.case == bad.case_id)
    broken(system, keys.guard(guard.person), case=None)
    second = system.file(person(11, requester=SISTER))
    system.pump()
    own = system.case_of(second)
    assert (own.apart_from, own.over_limit) == (guard.person, True)
    assert "maybe_same_person" in item(system, own.case_id, CLEARED)["flags"]


# ---- a record of the case


@pytest.mark.parametrize("find", RECORDS)
def test_a_case_of_which_a_record_cannot_be_read_counts_as_restricted_until_it_is_repaired(
    system: System, find: Callable[[System, FiledCase], tuple[Key, str]]
) -> None:
    held, other = claimed(system, requester=LAWYER), file_case(system, 12)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    key, field = find(system, held)
    ranked = stored(system, held)
    repair = broken(system, key, **{field: WRONG})
    body = {**DECLINED, "case_version": ranked.version}
    assert get(system, OFFICER, held).status == 404
    after = stored(system, held)
    assert (after.restricted, after.rank, after.lane) == (True, ranked.rank, ranked.lane)
    assert [one["case_id"] for one in worklist(system)["items"]] == [other.case_id]
    assert "unreadable" in item(system, held.case_id, CLEARED)["flags"]
    assert [one["case_id"] for one in worklist(system, CLEARED, flag="unreadable")["items"]] == [held.case_id]
    shown = get(system, CLEARED, held)
    assert (shown.status, "unreadable" in shown.json()["flags"]) == (200, True)
    assert problem(post(system, CLEARED_SUPERVISOR, held.case_id, "release", {})) == UNREADABLE
    assert post(system, OFFICER, held.case_id, "decision", body).status == 404
    if find is not of_request:
        assert system.look_up(held.filed)["disclosure"] == "limited"
    system.settle(10)
    assert stored(system, held).rank == ranked.rank
    repair()
    system.settle(60)
    again = stored(system, held)
    assert (again.restricted, again.unreadable, again.rank) == (False, False, ranked.rank)
    assert system.look_up(held.filed)["disclosure"] == "full"
    assert decide(system, OFFICER, held.case_id)["status"] == "decided"


DECLINED: dict[str, Any] = {"outcome": "granted", "reasons": [], "internal_reasons": "x", "factors": [], "policy": None}


@pytest.mark.parametrize("find", RECORDS)
def test_work_on_a_case_that_stays_unreadable_is_given_up_and_goes_on_after_a_redrive(
    system: System, find: Callable[[System, FiledCase], tuple[Key, str]]
) -> None:
    held = claimed(system)
    key, field = find(system, held)
    repair = broken(system, key, **{field: WRONG})
    assert get(system, OFFICER, held).status == 404
    stuck = 0
    for _ in range(12):
        system.later(hours=10)
        stuck += system.sweep()["stuck"]
        system.pump()
    assert stuck >= 1
    assert system.sweep()["asked"] == 0
    repair()
    assert system.duty("redrive")["redriven"] >= 1
    system.pump()
    assert (stored(system, held).restricted, stored(system, held).unreadable) == (False, False)


def test_a_mark_of_protection_counts_while_what_officers_found_cannot_be_read(system: System) -> None:
    held = claimed(system, by=CLEARED)
    verify(system, CLEARED, held.case_id, facts={"protected": True})
    system.pump()
    repair = broken(system, keys.findings(held.case_id), found=WRONG)
    system.on(held.filed, "POST", "/updates", {"facts": {"pregnant": True}})
    system.settle(5)
    assert (stored(system, held).restricted, stored(system, held).unreadable) == (True, True)
    repair()
    system.settle(60)
    assert (stored(system, held).restricted, stored(system, held).unreadable) == (True, False)


def test_the_mark_of_a_withdrawn_request_counts_where_its_own_attribute_is_lost(system: System) -> None:
    held = file_case(system, requester=LAWYER)
    second = system.file(person(11, requester=SISTER, facts={"relief_pending": ["u_visa"]}))
    system.pump()
    assert system.on(second, "POST", "/withdrawal", {}).status == 202
    system.tamper(keys.claims(held.case_id, second["receipt"]), protects=None)
    system.on(held.filed, "POST", "/updates", {"facts": {"pregnant": True}})
    system.pump()
    assert stored(system, held).restricted


def test_news_waits_while_a_record_cannot_be_read_and_is_sent_when_it_is_repaired(system: System) -> None:
    held = claimed(system)
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    system.pump()
    sent = len(system.outbox())
    system.work(OFFICER, held.case_id, "decision", decision(system, OFFICER, held.case_id))
    repair = broken(system, keys.case(held.case_id), filed_at=None)
    system.pump()
    for _ in range(5):
        system.later(days=1)
        system.settle(1)
    assert len(system.outbox()) == sent
    repair()
    system.later(hours=2)
    system.settle(3)
    assert len(system.outbox()) == sent + 1


# ---- a request


def test_who_has_the_code_of_an_unreadable_request_is_told_to_come_back_and_nobody_else_learns_of_it(
    system: System,
) -> None:
    held = file_case(system)
    unknown = system.call("GET", f"/requests/{held.receipt[:-4]}0000", None, {"Authorization": "Bearer x"})
    repair = broken(system, keys.request(held.receipt), role=None)
    assert system.on(held.filed, "GET").status == 503
    assert system.on(held.filed, "POST", "/updates", {"statement": "x"}).status == 503
    wrong = system.call("GET", f"/requests/{held.receipt}", None, {"Authorization": "Bearer x"})
    assert (wrong.status, wrong.body) == (404, unknown.body)
    broken(system, keys.request(held.receipt), epoch="one")
    assert system.on(held.filed, "GET").status == 404
    repair()


def test_a_request_that_cannot_be_opened_shows_its_holder_less(system: System) -> None:
    held = claimed(system, requester={"own_reference": "My file"})
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert system.look_up(held.filed)["own_reference"] == "My file"
    repair = broken(system, keys.request(held.receipt), sealed=b"altered")
    shown = system.look_up(held.filed)
    assert (shown["disclosure"], shown["own_reference"]) == ("limited", None)
    assert contacts(system, CLEARED, held.case_id) == {}
    assert problem(get(system, CLEARED, held, f"/requests/{held.receipt}")) == UNREADABLE
    assert get(system, OFFICER, held, f"/requests/{held.receipt}").status == 404
    repair()
    system.settle(5)
    assert system.look_up(held.filed)["disclosure"] == "full"


# ---- counters and lists of their own


@pytest.mark.parametrize("fields", [{"claims": "many"}, {"claims": "1"}, {"user": None}])
def test_a_counter_of_an_officer_that_cannot_be_read_stops_nobody(system: System, fields: dict[str, object]) -> None:
    first, second = claimed(system, 11), file_case(system, 12)
    broken(system, keys.officer(OFFICER.id), **fields)
    assert system.staff(OFFICER, "GET", "/staff/me").status == 200
    assert take_next(system) == second.case_id
    assert post(system, OFFICER, first.case_id, "release", {}).status == 200
    assert system.read(Officer, keys.officer(OFFICER.id)).user == OFFICER.id


@pytest.mark.parametrize("claims", ["many", "1"])
def test_a_counter_that_begins_again_is_named_in_the_log(
    system: System, caplog: pytest.LogCaptureFixture, claims: str
) -> None:
    file_case(system, 11)
    held = claimed(system, 12)
    key = keys.officer(OFFICER.id)
    broken(system, key, claims=claims)
    caplog.clear()
    assert post(system, OFFICER, held.case_id, "release", {}).status == 200
    (record,) = [one for one in caplog.records if one.message == "an item cannot be read"]
    found = {name: getattr(record, name) for name in ("record", "pk", "sk", "fields")}
    assert found == {"record": "Officer", "pk": key.pk, "sk": key.sk, "fields": "claims"}


def test_an_unreadable_count_of_look_ups_begins_again(system: System) -> None:
    held = file_case(system)
    asked = {"receipt": held.receipt, "why": "They called."}
    assert system.staff(OFFICER, "POST", "/staff/lookups", asked).status == 200
    (key,) = [Key(one["pk"]["S"], one["sk"]["S"]) for one in system.items() if one["sk"]["S"].startswith("LOOKUPS")]
    broken(system, key, count=None)
    assert system.staff(OFFICER, "POST", "/staff/lookups", asked).status == 200
    assert system.staff(OFFICER, "POST", "/staff/lookups", asked).status == 200
    assert system.read(Lookups, key).count == 2


def test_the_limit_of_an_address_that_cannot_be_read_begins_again(system: System) -> None:
    file_case(system, 11)
    (key,) = [Key(one["pk"]["S"], one["sk"]["S"]) for one in system.items() if one["sk"] == {"S": "SENDS"}]
    broken(system, key, unverified=WRONG)
    file_case(system, 12)
    assert len(system.outbox()) == 2
    assert len(system.read(AddressSends, key).unverified) == 1, "the send after the loss is counted"


def test_an_unreadable_suppression_still_suppresses(system: System) -> None:
    address = system.notify.macs.address("ana@example.org")
    system.cloud.backend.put({"pk": {"S": f"ADDRESS#{address}"}, "sk": {"S": "SUPPRESSED"}, "since": attribute(WRONG)})
    held = claimed(system)
    assert system.outbox() == []
    given = {"receipt": held.receipt, "why": "She called from it."}
    verify(system, OFFICER, held.case_id, receipt=held.receipt, identity=True)
    assert post(system, SUPERVISOR, held.case_id, "unsuppress", given).status == 200
    system.pump()
    assert len(system.outbox()) >= 1


# ---- the log


def test_the_log_names_the_item_and_the_field_and_no_value(
    system: System, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    held = file_case(system)
    broken(system, keys.case(held.case_id), filed_at="Maria Example, A000-000-011")
    assert worklist(system)["items"] == []
    system._flush()  # what the handler does at the end
    (record,) = [one for one in caplog.records if one.message == "an item cannot be read"][:1]
    found = {name: getattr(record, name) for name in ("record", "pk", "sk", "fields")}
    assert found == {"record": "Case", "pk": f"CASE#{held.case_id}", "sk": "CASE", "fields": "filed_at"}
    assert "Maria" not in str(record.__dict__)
    assert '"Unreadable":[' in capsys.readouterr().out.replace(" ", "")

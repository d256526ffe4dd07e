"""A case of the release before has events only: whoever touches it first folds what they say.

The tests take away what this release folded, as if the release before had written the case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from casereview.policy.packaged import governing
from casereview.schema.errors import CaseChangedError
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile, Claims
from casereview.schema.records import Case
from casereview.store import keys
from casereview.store.folding import file_of, store_folded
from casereview.store.table import Table
from casereview.store.transaction import delete
from tests.support.staff import (
    AT_HOME,
    LAWYER,
    OFFICER,
    SISTER,
    FiledCase,
    claimed,
    file_case,
    person,
    read,
    statements,
    verify,
)
from tests.support.system import System


def table_of(system: System) -> Table:
    return Table(system.cloud.backend)


def file_in(system: System, case_id: str) -> CaseFile:
    return file_of(table_of(system), system.read(Case, keys.case(case_id)), governing(system.time)[0])


def with_history(system: System) -> tuple[FiledCase, Mapping[str, Any]]:
    """Return a case with two requests, updates, a verified holder and verified facts; and the second request."""
    held = claimed(system, requester=LAWYER, facts={"custody": "detained", "removal_order": "final"})
    system.later(seconds=1)
    sister = system.file(person(11, requester=SISTER, facts={"minor_children": 2}))
    system.later(seconds=1)
    assert system.on(held.filed, "POST", "/updates", {"facts": {"custody": "not_detained"}}).status == 202
    assert system.on(sister, "POST", "/updates", {"facts": {"pregnant": True}}).status == 202
    verify(system, OFFICER, held.case_id, receipt=held.receipt, authority="g28")
    verify(system, OFFICER, held.case_id, facts={"removal_order": "final"})
    return held, sister


def forget(system: System, case_id: str, version: int = 0) -> None:
    """Take away what was folded of a case after a version, as a release does that knows no folded records."""
    table = table_of(system)
    for item in table.items(keys.claims_partition(case_id)):
        table.write(delete(keys.Key(item["pk"]["S"], item["sk"]["S"])))
    system.tamper(keys.case(case_id), folded=version)


def as_folded(file: CaseFile) -> dict[str, Claims]:
    """Return the claims without the deadlines of verifications, of which a history says nothing."""
    return {one.receipt: one.evolve(verify_by=None) for one in file.claims}


def is_folded(system: System, case_id: str) -> bool:
    case = system.read(Case, keys.case(case_id))
    return case.folded == case.version and len(table_of(system).evidence_of(case).claims) == case.requests


def _updates(system: System, held: FiledCase, _sister: Mapping[str, Any]) -> None:
    assert system.on(held.filed, "POST", "/updates", {"facts": {"us_citizen_children": 1}}).status == 202


def _withdraws(system: System, _held: FiledCase, sister: Mapping[str, Any]) -> None:
    assert system.on(sister, "POST", "/withdrawal", {}).status == 202


def _joins(system: System, _held: FiledCase, _sister: Mapping[str, Any]) -> None:
    system.file(person(11, requester={"role": "self", "contact": {"email": "ana@example.org"}}))


def _is_ranked(system: System, held: FiledCase, _sister: Mapping[str, Any]) -> None:
    system.intake.hint_rank(system.case_of(held.filed))
    system.pump()


def _is_released(system: System, held: FiledCase, _sister: Mapping[str, Any]) -> None:
    system.work(OFFICER, held.case_id, "release")


def _verifies(system: System, held: FiledCase, _sister: Mapping[str, Any]) -> None:
    verify(system, OFFICER, held.case_id, facts={"minor_children": 2})


def _splits(system: System, held: FiledCase, sister: Mapping[str, Any]) -> None:
    system.work(OFFICER, held.case_id, "split", {"receipt": sister["receipt"], "why": "Another person."})


def _links(system: System, held: FiledCase, _sister: Mapping[str, Any]) -> None:
    other = file_case(system, 12, facts=AT_HOME, subject={"a_number": None})
    forget(system, other.case_id)
    system.tamper(keys.case(other.case_id), office="ATL")
    system.work(OFFICER, other.case_id, "link", {"case_id": held.case_id, "why": "The same person."})


TOUCHES = [_updates, _withdraws, _joins, _is_ranked, _is_released, _verifies, _splits, _links]


def test_what_the_transactions_folded_is_what_their_events_say(system: System) -> None:
    held, _sister = with_history(system)
    before = file_in(system, held.case_id)
    assert before.case.folded == before.case.version
    forget(system, held.case_id)
    after = file_in(system, held.case_id)
    assert as_folded(after) == as_folded(before)
    assert after.findings == before.findings


@pytest.mark.parametrize("touch", TOUCHES)
def test_a_case_of_the_release_before_is_folded_by_whoever_touches_it_first(
    system: System, touch: Callable[[System, FiledCase, Mapping[str, Any]], None]
) -> None:
    held, sister = with_history(system)
    settled = system.read(Case, keys.case(held.case_id)).facts
    forget(system, held.case_id)
    system.later(seconds=1)
    touch(system, held, sister)
    assert is_folded(system, held.case_id)
    system.pump()
    after = system.read(Case, keys.case(held.case_id)).facts
    assert (after.custody, after.removal_order) == (settled.custody, settled.removal_order) == ("detained", "final")


def test_a_read_folds_what_is_missing_and_stores_nothing(system: System) -> None:
    held, _sister = with_history(system)
    before = read(system, OFFICER, held.case_id)
    forget(system, held.case_id)
    stored = system.read(Case, keys.case(held.case_id))
    found = read(system, OFFICER, held.case_id)
    assert found["facts"] == before["facts"]
    assert [one["receipt"] for one in found["requests"]] == [one["receipt"] for one in before["requests"]]
    assert system.read(Case, keys.case(held.case_id)) == stored


def test_only_the_events_after_the_folded_ones_are_folded(system: System) -> None:
    """The release before served the case for a while, between two deployments of this one."""
    held, sister = with_history(system)
    before = file_in(system, held.case_id)
    assert system.on(sister, "POST", "/updates", {"facts": {"disability": True}}).status == 202
    expected = file_in(system, held.case_id)
    table = table_of(system)
    table.put(next(one for one in before.claims if one.receipt == sister["receipt"]))
    system.tamper(keys.case(held.case_id), folded=before.case.version)
    assert as_folded(file_in(system, held.case_id)) == as_folded(expected)


def test_a_bounce_leaves_what_was_folded_as_it_is_until_all_before_it_is_folded(system: System) -> None:
    held, _sister = with_history(system)
    folded = file_in(system, held.case_id)
    forget(system, held.case_id, folded.case.version - 1)
    for one in folded.claims:
        table_of(system).put(one)
    bounce = {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": LAWYER["contact"]["email"]}]}
    tags = {"case": [held.case_id], "notice": [f"acknowledgement-{held.receipt}"]}
    assert system.bounce({"eventType": "Bounce", "bounce": bounce, "mail": {"tags": tags}}) == {"batchItemFailures": []}
    assert table_of(system).evidence_of(folded.case).claims == folded.claims
    assert [one.receipt for one in file_in(system, held.case_id).claims if one.to_phone] == [held.receipt]
    system.pump()
    assert is_folded(system, held.case_id)
    assert "telephone" in system.case_of(held.filed).flags


def test_a_ranking_of_a_case_of_the_release_before_changes_nothing_else(system: System) -> None:
    held, sister = with_history(system)
    before = system.read(Case, keys.case(held.case_id))
    forget(system, held.case_id)
    _is_ranked(system, held, sister)
    after = system.read(Case, keys.case(held.case_id))
    assert (after.version, after.rank, after.flags, after.facts) == (
        before.version,
        before.rank,
        before.flags,
        before.facts,
    )


def test_folded_records_are_not_stored_over_a_case_that_changed_meanwhile(system: System) -> None:
    held, sister = with_history(system)
    forget(system, held.case_id)
    stale = system.read(Case, keys.case(held.case_id))
    _updates(system, held, sister)
    newest = file_in(system, held.case_id)
    with pytest.raises(CaseChangedError):
        store_folded(table_of(system), stale, governing(system.time)[0])
    assert file_in(system, held.case_id) == newest


def test_requests_of_the_release_before_are_verified_by_the_office_of_their_case(system: System) -> None:
    """Its events do not say which office the answer to a request named."""
    held, _sister = with_history(system)
    forget(system, held.case_id)
    for event in system.history(system.case_of(held.filed)):
        if event.filing:
            system.tamper(keys.event(held.case_id, event.version), details={})
    case = system.case_of(held.filed)
    assert {one.office for one in file_of(table_of(system), case, governing(system.time)[0]).claims} == {"ATL"}


def test_words_that_the_release_before_sealed_in_events_are_shown_in_their_place(system: System) -> None:
    held = file_case(system)
    table, seal = system.intake.table, system.intake.seal
    table.put(system.read(Event, keys.event(held.case_id, 1)).evolve(details={}))
    sealed = seal.close("update", held.receipt, b'{"statement": "Words of before."}')
    reason = seal.close("why", held.case_id, b'{"why": "Seen."}')
    said: dict[str, Any] = {"case_id": held.case_id, "at": system.time}
    table.put(Event(**said, version=3, kind="updated", actor="requester", receipt=held.receipt, sealed=sealed))
    table.put(Event(**said, version=4, kind="verified", actor="officer", user="omar", sealed=reason))
    assert [each["words"] for each in statements(system, OFFICER, held.case_id)] == [
        {"statement": "Words of before."},
        {"why": "Seen."},
    ]

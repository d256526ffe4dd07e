from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from casereview.cases.changes import SHOWN_FIELDS, changes_between, changes_of_new
from casereview.schema.facts import Facts
from casereview.schema.records import Case, Change, Event
from casereview.store.items import from_item, to_item
from tests.support.case_histories import NOW, event, queued
from tests.support.record_strategies import of_kind


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"status": "in_review"}, {"status": Change(before="in_line", after="in_review")}),
        ({"office": "SNA"}, {"office": Change(before="ATL", after="SNA")}),
        ({"flags": ("verify",)}, {"flags": Change(before=[], after=["verify"])}),
        ({"lane": "other", "live": 0}, {"lane": Change(after="other"), "live": Change(before=1, after=0)}),
        ({"rank": None}, {"rank": Change(before="02.1.001.C1")}),
        ({"restricted": True}, {"restricted": Change(before=False, after=True)}),
        ({}, {}),
    ],
)
def test_a_change_has_the_values_before_and_after(fields: dict[str, Any], shown: dict[str, Change]) -> None:
    assert changes_between(queued(), queued(**fields)) == shown


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({}, {}),
        ({"restricted": True}, {"restricted": Change(before=False, after=True)}),
        ({"live": 0}, {"live": Change(before=1, after=0)}),
    ],
)
def test_a_new_case_records_its_state_its_office_and_values_other_than_the_default(
    fields: dict[str, Any], shown: dict[str, Change]
) -> None:
    begun = Case(case_id="C1", version=1, status="received", status_since=NOW, office="ATL", filed_at=NOW, **fields)
    assert changes_of_new(begun) == {"status": Change(after="received"), "office": Change(after="ATL"), **shown}


def test_clocks_and_due_work_are_not_shown() -> None:
    after = queued(version=2, rank_at=NOW, attempts=3, stuck=True, digest="D", first_look={"target_at": NOW})
    assert changes_between(queued(), after) == {}


def test_facts_and_the_person_are_not_shown() -> None:
    assert changes_between(queued(), queued(facts=Facts(pregnant=True), person="P")) == {}
    assert not {"facts", "person", "shown_lane"} & set(SHOWN_FIELDS)


def _shown(case: Case) -> dict[str, Any]:
    fields = case.model_dump(mode="json")
    return {name: fields["first_look"][name] if name == "missed" else fields[name] for name in SHOWN_FIELDS}


@given(of_kind(Case), of_kind(Case))
def test_changes_convert_one_case_into_the_other_and_can_be_stored(before: Case, after: Case) -> None:
    changes = changes_between(before, after)
    old, new = _shown(before), _shown(after)
    assert old | {name: change.after for name, change in changes.items()} == new
    assert new | {name: change.before for name, change in changes.items()} == old
    stored = event(2, changes=changes)
    assert from_item(Event, to_item(stored)) == stored

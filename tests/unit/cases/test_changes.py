from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from casereview.cases.changes import (
    SHOWN_FIELDS,
    as_shown_before,
    changes_between,
    changes_of_new,
    escalated,
    next_version,
    restriction,
)
from casereview.schema.decision_records import DecisionRef
from casereview.schema.event_records import Change, Event
from casereview.schema.facts import Facts
from casereview.schema.records import Case
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


@pytest.mark.parametrize(("version", "folded", "after"), [(3, 3, 4), (3, 2, 2), (3, 0, 0)])
def test_the_next_version_is_folded_if_this_one_is(version: int, folded: int, after: int) -> None:
    """A case of the release before stays unfolded, until its history is."""
    assert next_version(queued(version=version, folded=folded)) == {"version": version + 1, "folded": after}


DECIDED = DecisionRef(version=4, by="a", outcome="granted")
SEEN: dict[str, Any] = {
    "status": "in_review",
    "status_since": NOW,
    "shown_since": NOW - timedelta(days=1),
    "lane": "imminent_removal",
    "shown_lane": "detained",
    "asked": "T1",
}


def test_a_restricted_case_is_shown_as_it_was_when_it_became_restricted() -> None:
    before = queued(**SEEN)
    restricted = before.evolve(**restriction(before, restricted=True))
    moved = restricted.evolve(
        status="decided",
        status_since=NOW + timedelta(days=9),
        shown_since=None,
        lane="other",
        shown_lane="other",
        rank="03.1.C1",
        digest="later",
        asked=None,
        decision=DECIDED,
    )
    shown = as_shown_before(moved)
    assert (shown.status, shown.shown_since or shown.status_since) == ("in_review", NOW - timedelta(days=1))
    assert (shown.shown_lane, shown.rank, shown.asked, shown.decision) == ("detained", before.rank, "T1", None)
    assert (shown.lane, shown.digest) == (before.lane, before.digest)


def test_a_decision_that_was_shown_before_the_restriction_stays_shown() -> None:
    before = queued(status="decided", decision=DECIDED)
    reopened = before.evolve(**restriction(before, restricted=True)).evolve(status="in_line", decision=None)
    assert as_shown_before(reopened).decision == DECIDED
    assert as_shown_before(reopened).status == "decided"


def test_a_case_that_is_restricted_already_keeps_what_was_shown_first() -> None:
    first = queued(**SEEN)
    restricted = first.evolve(**restriction(first, restricted=True))
    assert restriction(restricted, restricted=True) == {}
    assert restriction(first, restricted=False) == {}


def test_a_lifted_restriction_shows_the_case_as_it_is() -> None:
    first = queued(**SEEN)
    restricted = first.evolve(**restriction(first, restricted=True)).evolve(status="in_line")
    lifted = restricted.evolve(**restriction(restricted, restricted=False))
    assert (lifted.restricted, lifted.shown_before) == (False, None)
    assert as_shown_before(lifted) == lifted
    assert as_shown_before(first) == first


def test_an_escalated_case_goes_to_the_senior_official_with_a_clock_of_its_own() -> None:
    decided = queued(status="decided", office="HOU", first_look={"looked_at": NOW, "stopped_ms": 5})
    at = NOW + timedelta(days=2)
    after = decided.evolve(**escalated(decided, at))
    assert (after.status, after.office, after.field_office) == ("with_senior_official", "SRO", "HOU")
    assert (after.rank_at, after.status_since, after.first_look.lane_since) == (at, at, at)
    assert (after.first_look.looked_at, after.first_look.stopped_ms) == (None, 0)

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.assessment import InForce, assess
from casereview.policy.packaged import compiled
from casereview.schema.facts import Facts
from casereview.schema.records import Event
from tests.support.case_histories import (
    DATED,
    NOW,
    POLICIES,
    PROTECTED,
    UNDATED,
    assessed,
    claims,
    established,
    event,
    file_of,
    filed,
    histories,
    reached,
    split_off,
    undelivered,
    updated,
)

DETAINED = filed(1, "R1", "self", Facts(custody="detained"))
HOUR = timedelta(hours=1)


def is_called(*later: Event, **case: Any) -> bool:  # noqa: ANN401  # any field
    """Return whether the office of a case must phone a requester."""
    return "telephone" in assessed([DETAINED, *later], **case).ranking.flags


def test_a_new_case_enters_its_lane_when_it_is_filed() -> None:
    found = assessed([DETAINED], NOW + 30 * HOUR, rank_at=NOW)
    assert found.lane_since == NOW
    assert found.ranking.target_by == NOW + timedelta(days=14)


def test_the_clock_continues_in_the_same_lane() -> None:
    found = assessed([DETAINED], NOW + 30 * HOUR, lane="detained", first_look={"lane_since": NOW + HOUR})
    assert found.lane_since == NOW + HOUR


def test_a_case_enters_a_new_lane_when_the_change_was_due_not_when_it_was_assessed() -> None:
    before: dict[str, Any] = {"lane": "other", "first_look": {"lane_since": NOW - 90 * HOUR}}
    assert assessed([DETAINED], NOW + 30 * HOUR, **before, rank_at=NOW + 20 * HOUR).lane_since == NOW + 20 * HOUR
    assert assessed([DETAINED], NOW + 30 * HOUR, **before, rank_at=NOW + 40 * HOUR).lane_since == NOW + 30 * HOUR
    assert assessed([DETAINED], NOW + 30 * HOUR, **before).lane_since == NOW + 30 * HOUR


def test_stopped_time_extends_the_target_of_its_lane() -> None:
    clock = {"lane_since": NOW - 90 * HOUR, "stopped_ms": 3_600_000}
    found = assessed([DETAINED], NOW, lane="detained", first_look=clock)
    assert found.ranking.target_by == NOW - 89 * HOUR + timedelta(days=14)


def test_the_target_of_a_new_lane_ignores_earlier_stops() -> None:
    clock = {"lane_since": NOW - 90 * HOUR, "stopped_ms": 3_600_000}
    found = assessed([DETAINED], NOW, lane="other", first_look=clock, rank_at=NOW)
    assert found.ranking.target_by == NOW + timedelta(days=14)


def test_the_ranking_changes_at_the_end_of_the_policy() -> None:
    force = InForce(compiled(POLICIES[1]), NOW + HOUR)
    assert assess(file_of([DETAINED]), force, NOW).ranking.changes_at == NOW + HOUR


def test_a_date_that_an_officer_verified_changes_the_lane_but_not_the_shown_lane() -> None:
    found = assessed([DETAINED, established(2, Facts(removal_at=NOW + 30 * HOUR))])
    assert found.ranking.lane == "imminent_removal"
    assert found.top
    assert found.shown_lane == "detained"


def test_a_refuted_claim_still_counts_for_the_shown_lane() -> None:
    soon = filed(1, "R1", "self", Facts(custody="detained", removal_soon=True))
    found = assessed([soon, established(2, Facts(removal_soon=True), refuted=True)])
    assert (found.ranking.lane, found.shown_lane, found.top) == ("detained", "imminent_removal", False)


@given(histories(claims(DATED, UNDATED)), st.integers(0, 500), st.sampled_from(POLICIES))
def test_the_shown_lane_does_not_depend_on_verifications(events: list[Event], hours: int, policy: str) -> None:
    now = events[-1].at + timedelta(hours=hours)
    without = [event for event in events if not (event.verification and event.verification.about == "facts")]
    found = assessed(without, now, policy)
    assert assessed(events, now, policy).shown_lane == found.shown_lane == found.ranking.lane


@given(
    histories(claims(DATED, UNDATED, PROTECTED)),
    st.integers(0, 500),
    st.sampled_from(POLICIES),
    st.booleans(),
    st.booleans(),
)
def test_assessing_a_case_again_at_the_same_time_changes_nothing(
    events: list[Event],
    hours: int,
    policy: str,
    bounced: bool,  # noqa: FBT001  # a notice did not arrive
    restricted: bool,  # noqa: FBT001  # as the case was when a filing or an officer last set it
) -> None:
    now, force = events[-1].at + timedelta(hours=hours), InForce(compiled(policy), None)
    if bounced:
        events = [*events, undelivered(len(events) + 1, "R1", events[-1].at)]
    first = assess(file_of(events, restricted=restricted), force, now)
    written: dict[str, Any] = {
        "restricted": bool(first.settled.facts.protected),
        "lane": first.ranking.lane,
        "first_look": {"lane_since": first.lane_since},
    }
    assert assess(file_of(events, **written), force, now) == first


def test_an_undeliverable_notice_requires_a_call() -> None:
    assert not is_called()
    assert is_called(undelivered(2, "R1"))


def test_a_new_address_cancels_the_call_until_another_notice_is_undeliverable() -> None:
    later = [undelivered(2, "R1"), reached(3, "R1", new_address=True)]
    assert not is_called(*later)
    assert is_called(*later, undelivered(4, "R1"))


def test_a_contact_without_a_new_address_does_not_cancel_the_call() -> None:
    assert is_called(undelivered(2, "R1"), reached(3, "R1"))


def test_a_requester_who_must_not_be_called_is_not_called_in_either_order() -> None:
    said = reached(2, "R1", may_be_called=False)
    assert not is_called(said, undelivered(3, "R1"))
    assert not is_called(undelivered(2, "R1"), said.model_copy(update={"version": 3}))


def test_a_requester_who_allows_calls_again_is_called() -> None:
    assert is_called(undelivered(2, "R1"), reached(3, "R1", may_be_called=False), reached(4, "R1"))


def test_one_requesters_contact_does_not_cancel_the_call_of_another() -> None:
    other = filed(2, "R2", "family", Facts())
    both = [other, undelivered(3, "R1"), undelivered(4, "R2")]
    assert is_called(*both, reached(5, "R2", may_be_called=False))
    assert is_called(*both, reached(5, "R1", new_address=True))
    assert not is_called(*both, reached(5, "R1", new_address=True), reached(6, "R2", may_be_called=False))


def test_a_request_that_was_split_off_requires_no_call_in_this_case() -> None:
    assert not is_called(filed(2, "R2", "family", Facts()), undelivered(3, "R2"), split_off(4, "R2"))


@pytest.mark.parametrize("before", [False, True])
def test_a_restricted_case_requires_no_call(before: bool) -> None:  # noqa: FBT001
    protected = filed(3, "R2", "family", Facts(protected=True))
    assert not is_called(undelivered(2, "R1"), protected, restricted=before)


@pytest.mark.parametrize("before", [False, True])
def test_another_claim_of_protection_does_not_override_an_officers_verification(before: bool) -> None:  # noqa: FBT001
    later = (established(2, Facts(protected=False)), filed(3, "R2", "family", Facts(protected=True)))
    assert is_called(*later, undelivered(4, "R1"), restricted=before)


def test_many_requests_and_a_withdrawal_to_confirm_are_flagged() -> None:
    plain = set(assessed([DETAINED]).ranking.flags)
    assert set(assessed([DETAINED], over_limit=True).ranking.flags) - plain == {"many_requests"}
    assert set(assessed([DETAINED], live=0).ranking.flags) - plain == {"withdrawal_to_confirm"}


HOUSTON, ATLANTA = Facts(state="TX", county="Harris"), Facts(custody="detained", facility="STWRTGA")


def transferred(version: int, at: datetime = NOW) -> Event:
    return event(version, at, kind="transferred", actor="officer", user="s")


def _office_differs(*events: Event, office: str) -> bool:
    return "office_differs" in assessed(list(events), office=office).ranking.flags


def test_office_differs_if_the_facts_name_another_office_after_a_transfer() -> None:
    unknown = filed(1, "R1", "self", Facts())
    moved = (unknown, transferred(2))
    assert not _office_differs(*moved, office="HOU")
    assert not _office_differs(*moved, updated(3, "R1", HOUSTON), office="HOU")
    assert _office_differs(*moved, updated(3, "R1", ATLANTA), office="HOU")
    assert not _office_differs(*moved, updated(3, "R1", ATLANTA), transferred(4), office="ATL")


def test_office_does_not_differ_if_the_facts_name_the_same_office_as_at_the_last_transfer() -> None:
    here = filed(1, "R1", "self", Facts(custody="not_detained", state="GA"))
    kept = (here, transferred(2))
    assert not _office_differs(*kept, office="ELP")
    there = (*kept, updated(3, "R1", Facts(state="WA")))
    assert _office_differs(*there, office="ELP")
    assert not _office_differs(*there, updated(4, "R1", Facts(state="GA")), office="ELP")
    assert not _office_differs(*there, transferred(4), office="ELP")
    assert _office_differs(*there, transferred(4), updated(5, "R1", Facts(state="GA")), office="ELP")


def test_the_ranking_contains_the_case_id_and_filing_time_but_not_the_person() -> None:
    found = assessed([DETAINED], person="PERSON")
    assert found.ranking.sort_at == NOW
    assert found.ranking.rank.endswith(".CASE")
    assert "PERSON" not in repr(found)

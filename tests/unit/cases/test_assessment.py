from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.assessment import InForce, assess
from casereview.policy.packaged import compiled
from casereview.schema.event_records import Event
from casereview.schema.facts import Facts
from casereview.schema.vocabulary import Role
from tests.support.case_histories import (
    DATED,
    NOW,
    POLICIES,
    PROTECTED,
    UNDATED,
    assessed,
    claims,
    established,
    file_of,
    filed,
    histories,
    reached,
    recognised,
    split_off,
    undelivered,
    updated,
)

DETAINED = filed(1, "R1", "self", Facts(custody="detained"))
HOUR = timedelta(hours=1)
INTERIM = "2021-02-18-interim"


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


def test_a_withdrawal_to_confirm_is_flagged() -> None:
    plain = set(assessed([DETAINED]).ranking.flags)
    assert set(assessed([DETAINED], live=0).ranking.flags) - plain == {"withdrawal_to_confirm"}


HOUSTON, ATLANTA = Facts(state="TX", county="Harris"), Facts(custody="detained", facility="STWRTGA")


def _office_differs(*events: Event, office: str, **case: Any) -> bool:  # noqa: ANN401  # any field
    return "office_differs" in assessed(list(events), office=office, **case).ranking.flags


def test_office_differs_if_the_facts_name_another_office_than_the_cases() -> None:
    unknown = filed(1, "R1", "self", Facts())
    assert not _office_differs(unknown, office="HOU")
    assert not _office_differs(unknown, updated(2, "R1", HOUSTON), office="HOU")
    assert _office_differs(unknown, updated(2, "R1", ATLANTA), office="HOU")
    assert not _office_differs(unknown, updated(2, "R1", ATLANTA), office="ATL")
    assert not _office_differs(unknown, updated(2, "R1", ATLANTA), office="SRO")


DOUBTFUL = filed(1, "R1", "self", Facts(custody="detained", facility="CASPSAT"))


def _office_doubtful(*events: Event, office: str = "LOS", **case: Any) -> bool:  # noqa: ANN401  # any field
    return "office_doubtful" in assessed(list(events), office=office, **case).ranking.flags


def test_an_office_is_doubtful_until_an_officer_verifies_the_facility_or_transfers_the_case() -> None:
    assert _office_doubtful(DOUBTFUL)
    assert not _office_doubtful(filed(1, "R1", "self", Facts(custody="detained", facility="STWRTGA")))
    assert not _office_doubtful(DOUBTFUL, established(2, Facts(facility="CASPSAT")))
    assert not _office_doubtful(DOUBTFUL, office="SRO")
    assert not _office_doubtful(DOUBTFUL, routed="LOS")


def test_office_does_not_differ_while_the_facts_name_the_same_office_as_at_the_last_transfer() -> None:
    here = filed(1, "R1", "self", Facts(custody="not_detained", state="GA"))
    there = updated(2, "R1", Facts(state="WA"))
    assert not _office_differs(here, office="ELP", routed="ATL")
    assert _office_differs(here, there, office="ELP", routed="ATL")
    assert not _office_differs(here, there, updated(3, "R1", Facts(state="GA")), office="ELP", routed="ATL")
    assert not _office_differs(here, there, office="ELP", routed="SEA")


def test_a_place_that_only_an_unverified_word_against_a_verified_holders_names_is_no_other_office() -> None:
    here = [filed(1, "R1", "self", Facts(custody="not_detained", state="GA")), recognised(2, "R1")]
    assert not _office_differs(*here, filed(3, "R2", "family", Facts(custody="detained")), office="ATL")
    found = assessed([*here, filed(3, "R2", "family", Facts(custody="detained", state="WA"))])
    assert found.ranking.lane == "detained"
    assert "claim_waiting" in found.ranking.flags
    assert "office_differs" not in found.ranking.flags


# ---- citizenship


@pytest.mark.parametrize("opener", ["self", "attorney"])
def test_citizenship_alleged_by_others_raises_the_lane_and_has_no_other_effect(opener: Role) -> None:
    felony = Facts(custody="detained", removal_order="final", birth_year=1950)
    opened = filed(1, "R1", opener, felony)
    alleged = [opened, filed(2, "R2", "family", Facts(claims_us_citizenship=True))]
    alone, found = assessed([opened], policy=INTERIM), assessed(alleged, policy=INTERIM)
    assert (found.ranking.lane, found.top) == ("citizenship_claim", True)
    assert found.settled.facts.claims_us_citizenship is None
    assert found.ranking.approvals == alone.ranking.approvals == ("field_office_director", "compelling_reason")
    assert found.ranking.categories == alone.ranking.categories
    assert found.ranking.factors == alone.ranking.factors
    assert set(found.ranking.flags) == {*alone.ranking.flags, "verify", "citizenship_alleged", "authority_unverified"}


def test_the_claim_of_the_person_who_opened_the_case_is_their_own_until_a_verified_holder_speaks() -> None:
    claimed, denied = Facts(claims_us_citizenship=True), Facts(claims_us_citizenship=False)
    opened = filed(1, "R1", "self", claimed)
    assert assessed([opened]).settled.facts.claims_us_citizenship is True
    assert "citizenship_claim" in assessed([opened]).ranking.flags
    denies = [opened, filed(2, "R2", "self", denied)]
    assert assessed(denies).settled.facts.claims_us_citizenship is True
    found = assessed([*denies, recognised(3, "R2")])
    assert found.settled.facts.claims_us_citizenship is False
    assert found.ranking.lane == "citizenship_claim"
    assert {"citizenship_alleged", "claim_waiting"} <= set(found.ranking.flags)


@pytest.mark.parametrize("verified", [False, True])
def test_a_claim_of_citizenship_that_its_requester_takes_back_counts_until_an_officer_settles_it(
    verified: bool,  # noqa: FBT001
) -> None:
    events = [filed(1, "R1", "self", Facts(claims_us_citizenship=True, custody="detained"))]
    events += [recognised(2, "R1")] if verified else []
    events += [updated(3, "R1", Facts(claims_us_citizenship=False))]
    found = assessed(events)
    assert found.settled.facts.claims_us_citizenship is True
    assert "claim_waiting" in found.ranking.flags
    settled = assessed([*events, established(4, Facts(claims_us_citizenship=False))])
    assert settled.ranking.lane == "detained"
    assert "claim_waiting" not in settled.ranking.flags


def test_a_refuted_openers_claim_of_citizenship_is_alleged_only() -> None:
    found = assessed([filed(1, "R1", "self", Facts(claims_us_citizenship=True)), recognised(2, "R1", refuted=True)])
    assert found.settled.facts.claims_us_citizenship is None
    assert "citizenship_alleged" in found.ranking.flags
    assert found.ranking.lane == "citizenship_claim"


def test_the_ranking_contains_the_case_id_and_filing_time_but_not_the_person() -> None:
    found = assessed([DETAINED], person="PERSON")
    assert found.ranking.sort_at == NOW
    assert found.ranking.rank.endswith(".CASE")
    assert "PERSON" not in repr(found)

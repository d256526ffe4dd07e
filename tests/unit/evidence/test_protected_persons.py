"""Protection under 8 USC 1367: it lasts until an officer lifts it, and an abuser's adverse claims do not count."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given

from casereview.evidence.standing import has_standing
from casereview.schema.event_records import Event
from casereview.schema.facts import Conviction, Facts
from tests.support.case_histories import (
    DATED,
    PROTECTED,
    UNDATED,
    assessed,
    claims,
    established,
    event,
    file_of,
    filed,
    histories,
    recognised,
    updated,
    withdrawn,
)

INTERIM = "2021-02-18-interim"
ACCUSED = Facts(
    convictions=(Conviction(kind="aggravated_felony"),),
    gang_participation_age=17,
    entry="unlawful",
    last_entry_on=date(2021, 6, 1),
    entered_on=date(2021, 6, 1),
    national_security_concern=True,
)
PETITION = Facts(custody="detained", relief_pending=("protected",), protected=True)


def test_adverse_claims_of_a_husband_who_joins_a_protected_case_do_not_count() -> None:
    """Example 6."""
    events = [filed(1, "SHE", "self", PETITION), filed(2, "HE", "family", ACCUSED, authority="form_60_001")]
    for policy in (INTERIM, "2021-09-30-guidelines"):
        found = assessed(events, policy=policy)
        assert found.ranking.lane == "detained"
        assert "restricted" in found.ranking.flags
        assert found.ranking.categories == ()
        assert "relief_possible" in {factor.id for factor in found.ranking.factors}
    assert assessed(events, policy=INTERIM).ranking.approvals == ("field_office_director",)


def test_adverse_claims_of_a_husband_who_opened_the_case_stop_counting_once_protection_is_claimed() -> None:
    events = [filed(1, "HE", "family", ACCUSED), filed(2, "SHE", "self", PETITION)]
    assert assessed(events[:1], policy=INTERIM).ranking.categories != ()
    found = assessed(events, policy=INTERIM)
    assert found.ranking.categories == ()
    assert "claim_waiting" in found.ranking.flags


def test_adverse_claims_of_a_request_that_claims_protection_do_not_count() -> None:
    found = assessed([filed(1, "HE", "family", ACCUSED.evolve(protected=True))], policy=INTERIM)
    assert found.settled.facts.protected is True
    assert found.ranking.categories == ()


@pytest.mark.parametrize("second", [False, True])
def test_a_verified_holder_has_standing_in_a_restricted_case_after_a_second_confirmation(second: bool) -> None:  # noqa: FBT001
    events = [filed(1, "SHE", "self", PETITION.evolve(minor_children=2)), recognised(2, "SHE", second=second)]
    [her] = file_of(events).claims
    assert has_standing(her, restricted=True) == second
    assert has_standing(her, restricted=False)
    entered = assessed([*events, updated(3, "SHE", Facts(entered_on=date(2001, 1, 1)))]).settled.facts.entered_on
    assert entered == (date(2001, 1, 1) if second else None)


def test_a_verified_holder_without_a_second_confirmation_still_goes_before_unverified_ones() -> None:
    events = [
        filed(1, "HE", "family", Facts(minor_children=1)),
        filed(2, "SHE", "self", Facts(minor_children=2)),
        recognised(3, "SHE"),
    ]
    assert assessed(events).settled.facts.minor_children == 2
    restricted = [*events, filed(4, "S", "other", Facts(protected=True))]
    assert assessed(restricted).settled.facts.minor_children == 2


@pytest.mark.parametrize("less", [Facts(protected=False), Facts(protected=None), Facts(relief_pending=())])
def test_no_claim_lifts_protection_including_the_persons_own(less: Facts) -> None:
    events = [filed(1, "SHE", "self", PETITION), recognised(2, "SHE", second=True), updated(3, "SHE", less)]
    assert assessed(events).settled.facts.protected is True
    assert assessed([*events, withdrawn(4, "SHE")]).settled.facts.protected is True


def test_an_officers_verification_can_lift_or_add_protection() -> None:
    events: list[Event] = [filed(1, "SHE", "self", PETITION)]
    lifted = [*events, established(2, Facts(protected=True), refuted=True)]
    assert assessed(lifted).settled.facts.protected is None
    raised = [filed(1, "SHE", "self", Facts()), established(2, Facts(protected=True))]
    assert assessed(raised).settled.facts.protected is True
    assert "restricted" in assessed(raised).ranking.flags


@given(histories(claims(DATED, UNDATED, PROTECTED)), claims(UNDATED))
def test_claims_never_remove_claimed_protection(events: list[Event], said: Facts) -> None:
    by_officers = [event for event in events if event.verification and event.claims]
    settled = assessed(events).settled
    if settled.facts.protected and not by_officers:
        denied = said.model_copy(update={"protected": False})
        more = [updated(90, event.receipt, denied) for event in events if event.receipt and event.filing]
        assert assessed([*events, *more]).settled.facts.protected is True


def test_a_mothers_later_request_raises_the_lane_of_the_lawyers_case() -> None:
    """Example 7: filed on the 10th and the 12th, with different birth years."""
    tenth, twelfth = datetime(2021, 6, 10, 16, tzinfo=UTC), datetime(2021, 6, 12, 16, tzinfo=UTC)
    lawyer = filed(1, "R1", "attorney", Facts(custody="detained", birth_year=1980), authority="g28", at=tenth)
    day_after_tomorrow = Facts(removal_at=datetime(2021, 6, 14, 4, tzinfo=UTC), birth_year=1981)
    mother = filed(2, "R2", "family", day_after_tomorrow, marks=("authority_needed",), at=twelfth)
    alone = assessed([lawyer], twelfth, INTERIM)
    assert alone.ranking.lane == "detained"
    assert alone.ranking.sort_at == tenth
    both = assessed([lawyer, mother], twelfth + timedelta(minutes=1), INTERIM)
    assert both.ranking.lane == "imminent_removal"
    assert {"identity_mismatch", "verify", "authority_needed"} <= set(both.ranking.flags)
    assert {"identity_unverified", "authority_unverified"} & set(both.ranking.flags) == {"authority_unverified"}


def test_equal_or_missing_birth_years_are_no_mismatch() -> None:
    events = [
        filed(1, "R1", "self", Facts(birth_year=1980)),
        filed(2, "R2", "family", Facts(birth_year=1980)),
        filed(3, "R3", "family", Facts()),
    ]
    assert "identity_mismatch" not in assessed(events).ranking.flags


def test_a_verification_of_no_protection_before_a_link_does_not_cover_the_linked_case() -> None:
    joined = event(4, kind="linked", actor="officer", user="a")
    unprotected = established(3, Facts(protected=False))
    for before in ([unprotected, filed(2, "SHE", "self", PETITION)], [filed(2, "SHE", "self", PETITION), unprotected]):
        events = [filed(1, "HE", "family", Facts(custody="detained")), *before]
        assert assessed(events, policy=INTERIM).settled.facts.protected is None
        assert assessed([*events, joined], policy=INTERIM).settled.facts.protected is True
        again = established(5, Facts(protected=False))
        assert assessed([*events, joined, again], policy=INTERIM).settled.facts.protected is None

"""A stranger who knows an A-number can file in the person's name; their claims must never move the case down."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from casereview.schema.facts import Facts
from casereview.schema.records import Event
from tests.support.case_histories import (
    DATED,
    POLICIES,
    PROTECTED,
    UNDATED,
    assessed,
    claims,
    filed,
    histories,
    updated,
)

ANYTHING = claims(DATED, UNDATED, PROTECTED)
WITHOUT_DATES = claims({name: values for name, values in UNDATED.items() if name != "birth_year"})
"""Claims without dates and the year of birth."""


def strangers_events(events: list[Event], stated: list[Facts]) -> list[Event]:
    """Return the events of a stranger who joins as ``self`` after a history and then sends updates."""
    version, at = len(events) + 1, events[-1].at + timedelta(hours=1)
    joined = filed(version, "S", "self", stated[0], at=at)
    more = [
        updated(version + place, "S", facts, at + timedelta(hours=place)) for place, facts in enumerate(stated[1:], 1)
    ]
    return [joined, *more]


@given(histories(ANYTHING), st.lists(ANYTHING, min_size=1, max_size=3), st.sampled_from(POLICIES))
def test_a_stranger_who_joins_as_self_never_moves_the_case_down(
    events: list[Event], stated: list[Facts], policy: str
) -> None:
    more = strangers_events(events, stated)
    now = more[-1].at
    before, after = assessed(events, now, policy), assessed([*events, *more], now, policy)
    assert after.ranking.rank <= before.ranking.rank
    assert after.ranking.lane_index <= before.ranking.lane_index


@given(
    histories(ANYTHING, 5, ["joined", "established"]),
    WITHOUT_DATES,
    st.integers(1, 4),
    st.integers(0, 900),
    st.sampled_from(POLICIES),
)
def test_a_strangers_earlier_claims_never_move_the_case_down_later(
    events: list[Event], stated: Facts, place: int, hours: int, policy: str
) -> None:
    """Dates are left out, whose effect is temporary, and so are updates, by which requesters take claims back."""
    place = min(place, len(events))
    stranger = filed(90, "S", "self", stated, at=events[place - 1].at)
    with_stranger = [*events[:place], stranger, *events[place:]]
    now = events[-1].at + timedelta(hours=hours)
    assert assessed(with_stranger, now, policy).ranking.rank <= assessed(events, now, policy).ranking.rank


@given(histories(ANYTHING), ANYTHING)
def test_a_stranger_gains_no_standing_and_adds_no_adverse_facts(events: list[Event], stated: Facts) -> None:
    [stranger] = strangers_events(events, [stated])
    before, after = assessed(events, stranger.at).settled, assessed([*events, stranger], stranger.at).settled
    assert "S" not in after.receipts_with_standing
    for name in ("convictions", "entry", "entered_on", "gang_participation_age", "national_security_concern"):
        assert getattr(after.facts, name) in {getattr(before.facts, name), None}
    assert not (before.facts.protected and not after.facts.protected)


@given(histories(ANYTHING), st.sampled_from(POLICIES))
def test_a_confirmed_fact_keeps_its_value_whatever_requesters_claim(events: list[Event], policy: str) -> None:
    settled = assessed(events, events[-1].at, policy).settled
    for event in reversed(events):
        if event.verification and event.verification.about == "facts" and event.claims:
            for name in event.claims.model_fields_set - {"protected"}:
                confirmed = event.verification.verdict == "confirmed"
                assert getattr(settled.facts, name) == (getattr(event.claims, name) if confirmed else None)
            return

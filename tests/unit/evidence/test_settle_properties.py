"""A stranger who knows an A-number can file in the person's name. They must be able to move nothing down."""

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
LASTING = claims({name: values for name, values in UNDATED.items() if name != "birth_year"})
"""What a stranger may say of which no other value could be as true: not a date, not a year of birth."""


def strangers_words(events: list[Event], said: list[Facts]) -> list[Event]:
    """Return the events of somebody who joins as ``self`` after a history, and then says more."""
    version, at = len(events) + 1, events[-1].at + timedelta(hours=1)
    joined = filed(version, "S", "self", said[0], at=at)
    more = [
        updated(version + place, "S", facts, at + timedelta(hours=place)) for place, facts in enumerate(said[1:], 1)
    ]
    return [joined, *more]


@given(histories(ANYTHING), st.lists(ANYTHING, min_size=1, max_size=3), st.sampled_from(POLICIES))
def test_a_stranger_who_joins_as_self_moves_nothing_down(events: list[Event], said: list[Facts], policy: str) -> None:
    words = strangers_words(events, said)
    now = words[-1].at
    before, after = assessed(events, now, policy), assessed([*events, *words], now, policy)
    assert after.ranking.rank <= before.ranking.rank
    assert after.ranking.lane_index <= before.ranking.lane_index


@given(
    histories(ANYTHING, 5, ["joined", "established"]),
    LASTING,
    st.integers(1, 4),
    st.integers(0, 900),
    st.sampled_from(POLICIES),
)
def test_what_a_stranger_says_in_between_moves_nothing_down_later(
    events: list[Event], said: Facts, place: int, hours: int, policy: str
) -> None:
    """Apart from dates, whose effect comes and goes, and from what people with standing take back themselves."""
    place = min(place, len(events))
    stranger = filed(90, "S", "self", said, at=events[place - 1].at)
    with_stranger = [*events[:place], stranger, *events[place:]]
    now = events[-1].at + timedelta(hours=hours)
    assert assessed(with_stranger, now, policy).ranking.rank <= assessed(events, now, policy).ranking.rank


@given(histories(ANYTHING), ANYTHING)
def test_a_stranger_never_gains_standing_and_never_counts_against_the_person(events: list[Event], said: Facts) -> None:
    [stranger] = strangers_words(events, [said])
    before, after = assessed(events, stranger.at).settled, assessed([*events, stranger], stranger.at).settled
    assert "S" not in after.receipts_with_standing
    for name in ("convictions", "entry", "entered_on", "gang_participation_age", "national_security_concern"):
        assert getattr(after.facts, name) in {getattr(before.facts, name), None}
    assert not (before.facts.protected and not after.facts.protected)


@given(histories(ANYTHING), st.sampled_from(POLICIES))
def test_what_an_officer_confirmed_is_the_fact_whatever_others_say(events: list[Event], policy: str) -> None:
    settled = assessed(events, events[-1].at, policy).settled
    for event in reversed(events):
        if event.verification and event.verification.about == "facts" and event.claims:
            for name in event.claims.model_fields_set - {"protected"}:
                confirmed = event.verification.verdict == "confirmed"
                assert getattr(settled.facts, name) == (getattr(event.claims, name) if confirmed else None)
            return

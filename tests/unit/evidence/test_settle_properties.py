"""Whose word counts: what must hold whatever requesters say, in any order, and at any later time."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from casereview.cases.assessment import InForce, assess, placement_of
from casereview.evidence.competing_dates import has_passed
from casereview.evidence.fold import Folded, fold
from casereview.evidence.ledger import ADVERSE
from casereview.evidence.settle import settle
from casereview.policy.packaged import compiled
from casereview.schema.event_records import Event
from casereview.schema.evidence import CaseFile, Findings
from casereview.schema.facts import Facts
from casereview.store.folding import lane_of
from tests.support.case_histories import (
    DATED,
    NOW,
    POLICIES,
    PROTECTED,
    UNDATED,
    assessed,
    beside_strangers,
    claims,
    file_of,
    filed,
    histories,
    recognised,
    updated,
)

ANYTHING = claims(DATED, UNDATED, PROTECTED)
HOUR = timedelta(hours=1)
LATER = st.integers(0, 90 * 24).map(lambda hours: hours * HOUR)
"""Up to 90 days."""
DENIALS = {None, False, "none", "not_detained", ()}
"""Values that state nothing which another request could not add; 0 equals False."""
CREDITS = ("serious_illness", "pregnant", "sole_caregiver")


# ---- the folded records


@given(histories(ANYTHING, 8), st.integers(0, 8), LATER, st.sampled_from(POLICIES))
def test_a_history_settles_alike_folded_at_once_or_event_by_event(
    events: list[Event], first: int, later: timedelta, policy: str
) -> None:
    file, empty = file_of(events, policy), Folded({}, Findings(case_id="CASE"))
    lane = lane_of(file.case, compiled(policy))
    one_by_one = empty
    for event in events:
        one_by_one = fold(one_by_one, [event], lane)
    parts = fold(fold(empty, events[:first], lane), events[first:], lane)
    assert one_by_one == parts == fold(empty, events, lane)
    at, placement = events[-1].at + later, placement_of(file.case, compiled(policy))
    ordered = sorted(parts.claims.values(), key=lambda one: (not one.filing.opened, one.filed_at))
    assert settle(ordered, parts.findings, placement, at) == settle(file.claims, file.findings, placement, at)


@given(histories(ANYTHING, 8, ["joined", "updated", "recognised"]), st.sampled_from(POLICIES))
def test_folded_claims_hold_the_newest_value_of_each_fact_and_when_it_was_said(
    events: list[Event], policy: str
) -> None:
    for one in file_of(events, policy).claims:
        said = [event for event in events if event.receipt == one.receipt and event.claims]
        for name in {name for event in said if event.claims for name in event.claims.model_fields_set}:
            about = [event for event in said if event.claims and name in event.claims.model_fields_set]
            times = one.first_at.get(name, one.filed_at), one.newest_at.get(name, one.first_at.get(name, one.filed_at))
            assert times[0] == about[0].at
            if name != "protected":
                assert getattr(one.facts, name) == getattr(about[-1].claims, name)
                assert times[1] == about[-1].at


# ---- strangers


@given(beside_strangers(ANYTHING), LATER, st.sampled_from(POLICIES))
def test_unverified_strangers_never_move_a_case_down_now_or_later(
    both: tuple[list[Event], list[Event]], later: timedelta, policy: str
) -> None:
    own, together = both
    now = together[-1].at + later
    alone, beside = assessed(own, now, policy).ranking, assessed(together, now, policy).ranking
    assert beside.lane_index <= alone.lane_index
    assert beside.rank <= alone.rank


@given(
    beside_strangers(ANYTHING, ["joined", "updated", "established"]) | beside_strangers(claims(DATED, UNDATED)),
    LATER,
    st.sampled_from(POLICIES),
)
def test_unverified_strangers_remove_no_date_and_no_credit(
    both: tuple[list[Event], list[Event]], later: timedelta, policy: str
) -> None:
    """Except that verified holders who lack a second confirmation lose standing where protection is raised."""
    own, together = both
    now = together[-1].at + later
    alone, beside = assessed(own, now, policy).settled.facts, assessed(together, now, policy).settled.facts
    for name in ("removal_at", "check_in_on"):
        before, after = getattr(alone, name), getattr(beside, name)
        if before is not None and not has_passed([before], now):
            assert after <= before
            assert not has_passed([after], now)
    for name in CREDITS:
        assert getattr(beside, name) or not getattr(alone, name)


@given(histories(ANYTHING), st.lists(ANYTHING, min_size=1, max_size=3), LATER)
def test_a_stranger_who_joins_later_replaces_no_fact_and_adds_none_that_counts_against_the_person(
    events: list[Event], stated: list[Facts], later: timedelta
) -> None:
    at = events[-1].at + HOUR
    strangers = [filed(80, "S", "self", stated[0], at=at)]
    strangers += [updated(81 + place, "S", facts, at + place * HOUR) for place, facts in enumerate(stated[1:])]
    now = strangers[-1].at + later
    before, after = assessed(events, now).settled.facts, assessed([*events, *strangers], now).settled.facts
    for name, known in before.__dict__.items():
        if name in ADVERSE:
            assert getattr(after, name) in {known, None}
        elif known not in DENIALS and name not in DATED:
            assert getattr(after, name) == known


@given(histories(ANYTHING, 6, ["joined", "updated", "recognised"]), LATER, st.sampled_from(POLICIES))
def test_an_unverified_openers_adverse_facts_move_no_case_when_they_stop_counting(
    events: list[Event], later: timedelta, policy: str
) -> None:
    """The lanes and credits of no packaged policy depend on them."""
    now = events[-1].at + later
    silent = [event.evolve(claims=_without(event.claims, ADVERSE)) if event.claims else event for event in events]
    assert assessed(silent, now, policy).ranking.rank == assessed(events, now, policy).ranking.rank


def _without(facts: Facts, names: frozenset[str]) -> Facts:
    return Facts(**{name: getattr(facts, name) for name in facts.model_fields_set - names})


# ---- verified holders


@given(beside_strangers(ANYTHING, ["updated"]), LATER, st.sampled_from(POLICIES))
def test_a_verified_holders_words_win_over_unverified_ones(
    both: tuple[list[Event], list[Event]], later: timedelta, policy: str
) -> None:
    own, together = both
    now = together[-1].at + later
    confirmed = recognised(90, "R1", together[-1].at, second=True)
    alone, beside = assessed([*own, confirmed], now, policy), assessed([*together, confirmed], now, policy)
    assert beside.ranking.rank <= alone.ranking.rank
    lifted = beside.ranking.rank < alone.ranking.rank
    for name, known in alone.settled.facts.__dict__.items():
        if known is not None and name != "claims_us_citizenship" and not (lifted and name in {*DATED, "removal_soon"}):
            assert getattr(beside.settled.facts, name) == known


@given(histories(ANYTHING), st.sampled_from(POLICIES))
def test_a_confirmed_fact_keeps_its_value_whatever_requesters_claim(events: list[Event], policy: str) -> None:
    settled = assessed(events, events[-1].at, policy).settled
    for event in reversed(events):
        if event.verification and event.verification.about == "facts" and event.claims:
            for name in event.claims.model_fields_set - {"protected"}:
                confirmed = event.verification.verdict == "confirmed"
                for facts in (settled.facts, settled.placed):
                    assert getattr(facts, name) == (getattr(event.claims, name) if confirmed else None)
            return


# ---- time and order


@given(beside_strangers(ANYTHING), st.lists(st.floats(0, 1), max_size=4), st.sampled_from(POLICIES))
def test_a_case_is_the_same_at_every_time_before_it_wakes_up(
    both: tuple[list[Event], list[Event]], parts: list[float], policy: str
) -> None:
    events = both[1]
    now, force = events[-1].at, InForce(compiled(policy), None)
    first = assess(file_of(events, policy), force, now)
    file = _ranked(file_of(events, policy), first.ranking.lane, first.lane_since)
    last = (first.wake_at or now + timedelta(days=400)) - now - timedelta(milliseconds=1)
    for part in [0.0, *parts, 1.0]:
        found = assess(file, force, now + last * part)
        assert (found.settled.facts, found.settled.placed) == (first.settled.facts, first.settled.placed)
        assert found.ranking == first.ranking
        assert found.shown_lane == first.shown_lane
        assert found.wake_at == first.wake_at


def _ranked(file: CaseFile, lane: str, since: datetime) -> CaseFile:
    clock = file.case.first_look.evolve(lane_since=since)
    return file._replace(case=file.case.evolve(lane=lane, first_look=clock))


@given(st.lists(ANYTHING, min_size=2, max_size=3), st.booleans(), LATER, st.sampled_from(POLICIES))
def test_the_order_of_requests_of_one_time_changes_no_place(
    stated: list[Facts],
    verified: bool,  # noqa: FBT001
    later: timedelta,
    policy: str,
) -> None:
    """It can decide which of several contradicting values is shown."""
    events = [filed(1, "R0", "self", Facts())]
    events += [filed(number, f"R{number}", "family", facts) for number, facts in enumerate(stated, 2)]
    events += [recognised(10, "R2")] if verified else []
    opened, *others = file_of(events, policy).claims
    placement, at = placement_of(file_of(events).case, compiled(policy)), NOW + later
    found = [settle([opened, *order], Findings(case_id="CASE"), placement, at) for order in permutations(others)]
    assert len({placement.of(settled.placed.__dict__, at) for settled in found}) == 1
    if not verified:
        assert len({settled.marks for settled in found}) == 1


# ---- protection and citizenship


@given(beside_strangers(ANYTHING, ["joined", "updated", "recognised"]), ANYTHING, LATER)
def test_no_later_word_takes_protection_back(
    both: tuple[list[Event], list[Event]], said: Facts, later: timedelta
) -> None:
    events = both[1]
    protected = any(event.claims and event.claims.protected for event in events)
    denied = said.evolve(protected=False)
    more = [updated(90, event.receipt, denied, events[-1].at) for event in events if event.receipt and event.filing]
    assert bool(assessed([*events, *more], events[-1].at + later).settled.facts.protected) == protected


@given(beside_strangers(ANYTHING, ["updated", "established"]), LATER)
def test_a_claim_of_citizenship_by_others_never_becomes_the_persons_own(
    both: tuple[list[Event], list[Event]], later: timedelta
) -> None:
    own, together = both
    now = together[-1].at + later
    alone, beside = assessed(own, now), assessed(together, now)
    assert beside.settled.facts.claims_us_citizenship == alone.settled.facts.claims_us_citizenship
    if beside.settled.facts.claims_us_citizenship is not True:
        assert "citizenship_claim" not in beside.ranking.flags
        assert beside.ranking.approvals or not alone.ranking.approvals

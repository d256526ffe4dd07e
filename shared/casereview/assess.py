"""From a case's history to its place: settle what was said, and rank it under the policy in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from casereview.claims import Place, Settled, settle
from casereview.facts import Facts
from casereview.policy.compiled import CompiledPolicy
from casereview.policy.engine import rank
from casereview.policy.ranking import RankInput, Ranking
from casereview.records import Case, Event, Notice

MUST_PHONE = frozenset({"suppressed", "refused", "expired", "unanswered", "bounced"})
"""Why a notice did not arrive although the requester could have been written to: the office telephones."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A case's facts and place at an instant."""

    settled: Settled
    ranking: Ranking
    lane_since: datetime
    shown_lane: str
    """The lane by requesters' claims alone."""


def assess(
    case: Case, events: Sequence[Event], notices: Sequence[Notice], policy: CompiledPolicy, until: datetime | None, now: datetime
) -> Assessment:
    """Assess a case at an instant under the policy in force until ``until``. Pure."""
    place = _placing(case, policy)
    settled = settle(events, place)
    marks = settled.marks | _marks(case, notices)
    ranking = _rank(case, settled, marks, case.lane_since or case.filed_at, policy, until, now)
    since = case.lane_since if case.lane_since and ranking.lane == case.lane else _entered(case, now)
    if since != case.lane_since:
        ranking = _rank(case, settled, marks, since, policy, until, now)
    return Assessment(settled, ranking, since, _shown_lane(events, settled, place, policy, now) or ranking.lane)


def _entered(case: Case, now: datetime) -> datetime:
    """Return when the case entered a lane: when that fell due, not when the work was done."""
    if case.lane is None:
        return case.filed_at
    return min(case.rank_at or now, now)


def _rank(
    case: Case, settled: Settled, marks: frozenset[str], since: datetime, policy: CompiledPolicy, until: datetime | None, now: datetime
) -> Ranking:
    subject = RankInput(
        facts=settled.facts,
        case_id=case.case_id,
        filed_at=case.filed_at,
        lane_since=since,
        stopped=timedelta(milliseconds=case.stopped_ms),
        verified=settled.verified,
        marks=marks,
    )
    return rank(subject, policy, now, until)


def _placing(case: Case, policy: CompiledPolicy) -> Place:
    def place(facts: Facts, at: datetime) -> tuple[int, str]:
        ranking = rank(RankInput(facts, case.case_id, case.filed_at), policy, at, None)
        return ranking.lane_index, ranking.rank

    return place


def _shown_lane(
    events: Sequence[Event], settled: Settled, place: Place, policy: CompiledPolicy, now: datetime
) -> str | None:
    """Return the lane without what officers entered; None where they entered nothing."""
    if not settled.verified:
        return None
    return policy.lanes[place(settle(events, place, verifications=False).facts, now)[0]].id


def _marks(case: Case, notices: Sequence[Notice]) -> frozenset[str]:
    undelivered = not case.restricted and any(notice.why in MUST_PHONE for notice in notices)
    marks = {
        "telephone": undelivered,
        "many_requests": case.over_limit,
        "withdrawal_to_confirm": case.live == 0,
    }
    return frozenset(name for name, holds in marks.items() if holds)

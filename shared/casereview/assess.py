"""From a case's history to its place: settle what was said, and rank it under the policy in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from casereview.claims import Place, Settled, receipts_of, settle
from casereview.facts import Facts
from casereview.policy.compiled import CompiledPolicy
from casereview.policy.engine import rank
from casereview.policy.ranking import Ranking, RankInput
from casereview.records import Case, CaseFile, Event, Notice

MUST_PHONE = frozenset({"suppressed", "refused", "expired", "unanswered", "bounced"})
"""Why a notice did not arrive although the requester could have been written to: the office telephones."""


class InForce(NamedTuple):
    """What governs at an instant, and until when."""

    policy: CompiledPolicy
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A case's facts and place at an instant."""

    settled: Settled
    ranking: Ranking
    lane_since: datetime
    shown_lane: str
    """The lane by requesters' claims alone."""
    top: bool
    """The lane is one whose clock never stops."""


def assess(file: CaseFile, force: InForce, now: datetime) -> Assessment:
    """Assess a case at an instant under what is in force then. Pure."""
    case = file.case
    place = _placing(case, force.policy)
    settled = settle(file.events, place)
    subject = subject_of(file, settled)
    ranking = rank(subject, force.policy, now, force.until)
    stays = case.lane_since is not None and ranking.lane == case.lane
    since = case.lane_since if case.lane_since and stays else _entered(case, now)
    stopped = subject.stopped if stays else timedelta(0)
    if (since, stopped) != (subject.lane_since, subject.stopped):
        ranking = rank(replace(subject, lane_since=since, stopped=stopped), force.policy, now, force.until)
    shown = _shown_lane(file.events, settled, place, now)
    lanes = force.policy.lanes
    shown_lane = ranking.lane if shown is None else lanes[shown].id
    return Assessment(settled, ranking, since, shown_lane, top=lanes[ranking.lane_index].top)


def _entered(case: Case, now: datetime) -> datetime:
    """Return when the case entered a lane: when that fell due, not when the work was done."""
    if case.lane is None:
        return case.filed_at
    return min(case.rank_at or now, now)


def subject_of(file: CaseFile, settled: Settled) -> RankInput:
    """Return a case as the ranking sees it: blind to who it is about."""
    case = file.case
    return RankInput(
        facts=settled.facts,
        case_id=case.case_id,
        filed_at=case.filed_at,
        lane_since=case.lane_since or case.filed_at,
        stopped=timedelta(milliseconds=case.stopped_ms),
        verified=settled.verified,
        marks=settled.marks | _marks(case, file.notices, receipts_of(file.events)),
    )


def _placing(case: Case, policy: CompiledPolicy) -> Place:
    def place(facts: Facts, at: datetime) -> tuple[int, str]:
        ranking = rank(RankInput(facts, case.case_id, case.filed_at), policy, at, None)
        return ranking.lane_index, ranking.rank

    return place


def _shown_lane(events: Sequence[Event], settled: Settled, place: Place, now: datetime) -> int | None:
    """Return the index of the lane without what officers entered; None where they entered nothing."""
    if not settled.verified:
        return None
    return place(settle(events, place, verifications=False).facts, now)[0]


def _marks(case: Case, notices: Sequence[Notice], receipts: frozenset[str]) -> frozenset[str]:
    undelivered = not case.restricted and any(
        notice.why in MUST_PHONE and notice.receipt in receipts for notice in notices
    )
    marks = {
        "telephone": undelivered,
        "many_requests": case.over_limit,
        "withdrawal_to_confirm": case.live == 0,
    }
    return frozenset(name for name, holds in marks.items() if holds)

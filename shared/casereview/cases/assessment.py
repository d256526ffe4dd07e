"""From a case's history to its place: settle what was said, and rank it under the policy in force."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from casereview.cases.telephone import TELEPHONE, to_be_called
from casereview.evidence.ledger import Placement
from casereview.evidence.settle import Settled, settle
from casereview.policy.compiler import CompiledPolicy
from casereview.policy.engine import rank
from casereview.policy.ranking import Ranking, RankInput
from casereview.routing.offices import HEADQUARTERS, SENIOR_REVIEWING_OFFICIAL, route
from casereview.schema.base import EASTERN
from casereview.schema.facts import Facts
from casereview.schema.records import Case, CaseFile, Event, Explanation


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
    wake_at: datetime | None
    """The first instant at which the ranking, or the lane that requesters are shown, can differ."""


def assess(file: CaseFile, force: InForce, now: datetime) -> Assessment:
    """Assess a case at an instant under what is in force then. Pure."""
    case = file.case
    place = _placing(case, force.policy)
    settled = settle(file.events, place, now)
    subject = subject_of(file, settled, force.policy)
    ranking = rank(subject, force.policy, now, force.until)
    lane_since = case.first_look.lane_since
    stays = lane_since is not None and ranking.lane == case.lane
    since = lane_since if lane_since and stays else _entered(case, now)
    stopped = subject.stopped if stays else timedelta(0)
    if (since, stopped) != (subject.lane_since, subject.stopped):
        ranking = rank(replace(subject, lane_since=since, stopped=stopped), force.policy, now, force.until)
    shown = _shown(file, settled, place, force, now) or ranking
    top = force.policy.lanes[ranking.lane_index].top
    wake_at = min((at for at in (ranking.changes_at, shown.changes_at) if at), default=None)
    return Assessment(settled, ranking, since, shown.lane, top=top, wake_at=wake_at)


def _entered(case: Case, now: datetime) -> datetime:
    """Return when the case entered a lane: when that fell due, not when the work was done."""
    if case.lane is None:
        return case.filed_at
    return min(case.rank_at or now, now)


def subject_of(file: CaseFile, settled: Settled, policy: CompiledPolicy) -> RankInput:
    """Return a case as the ranking sees it: blind to who it is about."""
    case = file.case
    return RankInput(
        facts=settled.facts,
        case_id=case.case_id,
        filed_at=case.filed_at,
        lane_since=case.first_look.lane_since or case.filed_at,
        stopped=timedelta(milliseconds=case.first_look.stopped_ms),
        verified=settled.verified,
        marks=settled.marks | _marks(file, settled, policy),
    )


def _placing(case: Case, policy: CompiledPolicy) -> Placement:
    def place(facts: Facts, at: datetime) -> tuple[int, str]:
        ranking = rank(RankInput(facts, case.case_id, case.filed_at), policy, at, None)
        return ranking.lane_index, ranking.rank

    return place


def _shown(file: CaseFile, settled: Settled, place: Placement, force: InForce, now: datetime) -> Ranking | None:
    """Rank the case without what officers entered; None where they entered nothing."""
    if not settled.verified:
        return None
    claimed = settle(file.events, place, now, verifications=False)
    return rank(subject_of(file, claimed, force.policy), force.policy, now, force.until)


def _marks(file: CaseFile, settled: Settled, policy: CompiledPolicy) -> frozenset[str]:
    case = file.case
    marks = {
        TELEPHONE: not settled.facts.protected and bool(to_be_called(file.events)),
        "many_requests": case.over_limit,
        "withdrawal_to_confirm": case.live == 0,
        "office_differs": _points_elsewhere(file, settled, _placing(case, policy)),
    }
    return frozenset(name for name, holds in marks.items() if holds)


def _points_elsewhere(file: CaseFile, settled: Settled, place: Placement) -> bool:
    """Tell whether the facts name another field office than the case's: a transfer waits for an officer.

    Nothing is said while they name what they named when the case was last transferred: somebody has looked at that.
    """
    if file.case.office == SENIOR_REVIEWING_OFFICIAL:
        return False
    named = _named(settled.facts, file.events)
    return named not in {HEADQUARTERS, file.case.office} and named != _named_at_transfer(file.events, place)


def _named(facts: Facts, events: Sequence[Event]) -> str:
    """Return the office that facts name on the day of the newest event."""
    return route(facts, events[-1].at.astimezone(EASTERN).date())


def _named_at_transfer(events: Sequence[Event], place: Placement) -> str | None:
    """Return the office that the facts named when the case was last transferred; None where it never was."""
    moved = max((index for index, event in enumerate(events, start=1) if event.kind == "transferred"), default=0)
    if not moved:
        return None
    known = events[:moved]
    return _named(settle(known, place, known[-1].at).facts, known)


def explanation_of(ranking: Ranking, at: datetime) -> Explanation:
    """Return a ranking made at an instant as it is stored."""
    return Explanation(
        at=at,
        policy=ranking.policy,
        digest=ranking.digest,
        lane=ranking.lane,
        sort_at=ranking.sort_at,
        reasons=tuple(reason.rule for reason in ranking.reasons),
        matched=ranking.matched,
        categories=tuple(category.id for category in ranking.categories),
        approvals=ranking.approvals,
        factors=tuple(factor.id for factor in ranking.factors),
        flags=ranking.flags,
    )

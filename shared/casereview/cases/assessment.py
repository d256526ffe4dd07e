"""Assess a case: settle its facts from its history, and rank it under the policy in force."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import NamedTuple

from casereview.cases.decisions import is_remanded, is_reopened
from casereview.cases.telephone import TELEPHONE, UNSAFE_CONTACT, receipts_to_phone
from casereview.evidence.placement import Placement
from casereview.evidence.settle import Settled, settle
from casereview.policy.compiler import CompiledPolicy
from casereview.policy.engine import rank
from casereview.policy.ranking import Ranking, RankInput
from casereview.routing.offices import HEADQUARTERS, SENIOR_REVIEWING_OFFICIAL, is_doubtful, route
from casereview.schema.base import EASTERN
from casereview.schema.event_records import Explanation
from casereview.schema.evidence import CaseFile
from casereview.schema.facts import Facts
from casereview.schema.records import Case


class InForce(NamedTuple):
    """The policy in force at an instant, and when another one takes over."""

    policy: CompiledPolicy
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Assessment:
    """The settled facts of a case and its place in the worklist, at an instant."""

    settled: Settled
    ranking: Ranking
    lane_since: datetime
    shown_lane: str
    """The lane by requesters' claims alone, which is the one that requesters see."""
    top: bool
    """Whether the lane is one whose clock never stops."""
    wake_at: datetime | None
    """The first instant at which the ranking, or the lane that requesters see, can change."""


def assess(file: CaseFile, force: InForce, now: datetime) -> Assessment:
    """Return the assessment of a case at an instant, under the policy in force then."""
    case = file.case
    placement = placement_of(case, force.policy)
    settled = settle(file.claims, file.findings, placement, now)
    subject = subject_of(file, settled)
    ranking = _ranking(subject, settled, force, now)
    lane_since = case.first_look.lane_since
    stays = lane_since is not None and ranking.lane == case.lane
    since = lane_since if lane_since and stays else _entered_lane_at(case, now)
    stopped = subject.stopped if stays else timedelta(0)
    if (since, stopped) != (subject.lane_since, subject.stopped):
        ranking = _ranking(replace(subject, lane_since=since, stopped=stopped), settled, force, now)
    top = force.policy.lanes[ranking.lane_index].top
    claimed = settled.claimed
    if claimed is None:
        return Assessment(settled, ranking, since, ranking.lane, top=top, wake_at=ranking.changes_at)
    shown, wake_at = force.policy.lanes[claimed.lane_index].id, _first(ranking.changes_at, claimed.changes_at)
    return Assessment(settled, ranking, since, shown, top=top, wake_at=wake_at)


def _entered_lane_at(case: Case, now: datetime) -> datetime:
    """Return when the case entered its lane: the instant at which the change was due, not that of the assessment."""
    if case.lane is None:
        return case.filed_at
    return min(case.rank_at or now, now)


def _ranking(subject: RankInput, settled: Settled, force: InForce, now: datetime) -> Ranking:
    """Rank a case; words that count for its place alone have no other effect than the flag ``verify``."""
    ranking = rank(subject, force.policy, now, force.until)
    if settled.placed is settled.facts:
        return ranking._replace(changes_at=_first(ranking.changes_at, settled.changes_at))
    apart = rank(replace(subject, facts=settled.facts), force.policy, now, force.until)
    raised = [flag for flag in ranking.flags if flag == "verify" and flag not in apart.flags]
    return ranking._replace(
        categories=apart.categories,
        factors=apart.factors,
        approvals=apart.approvals,
        flags=(*raised, *apart.flags),
        changes_at=_first(ranking.changes_at, apart.changes_at, settled.changes_at),
    )


def _first(*instants: datetime | None) -> datetime | None:
    return min((at for at in instants if at), default=None)


def subject_of(file: CaseFile, settled: Settled) -> RankInput:
    """Return the input of the ranking, which does not identify the person."""
    case = file.case
    return RankInput(
        facts=settled.placed,
        case_id=case.case_id,
        filed_at=case.filed_at,
        lane_since=case.first_look.lane_since or case.filed_at,
        stopped=timedelta(milliseconds=case.first_look.stopped_ms),
        verified=settled.verified,
        marks=settled.marks | _marks(file, settled),
    )


def placement_of(case: Case, policy: CompiledPolicy) -> Placement:
    """Return what places facts of this case under a policy."""
    return Placement(policy, case.case_id, case.filed_at)


def _marks(file: CaseFile, settled: Settled) -> frozenset[str]:
    case = file.case
    marks = {
        TELEPHONE: not settled.facts.protected and bool(receipts_to_phone(file.claims)),
        UNSAFE_CONTACT: any(one.unsafe for one in file.claims),
        "withdrawal_to_confirm": case.live == 0 or any(one.withdrawal_by for one in file.claims),
        "remanded": is_remanded(case),
        "reopened": is_reopened(case),
        "office_differs": _names_another_office(case, settled.facts),
        "office_doubtful": _office_is_doubtful(case, settled),
    }
    return frozenset(name for name, holds in marks.items() if holds)


def _names_another_office(case: Case, facts: Facts) -> bool:
    """Return whether the facts name another field office than the case's, so that an officer must decide on a transfer.

    False while they name the same office as at the last transfer, because the officer who transferred the case saw it.
    """
    if case.office == SENIOR_REVIEWING_OFFICIAL:
        return False
    named = responsible_office(case, facts)
    return named not in {HEADQUARTERS, case.office, case.routed}


def _office_is_doubtful(case: Case, settled: Settled) -> bool:
    """Return whether the facts route a case by a facility whose office an officer should confirm.

    False once an officer has verified the facility, or transferred the case with these facts before them.
    """
    if case.office == SENIOR_REVIEWING_OFFICIAL or "facility" in settled.verified:
        return False
    return is_doubtful(settled.facts, _routing_day(case)) and responsible_office(case, settled.facts) != case.routed


def responsible_office(case: Case, facts: Facts) -> str:
    """Return the office that facts route a case to, on the day of the newest word about it."""
    return route(facts, _routing_day(case))


def _routing_day(case: Case) -> date:
    return (case.words_at or case.filed_at).astimezone(EASTERN).date()


def explanation_of(ranking: Ranking, at: datetime) -> Explanation:
    """Return the stored form of a ranking that was made at an instant."""
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

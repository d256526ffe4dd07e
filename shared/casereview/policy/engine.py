"""The ranking: one pure function of a case, a policy and a time.

It sorts and explains; it never decides. Review urgency (the lane) and enforcement priority (the
category) are found apart and never meet.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from casereview.policy.compiled import CompiledLane, CompiledPolicy
from casereview.policy.conditions import Values
from casereview.policy.moments import NEVER
from casereview.policy.ranking import CategoryFound, Explanation, FactorFound, RankInput, Ranking, Reason

_NO_CREDIT: Final = timedelta(0)


class _Judgement(NamedTuple):
    """All that may change while the facts stay: two equal judgements of a case give equal rankings."""

    lane: CompiledLane
    deadline: datetime | None
    credit: timedelta
    reasons: tuple[Reason, ...]
    matched: tuple[str, ...]
    categories: list[CategoryFound]
    approvals: list[str]
    factors: list[FactorFound]
    flags: list[str]


def rank(case: RankInput, policy: CompiledPolicy, now: datetime, until: datetime | None) -> Ranking:
    """Rank a case at an aware time under the policy in force until ``until`` (which must lie ahead, or be None)."""
    now = now.astimezone(UTC)
    judgement = _judge(case, policy, now)
    lane = judgement.lane
    filed_at = case.filed_at.astimezone(UTC)
    sort_at = judgement.deadline or filed_at - judgement.credit
    group = 1 if judgement.deadline is None else 0
    first_look = lane.first_look
    return Ranking(
        lane.id,
        lane.index,
        f"{lane.index:02d}.{group}.{sort_at.isoformat(timespec='milliseconds')[:23]}Z.{case.case_id}",
        sort_at,
        None if first_look is None else (case.lane_since or filed_at) + first_look + case.stopped,
        _changes_at(case, policy, now, until, judgement),
        policy.id,
        policy.digest,
        judgement.reasons,
        judgement.matched,
        tuple(judgement.categories),
        tuple(judgement.factors),
        tuple(judgement.approvals),
        tuple(judgement.flags),
    )


def explain(case: RankInput, policy: CompiledPolicy, now: datetime) -> tuple[Explanation, ...]:
    """Every rule of the document that holds, with the facts that satisfied it, also where it has no effect."""
    values = vars(case.facts)
    now = now.astimezone(UTC)
    return tuple(
        Explanation(section, rule.id, rule.text, rule.source, compiled.why(values, now))
        for section, rule, compiled in policy.rules
        if compiled.holds(values, now)
    )


def _judge(case: RankInput, policy: CompiledPolicy, now: datetime) -> _Judgement:
    values = vars(case.facts)
    lane = _lane(policy, values, now)
    deadline = _deadline(lane, values, now)
    credit, reasons, matched = _place(lane, policy, values, now)
    categories: list[CategoryFound] = []
    approvals: list[str] = []
    if policy.withheld is None or not policy.withheld(values, now):
        categories = [found for holds, found in policy.categories if holds(values, now)]
        approvals = _approvals(policy, categories, values, now)
    factors = [found for holds, found in policy.factors if holds(values, now)]
    flags = [flag for holds, flag in policy.flags if holds(values, now)]
    if lane.top and _unverified(lane, case.verified, values, now):
        flags.insert(0, "verify")
    if case.marks:
        flags += sorted(case.marks.difference(flags))
    return _Judgement(lane, deadline, credit, reasons, matched, categories, approvals, factors, flags)


def _lane(policy: CompiledPolicy, values: Values, now: datetime) -> CompiledLane:
    for lane in policy.lanes:
        if lane.holds(values, now):
            return lane
    raise AssertionError("the schema refuses a document whose last lane does not take every case")


def _deadline(lane: CompiledLane, values: Values, now: datetime) -> datetime | None:
    """The deadline that the case goes by; None where it has passed, is unknown, or the lane has none."""
    if not lane.by_deadline:
        return None
    at: datetime | None = values["removal_at"]
    return at if at is not None and now < at else None


def _place(
    lane: CompiledLane, policy: CompiledPolicy, values: Values, now: datetime
) -> tuple[timedelta, tuple[Reason, ...], tuple[str, ...]]:
    """The largest credit with the reasons for the place, and the facts behind them; equal credits are all named."""
    found = [] if lane.by_deadline else [credit for credit in policy.credits if credit.holds(values, now)]
    if not found:
        return _NO_CREDIT, (lane.reason,), lane.why(values, now)
    largest = max(credit.earlier_by for credit in found)
    applied = [credit for credit in found if credit.earlier_by == largest]
    matched = set(lane.why(values, now)).union(*[credit.why(values, now) for credit in applied])
    return largest, (lane.reason, *[credit.reason for credit in applied]), tuple(sorted(matched))


def _approvals(policy: CompiledPolicy, found: list[CategoryFound], values: Values, now: datetime) -> list[str]:
    presumed = any(category.mode == "presumption" for category in found)
    return [
        approval.id
        for holds, approval in policy.approvals
        if not (presumed and approval.only_if_nothing_presumed) and holds(values, now)
    ]


def _unverified(lane: CompiledLane, verified: frozenset[str], values: Values, now: datetime) -> bool:
    """Whether the lane rests on a claim: its rule would not hold if only verified facts were known."""
    certain = {name: values[name] if name in verified else None for name in lane.facts}
    return not lane.holds(certain, now)


def _changes_at(
    case: RankInput, policy: CompiledPolicy, now: datetime, until: datetime | None, judgement: _Judgement
) -> datetime | None:
    """The first instant ahead at which the judgement differs, of those at which a test flips."""
    values = vars(case.facts)
    horizon = until or NEVER
    ahead = {at for turn in policy.turns if (at := turn(values)) is not None and now < at < horizon}
    for at in sorted(ahead):
        if _judge(case, policy, at) != judgement:
            return at
    return until

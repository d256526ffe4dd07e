"""The ranking: one pure function of a case, a policy and a time.

It sorts and explains; it never decides. Review urgency (the lane) and enforcement priority (the
category) are found apart and never meet.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, NamedTuple

from casereview.policy.compiled import Assertions, CompiledPolicy, Place
from casereview.policy.moments import NEVER, PAST
from casereview.policy.program import timed_bits
from casereview.policy.ranking import Explanation, FactorFound, RankInput, Ranking

_UNVERIFIED: Final = "verify"


class _Outcome(NamedTuple):
    """All that time may change while the facts stay: equal outcomes of a case give equal rankings."""

    place: Place
    assertions: Assertions
    factors: tuple[FactorFound, ...]
    flags: tuple[str, ...]
    unverified: bool


def rank(case: RankInput, policy: CompiledPolicy, now: datetime, until: datetime | None) -> Ranking:
    """Rank a case at an aware time under the policy in force until ``until`` (which must lie ahead, or be None).

    ``changes_at`` is exact: of the instants ahead at which a test flips, the first at which the outcome
    differs, or ``until``.
    """
    now = now.astimezone(UTC)
    bits, flips = policy.program.read(vars(case.facts))
    outcome = _outcome(case, policy, bits | timed_bits(flips, now))
    changes_at = until
    horizon = until or NEVER
    for at in sorted({flip.at for flip in flips if now < flip.at < horizon}):
        if _outcome(case, policy, bits | timed_bits(flips, at)) != outcome:
            changes_at = at
            break
    return _ranking(case, policy, outcome, changes_at)


def explain(case: RankInput, policy: CompiledPolicy, now: datetime) -> tuple[Explanation, ...]:
    """Every rule of the document that holds, with the facts that satisfied it, also where it has no effect."""
    bits, flips = policy.program.read(vars(case.facts))
    bits = policy.program.complete(bits | timed_bits(flips, now))
    return tuple(
        Explanation(section, rule.id, rule.text, rule.source, tuple(sorted(policy.satisfied_by(node, bits))))
        for section, (rule, mask, node) in policy.rules
        if bits & mask
    )


def _outcome(case: RankInput, policy: CompiledPolicy, tests: int) -> _Outcome:
    bits = policy.program.complete(tests)
    place = policy.places.to(bits)
    return _Outcome(
        place,
        policy.assertions.to(bits),
        policy.factors.to(bits),
        policy.flags.to(bits),
        place.lane.top and not policy.program.certain(tests, case.verified) & place.mask,
    )


def _ranking(case: RankInput, policy: CompiledPolicy, outcome: _Outcome, changes_at: datetime | None) -> Ranking:
    place, assertions, factors, flags, unverified = outcome
    lane = place.lane
    sort_at = _sort_at(case, place)
    if unverified:
        flags = (_UNVERIFIED, *flags)
    if case.marks:
        flags += tuple(sorted(case.marks.difference(flags)))
    return Ranking(
        lane=lane.id,
        lane_index=place.index,
        rank=_rank(place, sort_at, case.case_id),
        sort_at=sort_at,
        target_by=None if lane.first_look is None else (case.lane_since or case.filed_at) + lane.first_look + case.stopped,
        changes_at=changes_at,
        policy=policy.id,
        digest=policy.digest,
        reasons=place.reasons,
        matched=place.matched,
        categories=assertions.categories,
        factors=factors,
        approvals=assertions.approvals,
        flags=flags,
    )


def _sort_at(case: RankInput, place: Place) -> datetime:
    at: datetime | None = case.facts.removal_at
    return at if place.by_deadline and at else case.filed_at.astimezone(UTC) - place.credit


def _rank(place: Place, sort_at: datetime, case_id: str) -> str:
    """Lane, deadlines ahead before the rest, milliseconds since the year 1, case id: total, and sorts as text."""
    since = sort_at - PAST
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    return f"{place.index:02d}.{0 if place.by_deadline else 1}.{milliseconds:015d}.{case_id}"

"""The ranking: one pure function of a case, a policy and a time.

It sorts and explains; it never decides. Review urgency (the lane) and enforcement priority (the
category) are found apart and never meet.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeAlias

from casereview.policy.calendar import NEVER, PAST
from casereview.policy.compiler import Assertions, CompiledPolicy, Place
from casereview.policy.ranking import Explanation, FactorFound, Ranking, RankInput
from casereview.policy.readers import Flip

_UNVERIFIED: Final = "verify"
_MILLISECOND: Final = timedelta(milliseconds=1)
"""The unit in a rank: since the year 1."""


_Outcome: TypeAlias = tuple[Place, Assertions, tuple[FactorFound, ...], tuple[str, ...], bool]
"""All that time may change while the facts stay: equal outcomes of a case give equal rankings.

The last says whether the place rests on an unverified claim.
"""


def rank(case: RankInput, policy: CompiledPolicy, now: datetime, until: datetime | None) -> Ranking:
    """Rank a case at an aware time under the policy in force until ``until`` (which must lie ahead, or be None)."""
    tests, ahead = policy.program.read(vars(case.facts), now)
    outcome = _outcome(case, policy, tests)
    changes_at = _changes_at(partial(_outcome, case, policy), tests, ahead, outcome, until or NEVER) if ahead else None
    return _ranking(case, policy, outcome, changes_at or until)


def explain(case: RankInput, policy: CompiledPolicy, now: datetime) -> tuple[Explanation, ...]:
    """Every rule of the document that holds, with the facts that satisfied it, also where it has no effect."""
    tests, _ahead = policy.program.read(vars(case.facts), now)
    bits = policy.assembler.complete(tests)
    return tuple(
        Explanation(section, rule.id, rule.text, rule.source, tuple(sorted(policy.assembler.satisfied_by(node, bits))))
        for section, (rule, mask, node) in policy.rules
        if bits & mask
    )


def _changes_at(
    outcome_of: Callable[[int], _Outcome], tests: int, ahead: list[Flip], outcome: _Outcome, until: datetime
) -> datetime | None:
    """The first instant before ``until`` at which a test flips and the outcome differs; None if it never does."""
    while ahead:
        at = min(ahead)[0]
        if at >= until:
            return None
        later = []
        for flip in ahead:
            if flip[0] == at:
                tests = tests & ~flip[2] | flip[1]
            else:
                later.append(flip)
        if outcome_of(tests) != outcome:
            return at
        ahead = later
    return None


def _outcome(case: RankInput, policy: CompiledPolicy, tests: int) -> _Outcome:
    places, assertions = policy.places, policy.assertions
    place = places.kept[tests & places.bits]
    factors: tuple[FactorFound, ...] = ()
    for few in policy.factors:
        factors += few.kept[tests & few.bits]
    flags: tuple[str, ...] = ()
    for some in policy.flags:
        flags += some.kept[tests & some.bits]
    return (
        place,
        assertions.kept[tests & assertions.bits],
        factors,
        flags,
        place.lane.top and _rests_on_claims(case, policy, tests, place),
    )


def _rests_on_claims(case: RankInput, policy: CompiledPolicy, tests: int, place: Place) -> bool:
    """Whether the verified facts alone would not lead to this lane."""
    certain = tests & policy.program.verified(case.verified)
    return policy.places.kept[certain & policy.places.bits].index != place.index


def _ranking(case: RankInput, policy: CompiledPolicy, outcome: _Outcome, changes_at: datetime | None) -> Ranking:
    place, assertions, factors, flags, unverified = outcome
    lane = place.lane
    deadline = case.facts.removal_at if place.by_deadline else None
    sort_at = deadline or case.filed_at.astimezone(UTC) - place.credit
    if unverified:
        flags = (_UNVERIFIED, *flags)
    if case.marks:
        flags += tuple(sorted(case.marks.difference(flags)))
    return Ranking(
        lane.id,
        place.index,
        f"{place.prefix}{(sort_at - PAST) // _MILLISECOND:015d}.{case.case_id}",
        sort_at,
        None if lane.first_look is None else (case.lane_since or case.filed_at) + lane.first_look + case.stopped,
        changes_at,
        policy.id,
        policy.digest,
        place.reasons,
        place.matched,
        assertions.categories,
        factors,
        assertions.approvals,
        flags,
    )

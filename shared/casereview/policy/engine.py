"""The ranking: one pure function of a case, a policy and a time.

It sorts and explains; it never decides. Review urgency (the lane) and enforcement priority (the
category) are found apart and never meet.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, TypeAlias

from casereview.policy.compiled import Assertions, CompiledPolicy, Place
from casereview.policy.moments import NEVER, PAST
from casereview.policy.program import Flip, union
from casereview.policy.ranking import Explanation, FactorFound, Ranking, RankInput

_UNVERIFIED: Final = "verify"


_Outcome: TypeAlias = tuple[Place, Assertions, tuple[FactorFound, ...], tuple[str, ...], bool]
"""All that time may change while the facts stay: equal outcomes of a case give equal rankings.

The last says whether the place rests on an unverified claim.
"""


def rank(case: RankInput, policy: CompiledPolicy, now: datetime, until: datetime | None) -> Ranking:
    """Rank a case at an aware time under the policy in force until ``until`` (which must lie ahead, or be None)."""
    now = now.astimezone(UTC)
    tests, flips = policy.program.read(vars(case.facts))
    ahead = []
    horizon = until or NEVER
    for flip in flips:
        if flip[0] <= now:
            tests |= flip[1]
        else:
            tests |= flip[2]
            if flip[0] < horizon:
                ahead.append(flip)
    outcome = _outcome(case, policy, tests)
    changes_at = _changes_at(case, policy, tests, sorted(ahead), outcome) if ahead else None
    return _ranking(case, policy, outcome, changes_at or until)


def explain(case: RankInput, policy: CompiledPolicy, now: datetime) -> tuple[Explanation, ...]:
    """Every rule of the document that holds, with the facts that satisfied it, also where it has no effect."""
    tests, flips = policy.program.read(vars(case.facts))
    bits = policy.assembler.complete(tests | union(since if at <= now else until for at, since, until in flips))
    return tuple(
        Explanation(section, rule.id, rule.text, rule.source, tuple(sorted(policy.assembler.satisfied_by(node, bits))))
        for section, (rule, mask, node) in policy.rules
        if bits & mask
    )


def _changes_at(
    case: RankInput, policy: CompiledPolicy, tests: int, ahead: list[Flip], outcome: _Outcome
) -> datetime | None:
    """The first of the instants at which a test flips where the outcome differs; None if it never does."""
    for number, (at, since, until) in enumerate(ahead, 1):
        tests = tests & ~until | since
        together = number < len(ahead) and ahead[number][0] == at
        if not together and _outcome(case, policy, tests) != outcome:
            return at
    return None


def _outcome(case: RankInput, policy: CompiledPolicy, tests: int) -> _Outcome:
    places, assertions, factors, flags = policy.places, policy.assertions, policy.factors, policy.flags
    place = places.kept[tests & places.bits]
    return (
        place,
        assertions.kept[tests & assertions.bits],
        factors.kept[tests & factors.bits],
        flags.kept[tests & flags.bits],
        place.lane.top and _rests_on_claims(case, policy, tests, place),
    )


def _rests_on_claims(case: RankInput, policy: CompiledPolicy, tests: int, place: Place) -> bool:
    """Whether the verified facts alone would not lead to this lane."""
    certain = tests & policy.program.verified(case.verified)
    return policy.places.kept[certain & policy.places.bits].index != place.index


def _ranking(case: RankInput, policy: CompiledPolicy, outcome: _Outcome, changes_at: datetime | None) -> Ranking:
    place, assertions, factors, flags, unverified = outcome
    lane = place.lane
    sort_at = _sort_at(case, place)
    if unverified:
        flags = (_UNVERIFIED, *flags)
    if case.marks:
        flags += tuple(sorted(case.marks.difference(flags)))
    return Ranking(
        lane.id,
        place.index,
        _rank(place, sort_at, case.case_id),
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


def _sort_at(case: RankInput, place: Place) -> datetime:
    at: datetime | None = case.facts.removal_at
    return at if place.by_deadline and at else case.filed_at.astimezone(UTC) - place.credit


def _rank(place: Place, sort_at: datetime, case_id: str) -> str:
    """Lane, deadlines ahead before the rest, milliseconds since the year 1, case id: total, and sorts as text."""
    since = sort_at - PAST
    milliseconds = (since.days * 86_400 + since.seconds) * 1000 + since.microseconds // 1000
    return f"{place.prefix}{milliseconds:015d}.{case_id}"

"""Rank and explain a case: pure functions of the case, a policy and a time.

The engine sorts and explains; it never decides. Review urgency (the lane) and enforcement priority (the category)
are determined independently of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final, TypeAlias, TypeVar

from casereview.policy.calendar import NEVER, PAST
from casereview.policy.compiler import Assertions, CompiledPolicy, Placement
from casereview.policy.ranking import Explanation, FactorFound, Outlook, Place, Ranking, RankInput
from casereview.policy.readers import Flip, Values

_UNVERIFIED: Final = "verify"
_MILLISECOND: Final = timedelta(milliseconds=1)
"""The unit of time in a rank, which counts milliseconds since the year 1."""


_Outcome: TypeAlias = tuple[Placement, Assertions, tuple[FactorFound, ...], tuple[str, ...], bool]
"""Everything that can change with time while the facts stay the same: equal outcomes give equal rankings.

Placement, assertions, factors, flags, and whether the placement depends on an unverified claim.
"""
_AnyOutcome = TypeVar("_AnyOutcome")


def rank(case: RankInput, policy: CompiledPolicy, now: datetime, until: datetime | None) -> Ranking:
    """Rank a case under a policy.

    Args:
        case: the open facts of the case.
        policy: the policy in force at ``now``.
        now: the time of the ranking; must be aware.
        until: when the policy ceases to be in force; must be later than ``now``, or None if it does not cease.

    Returns:
        The ranking. Its ``changes_at`` is at most ``until``.
    """
    tests, ahead = policy.program.read(vars(case.facts), now)
    outcome = _outcome(case, policy, tests)
    changes_at = _changes_at(partial(_outcome, case, policy), tests, ahead, outcome, until or NEVER) if ahead else None
    return _ranking(case, policy, outcome, changes_at or until)


def place(values: Values, case_id: str, filed_at: datetime, policy: CompiledPolicy, now: datetime) -> Place:
    """Return the lane and the rank that ``rank`` would return, for a fraction of its cost.

    Args:
        values: every open fact by name.
        case_id: the case.
        filed_at: when it was filed.
        policy: the policy in force at ``now``.
        now: the time of the ranking; must be aware.
    """
    tests, _ahead = policy.program.read(values, now)
    placements = policy.placements
    return _place(placements.by_bits[tests & placements.bits], values, case_id, filed_at)


def outlook(values: Values, case_id: str, filed_at: datetime, policy: CompiledPolicy, now: datetime) -> Outlook:
    """Return what ``place`` does, and the first later instant at which equal facts get another place."""
    tests, ahead = policy.program.read(values, now)
    by_bits, bits = policy.placements.by_bits, policy.placements.bits
    found = by_bits[tests & bits]
    changes_at = _changes_at(lambda tests: by_bits[tests & bits], tests, ahead, found, NEVER) if ahead else None
    return Outlook(_place(found, values, case_id, filed_at), changes_at)


def _place(found: Placement, values: Values, case_id: str, filed_at: datetime) -> Place:
    return Place(found.index, _rank(found, _sort_at(found, values["removal_at"], filed_at), case_id))


def explain(case: RankInput, policy: CompiledPolicy, now: datetime) -> tuple[Explanation, ...]:
    """Return every rule that holds, including those without effect, with the facts that satisfied it."""
    tests, _ahead = policy.program.read(vars(case.facts), now)
    bits = policy.assembler.complete(tests)
    return tuple(
        Explanation(section, rule.id, rule.text, rule.source, tuple(sorted(policy.assembler.satisfied_by(node, bits))))
        for section, (rule, mask, node) in policy.rules
        if bits & mask
    )


def _changes_at(
    outcome_of: Callable[[int], _AnyOutcome], tests: int, ahead: list[Flip], outcome: _AnyOutcome, until: datetime
) -> datetime | None:
    """Return the first instant before ``until`` at which the outcome differs; None if there is none."""
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
    placements, assertions = policy.placements, policy.assertions
    placement = placements.by_bits[tests & placements.bits]
    factors: tuple[FactorFound, ...] = ()
    for factor_group in policy.factors:
        factors += factor_group.by_bits[tests & factor_group.bits]
    flags: tuple[str, ...] = ()
    for flag_group in policy.flags:
        flags += flag_group.by_bits[tests & flag_group.bits]
    return (
        placement,
        assertions.by_bits[tests & assertions.bits],
        factors,
        flags,
        placement.lane.top and _depends_on_claims(case, policy, tests, placement),
    )


def _depends_on_claims(case: RankInput, policy: CompiledPolicy, tests: int, placement: Placement) -> bool:
    """Return whether the verified facts alone would lead to another lane."""
    certain = tests & policy.program.bits_depending_on(case.verified)
    return policy.placements.by_bits[certain & policy.placements.bits].index != placement.index


def _ranking(case: RankInput, policy: CompiledPolicy, outcome: _Outcome, changes_at: datetime | None) -> Ranking:
    placement, assertions, factors, flags, unverified = outcome
    lane = placement.lane
    sort_at = _sort_at(placement, case.facts.removal_at, case.filed_at)
    if unverified:
        flags = (_UNVERIFIED, *flags)
    if case.marks:
        flags += tuple(sorted(case.marks.difference(flags)))
    return Ranking(
        lane.id,
        placement.index,
        _rank(placement, sort_at, case.case_id),
        sort_at,
        None if lane.first_look is None else (case.lane_since or case.filed_at) + lane.first_look + case.stopped,
        changes_at,
        policy.id,
        policy.digest,
        placement.reasons,
        placement.matched,
        assertions.categories,
        factors,
        assertions.approvals,
        flags,
    )


def _sort_at(placement: Placement, removal_at: datetime | None, filed_at: datetime) -> datetime:
    deadline = removal_at if placement.by_deadline else None
    return deadline or filed_at.astimezone(UTC) - placement.credit


def _rank(placement: Placement, sort_at: datetime, case_id: str) -> str:
    return f"{placement.prefix}{(sort_at - PAST) // _MILLISECOND:015d}.{case_id}"

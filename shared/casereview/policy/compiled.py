"""A document ready to run: each rule's closure beside the value that it yields, built once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple, TypeVar

from casereview.policy.conditions import Compiled, Holds, Names, Turn, Values, Why, compile_condition
from casereview.policy.moments import NEVER, PAST
from casereview.policy.ranking import CategoryFound, FactorFound, Reason
from casereview.policy.schema import Credit, Flag, Flags, Lane, Numbers, Policy, Rule, digest

Found = TypeVar("Found")
Section = tuple[tuple[Holds, Found], ...]


@dataclass(frozen=True, slots=True, eq=False)
class CompiledLane:
    """A lane, its place in the order, and its reason."""

    holds: Holds
    why: Why
    facts: Names
    index: int
    id: str
    by_deadline: bool
    first_look: timedelta | None
    top: bool
    reason: Reason


@dataclass(frozen=True, slots=True, eq=False)
class CompiledCredit:
    """A credit and its reason."""

    holds: Holds
    why: Why
    earlier_by: timedelta
    reason: Reason


class Approving(NamedTuple):
    """An approval's id, and whether it is asked only where no category is presumed."""

    id: str
    only_if_nothing_presumed: bool


@dataclass(frozen=True, slots=True)
class CompiledPolicy:
    """What ``engine.rank`` runs. Make it by ``compile_policy`` and keep it: compiling costs a thousand rankings."""

    id: str | None
    digest: str
    numbers: Numbers
    lanes: tuple[CompiledLane, ...]
    credits: tuple[CompiledCredit, ...]
    withheld: Holds | None
    categories: Section[CategoryFound]
    approvals: Section[Approving]
    factors: Section[FactorFound]
    flags: Section[str]
    turns: tuple[Turn, ...]
    """Every instant at which any of it may change."""
    rules: tuple[tuple[str, Rule, Compiled], ...]
    """Every rule with its section, in the document's order, to explain a ranking in full."""


def compile_policy(policy: Policy, flags: Flags, *, in_force: bool = True) -> CompiledPolicy:
    """Compile a validated document with the flags; ``in_force=False`` for the default lanes of no policy."""
    sections: dict[str, Sequence[Rule]] = {
        "lanes": policy.lanes,
        "credits": policy.credits,
        "withhold": [policy.withhold] if policy.withhold else [],
        "categories": policy.categories,
        "approvals": policy.approvals,
        "factors": policy.factors,
        "flags": flags.flags,
    }
    rules = tuple((name, rule, _compile(rule)) for name, section in sections.items() for rule in section)
    compiled = {(name, rule.id): done for name, rule, done in rules}
    return CompiledPolicy(
        id=policy.id if in_force else None,
        digest=digest(policy),
        numbers=policy.numbers,
        lanes=tuple(_lane(i, lane, compiled["lanes", lane.id]) for i, lane in enumerate(policy.lanes)),
        credits=tuple(_credit(credit, compiled["credits", credit.id]) for credit in policy.credits),
        withheld=compiled["withhold", policy.withhold.id].holds if policy.withhold else None,
        categories=tuple((compiled["categories", c.id].holds, CategoryFound(c.id, c.mode)) for c in policy.categories),
        approvals=tuple(
            (compiled["approvals", a.id].holds, Approving(a.id, a.only_if_nothing_presumed)) for a in policy.approvals
        ),
        factors=tuple((compiled["factors", f.id].holds, FactorFound(f.id, f.polarity)) for f in policy.factors),
        flags=tuple((compiled["flags", flag.id].holds, flag.id) for flag in flags.flags),
        turns=_turns(policy.lanes, (done for _name, _rule, done in rules)),
        rules=rules,
    )


def _compile(rule: Rule) -> Compiled:
    compiled = compile_condition(rule.when)
    if isinstance(rule, Flag) and (rule.from_ or rule.to):
        return _dated(compiled, rule.from_ or PAST, rule.to or NEVER)
    return compiled


def _dated(compiled: Compiled, begins: datetime, ends: datetime) -> Compiled:
    def holds(values: Values, now: datetime) -> bool:
        return begins <= now < ends and compiled.holds(values, now)

    turns = {f"at {at.isoformat()}": _constant(at) for at in (begins, ends)}
    return compiled._replace(holds=holds, turns={**compiled.turns, **turns})


def _constant(at: datetime) -> Turn:
    return lambda _values: at


def _lane(index: int, lane: Lane, compiled: Compiled) -> CompiledLane:
    return CompiledLane(
        holds=compiled.holds,
        why=compiled.why,
        facts=compiled.facts,
        index=index,
        id=lane.id,
        by_deadline=lane.order_by == "removal_at",
        first_look=lane.first_look,
        top=lane.top,
        reason=Reason(lane.id, lane.text),
    )


def _credit(credit: Credit, compiled: Compiled) -> CompiledCredit:
    return CompiledCredit(compiled.holds, compiled.why, credit.earlier_by, Reason(credit.id, credit.text))


def _turns(lanes: Iterable[Lane], rules: Iterable[Compiled]) -> tuple[Turn, ...]:
    """Equal tests turn together, so each instant is asked for once; a deadline turns when it passes."""
    turns: dict[str, Turn] = {}
    if any(lane.order_by == "removal_at" for lane in lanes):
        turns["removal_at within 0:00:00"] = lambda values: values["removal_at"]
    for rule in rules:
        turns.update(rule.turns)
    return tuple(turns.values())

"""A second implementation of the policy language: slow and simple, without bits.

Tests compare the engine with it on generated documents and facts.
"""

# ruff: noqa: ANN401, PLR0911 - a document is data of many shapes, and a table of cases is read at a glance
from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from casereview.policy.document import Flag, Flags, Overlay, Policy, Rule
from casereview.policy.ranking import RankInput
from casereview.schema.facts import Conviction, Facts

EASTERN = ZoneInfo("America/New_York")


def holds(condition: Any, facts: Facts, now: datetime) -> bool | None:
    """Return whether a condition holds; None if that is unknown."""
    if condition == "always":
        return True
    [(key, test)] = condition.items()
    if key == "not":
        inner = holds(test, facts, now)
        return None if inner is None else not inner
    if key in {"any", "all"}:
        results = [holds(part, facts, now) for part in test]
        decisive = bool(key == "any")
        if decisive in results:
            return decisive
        return None if None in results else not decisive
    return fact_test_holds(key, test, facts, now)


def fact_test_holds(fact: str, test: Mapping[str, Any], facts: Facts, now: datetime) -> bool | None:
    value = value_of(fact, facts)
    if value is None:
        return None
    [(operator, bound)] = test.items()
    today = now.astimezone(EASTERN).date()
    match fact, operator:
        case "removal_at", "within":
            return bool(now >= value - bound)
        case "check_in_on", "within":
            return bool(today <= value <= today + bound)
        case "age", "at_least":
            return bool(today.year - value >= bound)
        case "age", "under":
            return bool(today.year - value <= bound)
        case "convictions", _:
            return convictions_test_holds(operator, bound, value, today)
        case _, "years_ago":
            return years_passed(value, bound, today)
    return apply_operator(operator, bound, value)


def value_of(fact: str, facts: Facts) -> Any:
    if fact == "age":
        return facts.birth_year
    if fact == "last_entry":
        return facts.entered_on if facts.last_entry_on is None else facts.last_entry_on
    return getattr(facts, fact)


def apply_operator(operator: str, bound: Any, value: Any) -> bool:
    outcomes: dict[str, Callable[[], Any]] = {
        "is": lambda: value == bound,
        "in": lambda: value in bound,
        "at_least": lambda: value >= bound,
        "before": lambda: value < bound,
        "after": lambda: value > bound,
        "on_or_after": lambda: value >= bound,
        "known": lambda: True,
        "any": lambda: len(value) > 0,
    }
    return bool(outcomes[operator]())


def years_passed(since: date, years: int, today: date) -> bool:
    """Return whether whole years have passed; from 29 February, they end on 28 February in a common year."""
    try:
        end = since.replace(year=since.year + years)
    except ValueError:
        end = date(since.year + years, 2, 28)
    return today >= end


def convictions_test_holds(operator: str, bound: Any, rows: tuple[Conviction, ...], today: date) -> bool | None:
    standing = [row for row in rows if row.vacated is not True]
    if operator == "set_aside":
        return any(row.vacated or row.expunged for row in rows)
    if operator == "standing":
        kinds, least = bound.get("kinds"), bound.get("at_least", 1)
        surely = len([row for row in standing if kinds is None or row.kind in kinds])
        possibly = len([row for row in standing if kinds is None or row.kind in {*kinds, "unknown"}])
        return True if surely >= least else None if possibly >= least else False
    if any(row.convicted_on is None for row in standing):
        return None
    days = [row.convicted_on for row in standing if row.convicted_on is not None]
    return bool(days) and years_passed(max(days), bound, today)


def ids_that_hold(rules: tuple[Rule, ...], facts: Facts, now: datetime) -> list[str]:
    return [rule.id for rule in rules if holds(rule.when, facts, now) is True]


def expected_ranking(case: RankInput, policy: Policy, flags: Flags, now: datetime) -> dict[str, Any]:
    """Return the expected ranking, without ``rank`` and ``changes_at``."""
    facts = case.facts
    lane = next(lane for lane in policy.lanes if holds(lane.when, facts, now))
    deadline = (
        facts.removal_at if lane.order_by == "removal_at" and facts.removal_at and facts.removal_at > now else None
    )
    found = (
        [credit for credit in policy.credits if holds(credit.when, facts, now)] if lane.order_by == "filed_at" else []
    )
    credit = max((credit.earlier_by for credit in found), default=timedelta(0))
    withheld = bool(policy.withhold and holds(policy.withhold.when, facts, now))
    categories = [] if withheld else [c for c in policy.categories if holds(c.when, facts, now)]
    presumed = any(category.mode == "presumption" for category in categories)
    approvals = [] if withheld else [a for a in policy.approvals if holds(a.when, facts, now)]
    return {
        "lane": lane.id,
        "sort_at": deadline or case.filed_at - credit,
        "reasons": [lane.id, *[credit_.id for credit_ in found if credit_.earlier_by == credit]],
        "categories": [category.id for category in categories],
        "approvals": [a.id for a in approvals if not (presumed and a.only_if_nothing_presumed)],
        "factors": ids_that_hold(policy.factors, facts, now),
        "flags": ["verify"] * (lane.top and depends_on_claims(case, lane.when, now))
        + raised_flags(policy, flags, facts, now),
    }


def raised_flags(policy: Policy, flags: Flags, facts: Facts, now: datetime) -> list[str]:
    rules: list[Flag | Overlay] = [*flags.flags, *policy.overlays]
    return [
        flag.id
        for flag in rules
        if flag.when is not None
        and holds(flag.when, facts, now)
        and (flag.from_ is None or flag.from_ <= now)
        and (flag.to is None or now < flag.to)
    ]


def depends_on_claims(case: RankInput, condition: Any, now: datetime) -> bool:
    """Return whether the condition of a lane does not hold on verified facts alone."""
    certain = {name: value for name, value in case.facts if name in case.verified}
    return not holds(condition, Facts.model_construct(**{**dict.fromkeys(Facts.model_fields), **certain}), now)


def turning_points(facts: Facts) -> list[datetime]:
    """Return all instants at which a test of these facts can change, and a margin of others around them."""
    days = [facts.check_in_on, facts.detained_on, facts.entered_on, facts.last_entry_on]
    days += [row.convicted_on for row in facts.convictions or ()]
    points = [anniversary(day, years) for day in days if day for years in range(16)]
    points += [anniversary(day, 0) + timedelta(days=n) for day in days if day for n in range(-16, 3)]
    if facts.birth_year:
        points += [datetime(facts.birth_year + n, 1, 1, tzinfo=EASTERN) for n in range(100)]
    if facts.removal_at:
        points += [facts.removal_at - timedelta(hours=n) for n in range(0, 100, 12)]
    return sorted(point.astimezone(UTC) for point in points)


def anniversary(day: date, years: int) -> datetime:
    try:
        day = day.replace(year=day.year + years)
    except ValueError:
        day = date(day.year + years, 2, 28)
    return datetime(day.year, day.month, day.day, tzinfo=EASTERN)

"""The report of a policy preview: what a draft would change for the cases of one office. Pure functions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from casereview.cases.assessment import Assessment, InForce, assess, explanation_of
from casereview.cases.first_look import has_first_look
from casereview.policy.compiler import CompiledPolicy
from casereview.policy.ranking import Ranking
from casereview.schema.evidence import CaseFile
from casereview.schema.policy_records import Counts, Late, Move, Preview, Sample
from casereview.schema.records import Case

MAX_LISTED = 20
"""How many moves, and how many newly overdue cases, a report lists."""
MAX_SAMPLES = 10
"""How many cases a report shows with both explanations side by side."""


class ComparedCase(NamedTuple):
    """The rankings of a case under the policy in force and under the draft, at one instant."""

    case: Case
    before: Ranking
    after: Ranking


def compare(file: CaseFile, against: CompiledPolicy, draft: CompiledPolicy, at: datetime) -> ComparedCase | None:
    """Rank a case under both policies, at one instant; None for a restricted case, which no preview has."""
    before, after = (assess(file, InForce(policy, None), at) for policy in (against, draft))
    if _is_hidden(file.case, before):
        return None
    return ComparedCase(file.case, before.ranking, after.ranking)


def _is_hidden(case: Case, found: Assessment) -> bool:
    """Return whether a case is restricted, or will be as soon as it is ranked again."""
    return case.restricted or found.settled.facts.protected is True


def with_cases(report: Preview, cases: Iterable[ComparedCase]) -> Preview:
    """Return the report with more cases added."""
    found = list(cases)
    return report.evolve(
        cases=report.cases + len(found),
        before=_counts(report.before, [(each.case, each.before) for each in found], report.at),
        after=_counts(report.after, [(each.case, each.after) for each in found], report.at),
        flows=_flows(report.flows, found),
        lane_changes=report.lane_changes + sum(each.before.lane != each.after.lane for each in found),
        category_changes=report.category_changes
        + sum(_categories(each.before) != _categories(each.after) for each in found),
        approval_changes=report.approval_changes
        + sum(set(each.before.approvals) != set(each.after.approvals) for each in found),
        factor_changes=report.factor_changes + sum(_factors(each.before) != _factors(each.after) for each in found),
        moves=_largest([*report.moves, *(move for each in found if (move := _move(each)))]),
        late=(*report.late, *_newly_overdue(found, report.at))[:MAX_LISTED],
        sample=(*report.sample, *(_side_by_side(each, report.at) for each in found if _differ(each)))[:MAX_SAMPLES],
    )


def _flows(so_far: Mapping[str, Mapping[str, int]], found: Iterable[ComparedCase]) -> dict[str, dict[str, int]]:
    flows = {lane: Counter(into) for lane, into in so_far.items()}
    for each in found:
        flows.setdefault(each.before.lane, Counter())[each.after.lane] += 1
    return {lane: dict(into) for lane, into in flows.items()}


def _newly_overdue(found: Iterable[ComparedCase], at: datetime) -> Iterator[Late]:
    """Yield the cases whose first look would be overdue under the draft and is not now."""
    for case, before, after in found:
        if after.target_by and _is_overdue(case, after, at) and not _is_overdue(case, before, at):
            yield Late(case_id=case.case_id, lane=after.lane, target_by=after.target_by)


def _side_by_side(each: ComparedCase, at: datetime) -> Sample:
    before, after = explanation_of(each.before, at), explanation_of(each.after, at)
    return Sample(case_id=each.case.case_id, before=before, after=after)


def _categories(ranking: Ranking) -> set[str]:
    return {category.id for category in ranking.categories}


def _factors(ranking: Ranking) -> set[str]:
    return {factor.id for factor in ranking.factors}


def _differ(each: ComparedCase) -> bool:
    before, after = each.before, each.after
    same_place = before.lane == after.lane and before.sort_at == after.sort_at
    same_rules = _categories(before) == _categories(after) and set(before.approvals) == set(after.approvals)
    return not (same_place and same_rules and _factors(before) == _factors(after))


def _is_overdue(case: Case, ranking: Ranking, at: datetime) -> bool:
    is_stopped = case.first_look.stopped_since is not None
    pending = ranking.lane != case.lane or not has_first_look(case)
    return ranking.target_by is not None and ranking.target_by <= at and pending and not is_stopped


def _counts(so_far: Counts, rankings: Iterable[tuple[Case, Ranking]], at: datetime) -> Counts:
    lanes, overdue = Counter(so_far.lanes), Counter(so_far.overdue)
    categories, approvals = Counter(so_far.categories), Counter(so_far.approvals)
    for case, ranking in rankings:
        lanes[ranking.lane] += 1
        overdue.update([ranking.lane] if _is_overdue(case, ranking, at) else [])
        categories.update(category.id for category in ranking.categories)
        approvals.update(ranking.approvals)
    found = Counts(lanes=dict(lanes), overdue=dict(overdue), categories=dict(categories), approvals=dict(approvals))
    return so_far.merged(found)


def _move(each: ComparedCase) -> Move | None:
    case, before, after = each
    if before.lane == after.lane and before.sort_at == after.sort_at:
        return None
    return Move(
        case_id=case.case_id,
        steps=after.lane_index - before.lane_index,
        earlier_ms=(before.sort_at - after.sort_at) // timedelta(milliseconds=1),
        lane_before=before.lane,
        lane_after=after.lane,
    )


def _largest(moves: Iterable[Move]) -> tuple[Move, ...]:
    """Return the largest moves, by lanes and then by time; equal moves are in the order of their case ids."""
    return tuple(sorted(moves, key=lambda move: (-abs(move.steps), -abs(move.earlier_ms), move.case_id))[:MAX_LISTED])


def totals_of(reports: Iterable[Preview]) -> Mapping[str, int]:
    """Return the sums of the reports of all offices."""
    names = ("cases", "lane_changes", "category_changes", "approval_changes", "factor_changes")
    found = list(reports)
    return {name: sum(getattr(report, name) for report in found) for name in names}

"""The numbers of a preview over a thousand cases equal a recount, one case at a time."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from casereview.cases.assessment import InForce, assess
from casereview.policy import packaged
from casereview.policy.compiler import compile_policy
from casereview.routing.offices import queues
from casereview.schema.records import Case
from prioritize.worker import rank_case
from tests.support.docket import bodies
from tests.support.large_dockets import fast_system, read_all, store_docket
from tests.support.policy.drafts import DETAINED, ORDER, draft, preview, read, send
from tests.support.system import System

pytestmark = pytest.mark.moto

if TYPE_CHECKING:
    from casereview.policy.ranking import Ranking

SIZE = 1000
REORDERED = draft(
    "reordered",
    (DETAINED, "    when: {any: [{custody: {is: detained}}, {serious_illness: {is: true}}]}\n"),
    ("earlier_by: 30d", "earlier_by: 10d"),
    of="2021-09-30-guidelines",
)


def added(reports: list[dict[str, Any]], side: str, what: str) -> Counter[str]:
    return sum((Counter(report[side][what]) for report in reports), Counter())


@pytest.fixture(scope="module")
def docket() -> Iterator[System]:
    """A thousand ranked cases, and the preview of a draft over them."""
    with fast_system() as system:
        store_docket(system, bodies(SIZE, now=system.time))
        for case in read_all(system, Case, "CASE"):
            rank_case(system.prioritize, case.case_id)
        send(system, REORDERED)
        yield system


def recount(system: System, text: str) -> list[tuple[Case, Ranking, Ranking]]:
    """Rank every case of the table under both policies, one by one."""
    before, after = packaged.compiled(ORDER), compile_policy(packaged.read_policy(text), packaged.flags())
    found = []
    for case in read_all(system, Case, "CASE"):
        file = system.intake.table.case_file(case.case_id)
        assert file
        one, other = (assess(file, InForce(policy, None), system.time).ranking for policy in (before, after))
        found.append((case, one, other))
    return found


def test_a_preview_of_a_thousand_cases_equals_a_recount(docket: System) -> None:
    items = {json.dumps(item) for item in docket.items() if item["pk"]["S"].startswith("CASE#")}
    report = preview(docket, "reordered")
    assert items == {json.dumps(item) for item in docket.items() if item["pk"]["S"].startswith("CASE#")}
    counted = recount(docket, REORDERED)
    assert (report["done"], report["stale"], report["against"]) == (True, False, ORDER)
    assert report["totals"]["cases"] == len(counted) == SIZE
    offices = report["offices"]
    assert {each["office"] for each in offices} == set(queues())
    for side, index in (("before", 1), ("after", 2)):
        rankings: list[Any] = [row[index] for row in counted]
        assert added(offices, side, "lanes") == Counter(ranking.lane for ranking in rankings)
        ids = Counter(found.id for ranking in rankings for found in ranking.categories)
        assert added(offices, side, "categories") == ids
        assert added(offices, side, "approvals") == Counter(name for ranking in rankings for name in ranking.approvals)
    by_office = {each["office"]: each for each in offices}
    for office in queues():
        own = [row for row in counted if row[0].office == office]
        assert by_office[office]["cases"] == len(own)
        flows = Counter((one.lane, other.lane) for _case, one, other in own)
        shown = by_office[office]["flows"]
        assert {(a, b): n for a, into in shown.items() for b, n in into.items()} == flows
    changes = {
        "lane_changes": sum(one.lane != other.lane for _case, one, other in counted),
        "category_changes": sum({c.id for c in a.categories} != {c.id for c in b.categories} for _c, a, b in counted),
        "approval_changes": sum(set(one.approvals) != set(other.approvals) for _case, one, other in counted),
        "factor_changes": sum({f.id for f in a.factors} != {f.id for f in b.factors} for _c, a, b in counted),
    }
    assert {name: report["totals"][name] for name in changes} == changes
    assert changes["lane_changes"] > 0
    assert changes["category_changes"] > 0


def test_the_largest_moves_come_first_with_both_explanations(docket: System) -> None:
    offices = read(docket, "reordered")["preview"]["offices"]
    counted = {case.case_id: (case.office, one, other) for case, one, other in recount(docket, REORDERED)}
    moved = [each for each in offices if each["moves"]]
    assert moved
    for each in moved:
        sizes = [(abs(move["steps"]), abs(move["earlier_ms"])) for move in each["moves"]]
        assert sizes == sorted(sizes, reverse=True)
        steps = max(
            abs(other.lane_index - one.lane_index)
            for office, one, other in counted.values()
            if office == each["office"]
        )
        assert sizes[0][0] == steps
        for sample in each["sample"]:
            _office, one, other = counted[sample["case_id"]]
            assert (sample["before"]["policy"], sample["after"]["policy"]) == (ORDER, "reordered")
            assert sample["before"]["lane"] == one.lane
            assert sample["after"]["categories"] == [found.id for found in other.categories]

"""The numbers of a preview over a thousand cases equal a recount, and those that are shown are rounded."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import reduce
from operator import getitem
from typing import TYPE_CHECKING, Any

import pytest

from casereview.cases.assessment import InForce, assess
from casereview.cases.preview import totals_of
from casereview.policy import packaged
from casereview.policy.compiler import compile_policy
from casereview.routing.offices import queues
from casereview.schema.event_records import Read
from casereview.schema.policy_records import Preview
from casereview.schema.records import Case
from casereview.store.folding import file_of
from prioritize.worker import rank_case
from tests.support.docket import bodies
from tests.support.large_dockets import fast_system, read_all, store_docket
from tests.support.policy.drafts import DETAINED, ORDER, draft, preview, read, send
from tests.support.system import Staff, System

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


def added(counts: Iterable[Mapping[str, int]]) -> Counter[str]:
    return sum((Counter(each) for each in counts), Counter())


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
    """Rank every case of the table that is not restricted under both policies, one by one."""
    before, after = packaged.compiled(ORDER), compile_policy(packaged.read_policy(text), packaged.flags())
    found = []
    for case in read_all(system, Case, "CASE"):
        if case.restricted:
            continue
        file = file_of(system.intake.table, case, before)
        one, other = (assess(file, InForce(policy, None), system.time).ranking for policy in (before, after))
        found.append((case, one, other))
    return found


def test_a_preview_of_a_thousand_cases_equals_a_recount(docket: System) -> None:
    items = {json.dumps(item) for item in docket.items() if item["pk"]["S"].startswith("CASE#")}
    shown = preview(docket, "reordered")
    assert items == {json.dumps(item) for item in docket.items() if item["pk"]["S"].startswith("CASE#")}
    assert (shown["done"], shown["stale"], shown["against"]) == (True, False, ORDER)
    counted = recount(docket, REORDERED)
    assert 0 < len(counted) < SIZE, "restricted cases are not counted"
    offices = {report.office: report for report in read_all(docket, Preview, "OFFICE")}
    assert set(offices) == set(queues())
    assert sum(report.cases for report in offices.values()) == len(counted)
    for index in (1, 2):
        rankings: list[Any] = [row[index] for row in counted]
        sides = [(report.before, report.after)[index - 1] for report in offices.values()]
        assert added(side.lanes for side in sides) == Counter(ranking.lane for ranking in rankings)
        ids = Counter(found.id for ranking in rankings for found in ranking.categories)
        assert added(side.categories for side in sides) == ids
        approvals = Counter(name for ranking in rankings for name in ranking.approvals)
        assert added(side.approvals for side in sides) == approvals
    for office, report in offices.items():
        own = [row for row in counted if row[0].office == office]
        assert report.cases == len(own)
        flows = Counter((one.lane, other.lane) for _case, one, other in own)
        assert {(a, b): n for a, into in report.flows.items() for b, n in into.items()} == flows
    totals = totals_of(offices.values())
    assert totals == {
        "cases": len(counted),
        "lane_changes": sum(one.lane != other.lane for _case, one, other in counted),
        "category_changes": sum({c.id for c in a.categories} != {c.id for c in b.categories} for _c, a, b in counted),
        "approval_changes": sum(set(one.approvals) != set(other.approvals) for _case, one, other in counted),
        "factor_changes": sum({f.id for f in a.factors} != {f.id for f in b.factors} for _c, a, b in counted),
    }
    assert totals["lane_changes"] > 0
    assert totals["category_changes"] > 0


def _cells(value: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int | None]]:
    """Yield the numbers in a report, each with its place."""
    if isinstance(value, dict):
        for name, item in value.items():
            if name not in {"moves", "late", "sample", "office", "done"}:
                yield from _cells(item, (*path, name))
    else:
        assert value is None or isinstance(value, int)
        yield path, value


def test_every_number_shown_is_a_multiple_of_ten_near_the_exact_one_and_small_ones_are_left_out(docket: System) -> None:
    preview(docket, "reordered")
    shown = read(docket, "reordered")["preview"]
    exact = {report.office: report for report in read_all(docket, Preview, "OFFICE")}
    found = dict(_cells(shown["totals"], ("totals",)))
    for report in shown["offices"]:
        found |= dict(_cells(report, (report["office"],)))
    shown_numbers = 0
    for (where, *path), rounded in found.items():
        counts: Any = totals_of(exact.values()) if where == "totals" else exact[where].model_dump()
        number: Any = reduce(getitem, path, counts)
        if rounded is None:
            assert number < 14
        else:
            assert rounded % 10 == 0
            assert abs(rounded - number) < 10
        shown_numbers += rounded is not None
    assert shown_numbers > 50
    for office, report in exact.items():
        for place, count in _cells(report.model_dump(include={"before", "after", "flows"})):
            assert (office, *place) in found or (count is not None and count < 14), place


def test_a_preview_names_no_case_to_the_policy_office(docket: System) -> None:
    """B5: cases were listed with their ids, offices and flags, and no read was recorded."""
    reads = len(read_all(docket, Read, "READ"))
    text = json.dumps(read(docket, "reordered"))
    assert not [case for case in read_all(docket, Case, "CASE") if case.case_id in text]
    assert any(report.moves and report.sample for report in read_all(docket, Preview, "OFFICE"))
    assert len(read_all(docket, Read, "READ")) == reads


@pytest.mark.parametrize("user", [Staff("pat", "policy,supervisor"), Staff("pam", "policy,officer,restricted", "SNA")])
def test_the_largest_moves_are_shown_first_to_who_may_open_the_cases(docket: System, user: Staff) -> None:
    """Each case that is shown is recorded as read, and no case of another office is shown."""
    before = {read.read_id for read in read_all(docket, Read, "READ")}
    offices = read(docket, "reordered", user)["preview"]["offices"]
    counted = {case.case_id: (case.office, one, other) for case, one, other in recount(docket, REORDERED)}
    (own,) = [each for each in offices if each["moves"]]
    assert own["office"] == user.office
    assert not [each for each in offices if each is not own and (each["late"] or each["sample"])]
    sizes = [(abs(move["steps"]), abs(move["earlier_ms"])) for move in own["moves"]]
    assert sizes == sorted(sizes, reverse=True)
    here = [(one, other) for office, one, other in counted.values() if office == user.office]
    assert sizes[0][0] == max(abs(other.lane_index - one.lane_index) for one, other in here)
    assert own["sample"]
    for sample in own["sample"]:
        _office, one, other = counted[sample["case_id"]]
        assert (sample["before"]["policy"], sample["after"]["policy"]) == (ORDER, "reordered")
        assert sample["before"]["lane"] == one.lane
        assert sample["after"]["categories"] == [found.id for found in other.categories]
    shown = {each["case_id"] for each in (*own["moves"], *own["late"], *own["sample"])}
    recorded = [read for read in read_all(docket, Read, "READ") if read.read_id not in before]
    assert sorted(read.case_id for read in recorded) == sorted(shown)
    assert {(read.user, read.what) for read in recorded} == {(user.user, "preview")}

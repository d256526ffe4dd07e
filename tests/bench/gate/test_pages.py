"""What is written of the measurements is what was measured."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.bench import cost, report
from tests.bench.operations import OPERATIONS
from tests.bench.start.measure import FUNCTIONS
from tests.bench.summary import summary

BENCH = report.read()


@pytest.mark.parametrize(("page", "table"), report.tables(BENCH).items(), ids=lambda each: getattr(each, "name", ""))
def test_the_tables_show_what_bench_json_holds(page: Path, table: str) -> None:
    text = page.read_text(encoding="utf-8")
    assert report.with_table(text, table) == text


def test_a_figure_that_misses_its_budget_is_marked() -> None:
    slow = {**BENCH, "init": {name: {**each, "ratio_to_blueprint": 0.9} for name, each in BENCH["init"].items()}}
    fast = {**BENCH, "init": {name: {**each, "ratio_to_blueprint": 0.5} for name, each in BENCH["init"].items()}}
    assert "intake 0.90, prioritize 0.90, notify 0.90, review 0.90 | ≤ 0.7 each | **missed** |" in summary(slow)
    assert "intake 0.50, prioritize 0.50, notify 0.50, review 0.50 | ≤ 0.7 each | met |" in summary(fast)


def test_the_cost_page_follows_from_bench_json_and_the_prices() -> None:
    assert (report.ROOT / "docs" / "cost.md").read_text(encoding="utf-8") == cost.page(BENCH)


def test_bench_json_has_its_form() -> None:
    assert set(BENCH["engine"]) == {"cases_per_second", "ratio_to_fastest_peer", "peers"}
    assert set(BENCH["init"]) == set(FUNCTIONS)
    assert all(set(each) == {"ms", "ratio_to_blueprint"} for each in BENCH["init"].values())
    assert set(BENCH["units"]) == {*OPERATIONS, "switch"}
    assert all(set(each) == {"rru", "wru", "calls"} for each in BENCH["units"].values())
    assert all(set(sizes) == {"1000", "10000", "100000"} for sizes in BENCH["growth"].values())

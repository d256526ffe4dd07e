"""What is written of the measurements is what was measured."""

from __future__ import annotations

from tests.bench import cost, report
from tests.bench.operations import OPERATIONS
from tests.bench.start.measure import FUNCTIONS

BENCH = report.read()


def test_the_readme_shows_what_bench_json_holds() -> None:
    text = report.README.read_text(encoding="utf-8")
    assert report.with_table(text, BENCH) == text


def test_the_cost_page_follows_from_bench_json_and_the_prices() -> None:
    assert (report.ROOT / "docs" / "cost.md").read_text(encoding="utf-8") == cost.page(BENCH)


def test_bench_json_has_its_form() -> None:
    assert set(BENCH["engine"]) == {"cases_per_second", "ratio_to_fastest_peer", "peers"}
    assert set(BENCH["init"]) == set(FUNCTIONS)
    assert all(set(each) == {"ms", "ratio_to_blueprint"} for each in BENCH["init"].values())
    assert set(BENCH["units"]) == {*OPERATIONS, "switch"}
    assert all(set(each) == {"rru", "wru", "calls"} for each in BENCH["units"].values())
    assert all(set(sizes) == {"1000", "10000", "100000"} for sizes in BENCH["growth"].values())

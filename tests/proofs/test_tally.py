"""The table counts what it must count; a proof that would count nothing, or hide a violation, is none."""

from __future__ import annotations

from io import StringIO
from typing import TYPE_CHECKING

import pytest
from rich.console import Console

from tests.support.proofs.tally import Tally, crashes, disclosures, summary, timings, untried

if TYPE_CHECKING:
    from rich.table import Table

pytest_plugins = ["pytester"]
PROOFS = """
import pytest
from tests.support.proofs.tally import mark, tally

@pytest.mark.proof(1)
def test_two_cases(tally):
    for name in "ab":
        with tally.case(name):
            assert name != {bad!r}

@pytest.mark.proof(2)
def test_of_one_case():
    assert {bad!r} != "c"
"""
CONFTEST = """
from tests.support.proofs.tally import mark

def pytest_collection_modifyitems(items):
    mark(items)
"""
pytestmark = pytest.mark.filterwarnings("default")


DISCLOSURE = """
import pytest

@pytest.mark.parametrize("differed", [0, 1])
def test_two_worlds(differed, record_property):
    record_property("disclosure", [["decided", "plain", "GET", 3, differed], ["decided", "plain", "POST", 2, 0]])
"""


def test_what_two_worlds_were_told_apart_by_is_added_up(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(DISCLOSURE)
    reports = pytester.inline_run("-p", "no:cacheprovider").getreports("pytest_runtest_logreport")
    assert _cells(disclosures({"": list(reports)}), 1) == [["decided", "plain", "6 / 1", "4 / 0"]]


CRASHES = """
import pytest

@pytest.mark.parametrize("row", [["file", 9, 9, 8], ["rank", 5, 5, 5]])
def test_a_flow(row, record_property):
    record_property("crashes", row)
"""


def _rows(pytester: pytest.Pytester, bad: str) -> tuple[list[str], bool]:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(PROOFS.format(bad=bad))
    pytester.makeini("[pytest]\nmarkers = proof(number)")
    recorder = pytester.inline_run("-p", "no:cacheprovider")
    reports = list(recorder.getreports("pytest_runtest_logreport"))
    out = StringIO()
    Console(file=out, width=160).print(summary({"": reports}))
    rows = [line.split("│") for line in out.getvalue().splitlines() if "│" in line]
    return ["/".join(cell.strip() for cell in row[2:4]) for row in rows[:2]], bool(recorder.ret)


@pytest.mark.parametrize(
    ("bad", "rows", "failed"),
    [("none", ["2/0", "1/0"], False), ("a", ["2/1", "1/0"], True), ("c", ["2/0", "1/1"], True)],
)
def test_cases_and_violations_are_counted_by_claim(
    pytester: pytest.Pytester, bad: str, rows: list[str], *, failed: bool
) -> None:
    assert _rows(pytester, bad) == (rows, failed)


OTHERS = """
import pytest

@pytest.mark.proof(1)
@pytest.mark.breaks
def test_that_breaks_the_code(): {}

@pytest.mark.proof(2)
def test_a_case(): pass

@pytest.mark.proof(3)
@pytest.mark.skip
def test_that_is_skipped(): pass
"""


@pytest.mark.parametrize(("does", "told"), [("pass", "0/not tried"), ("assert 0", "0/1")])
def test_a_claim_of_which_nothing_was_tried_is_told(pytester: pytest.Pytester, does: str, told: str) -> None:
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(OTHERS.format(does))
    pytester.makeini("[pytest]\nmarkers =\n  proof(number)\n  breaks")
    reports = pytester.inline_run("-p", "no:cacheprovider").getreports("pytest_runtest_logreport")
    assert _cells(summary({"": list(reports)}), 2)[:3] == [told.split("/"), ["1", "0"], ["0", "not tried"]]
    assert untried({"": list(reports)}) == [1, 3, 4, 5, 6, 7, 8, 9, 11]


def _cells(table: Table, after: int) -> list[list[str]]:
    """Return the text of each row, from a column on."""
    out = StringIO()
    Console(file=out, width=160).print(table)
    lines = [line for line in out.getvalue().splitlines() if "│" in line]
    return [[cell.strip() for cell in line.split("│")[after:-1]] for line in lines]


TIMING = """
def test_two_samples(record_property):
    record_property("timing", ["this and that", 2000, [3.1, 3.25], 0.5123])
"""


def test_what_the_timing_test_found_is_printed(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(TIMING)
    reports = pytester.inline_run("-p", "no:cacheprovider").getreports("pytest_runtest_logreport")
    assert _cells(timings({"": list(reports)}), 1) == [["this and that", "2,000", "3.10 / 3.25", "0.512"]]


def test_the_crash_matrix_is_printed_with_its_sums(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(CRASHES)
    reports = pytester.inline_run("-p", "no:cacheprovider").getreports("pytest_runtest_logreport")
    out = StringIO()
    Console(file=out, width=160).print(crashes({"": list(reports)}))
    rows = [[cell.strip() for cell in line.split("│")[1:5]] for line in out.getvalue().splitlines() if "│" in line]
    assert rows == [
        ["file", "9", "9 / 9", "8 / 9"],
        ["rank", "5", "5 / 5", "5 / 5"],
        ["2 flows", "14", "14 / 14", "13 / 14"],
    ]


def test_a_violation_does_not_end_the_proof_and_is_told_by_name() -> None:
    tally = Tally()
    for name in ("first", "second"):
        with tally.case(name):
            int(name)
    tally.expect("third", holds=False)
    tally.expect("fourth", holds=True)
    assert tally.tried == 4
    assert [violation.split(":")[0:2] for violation in tally.violations] == [
        ["first", " ValueError"],
        ["second", " ValueError"],
        ["third", " AssertionError"],
    ]

"""What `make prove` prints: for each claim of the design how many cases were tried, and how many violated it.

A test proves a claim where it is marked ``proof(number)``. It counts as one case, unless it takes the fixture ``tally``
and says itself what it tries: each case by its name, so that one violation hides no other. What breaks the code on
purpose (``breaks``), or was skipped, is no case; a claim without a case is told as not tried.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

CLAIMS = {
    1: "Nothing lost: a process dies before or after any call, a service refuses; what was accepted is done",
    2: "One winner: who files, claims, decides or switches at the same moment; the others are told",
    3: "Messages are hints: twice, late, in any order, lost or poisoned; the end is the same",
    4: "Nobody gets in: roles, offices, guessed receipts and codes, impostors",
    5: "Least privilege: a role allows what its function calls, and nothing else",
    6: "No leak: what is sealed is found nowhere in the clear",
    7: "Bad input: refused with a reason, nothing stored, nothing falls over",
    8: "Nobody learns by asking: the same bytes and calls, whatever other case exists and whatever becomes of it",
    9: "Nobody blocks another: the most that strangers may write, and the case is ranked, read, moved and decided",
    11: "Two releases, one table: the last one works what this one wrote, and the other way round",
}
_TRIED, _VIOLATED, _CLAIM, _CRASHES, _TIMING = "tried", "violated", "claim", "crashes", "timing"
_DISCLOSURE = "disclosure"

Reports = Mapping[str, Sequence[object]]
"""What a run says of its tests, by outcome."""


@dataclass
class Tally:
    """The cases that one test tried, and what was wrong in them."""

    tried: int = 0
    violations: list[str] = field(default_factory=list)

    @contextmanager
    def case(self, name: str) -> Iterator[None]:
        """Count a case; whatever it raises is a violation, and the next case is tried all the same."""
        self.tried += 1
        try:
            yield
        except Exception as error:  # noqa: BLE001  # a proof goes on, and fails at its end
            self.violations.append(f"{name}: {type(error).__name__}: {error}")

    def expect(self, name: str, *, holds: bool) -> None:
        """Count a case that a condition decides."""
        with self.case(name):
            assert holds


@pytest.fixture
def tally(record_property: Callable[[str, object], None]) -> Iterator[Tally]:
    """A tally that fails its test where a case was violated."""
    found = Tally()
    yield found
    record_property(_TRIED, found.tried)
    record_property(_VIOLATED, len(found.violations))
    assert found.tried, "nothing was tried"
    assert not found.violations, "\n" + "\n".join(found.violations[:20])


def mark(items: Sequence[pytest.Item]) -> None:
    """Let the reports of marked tests tell their claim, whichever process they run in."""
    for item in items:
        for marker in item.iter_markers("proof"):
            item.user_properties.append((_CLAIM, marker.args[0]))
        if item.get_closest_marker("breaks"):
            item.user_properties.append((_TRIED, 0))


def _of(reports: Reports) -> list[pytest.TestReport]:
    found = [each for group in reports.values() for each in group if isinstance(each, pytest.TestReport)]
    skipped = {each.nodeid for each in found if each.skipped}
    return [each for each in found if each.nodeid not in skipped]


def _counted(reports: Reports) -> tuple[dict[int, int], dict[int, int]]:
    """Return the cases tried and the violations, by claim."""
    tried, violated = defaultdict[int, int](int), defaultdict[int, int](int)
    for report in _of(reports):
        said: dict[str, Any] = dict(report.user_properties)
        for claim in (value for name, value in report.user_properties if name == _CLAIM):
            assert isinstance(claim, int)
            tried[claim] += said.get(_TRIED, 1) if report.when == "teardown" else 0
            violated[claim] += max(said.get(_VIOLATED, 0), 1) if report.failed else 0
    return tried, violated


def untried(reports: Reports) -> list[int]:
    """Return the claims of which no case was tried."""
    tried, _violated = _counted(reports)
    return [claim for claim in CLAIMS if not tried[claim]]


def summary(reports: Reports) -> Table:
    """Return the table: claim, cases tried, violations."""
    tried, violated = _counted(reports)
    table = Table("claim", "cases tried", "violations")
    for claim, text in CLAIMS.items():
        found = str(violated[claim]) if tried[claim] or violated[claim] else "not tried"
        table.add_row(f"{claim}. {text}", f"{tried[claim]:,}", found)
    return table


def _said(reports: Reports, what: str) -> list[Any]:
    """Return what tests recorded under a name, in order."""
    ended = [report for report in _of(reports) if report.when == "teardown"]
    return sorted(value for report in ended for name, value in report.user_properties if name == what)


def timings(reports: Reports) -> Table:
    """Return what the two-sample tests found: pairs of requests that must look alike, and how alike their times are.

    The rows are what tests say by ``record_property("timing", [pair, requests of each, medians in ms, superiority])``.
    """
    table = Table("timing: pair", "requests each", "medians in ms", "superiority (0.5 tells nothing)")
    for pair, number, (first, second), superiority in _said(reports, _TIMING):
        table.add_row(pair, f"{number:,}", f"{first:.2f} / {second:.2f}", f"{superiority:.3f}")
    return table


def crashes(reports: Reports) -> Table:
    """Return the crash matrix: each flow, its AWS calls, and how many deaths before and after them it survived.

    The rows are what tests say by ``record_property("crashes", [flow, calls, survived before, survived after])``.
    """
    rows = _said(reports, _CRASHES)
    table = Table("crash matrix: flow", "AWS calls", "dies before: survived", "dies after: survived")
    totals = [f"{len(rows)} flows", *(sum(row[place] for row in rows) for place in (1, 2, 3))]
    for flow, calls, before, after in [*rows, totals] if rows else []:
        table.add_row(flow, f"{calls:,}", f"{before:,} / {calls:,}", f"{after:,} / {calls:,}")
    return table


def disclosures(reports: Reports) -> Table:
    """Return what one actor could tell two worlds apart by: acts compared and differences, by state, kind and route.

    The rows are what tests say by ``record_property("disclosure", [[state, kind, route, compared, differences]])``.
    """
    cells = defaultdict[tuple[str, str], dict[str, list[int]]](lambda: defaultdict(lambda: [0, 0]))
    for state, kind, route, compared, differences in (row for rows in _said(reports, _DISCLOSURE) for row in rows):
        cell = cells[state, kind][route]
        cell[0] += compared
        cell[1] += differences
    routes = sorted({route for row in cells.values() for route in row})
    table = Table("disclosure: state", "kind", *routes, title="acts compared / differences")
    for (state, kind), row in cells.items():
        table.add_row(state, kind, *(" / ".join(map(str, row[route])) if route in row else "" for route in routes))
    return table


def show(reports: Reports) -> None:
    """Print the tables."""
    console = Console(width=120)
    for table in (crashes(reports), timings(reports), disclosures(reports)):
        if table.row_count:
            console.print(table)
    console.print(summary(reports))

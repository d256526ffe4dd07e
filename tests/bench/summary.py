"""The seven figures of the README, each beside its budget; one that is missed is marked as such."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from tests.bench import cost

Bench = Mapping[str, Any]
BY_RULE: Final = ("rule-engine", "business-rules", "common-expression-language rule by rule")
"""Peers that tell which rules match."""
AT_ITS_BEST: Final = "common-expression-language"
"""The fastest peer; it tells the result alone."""
TIMES_BY_RULE: Final = 10.0
TIMES_AT_ITS_BEST: Final = 2.0
TIMES_OF_PLAIN_PYTHON: Final = 8.0
START_RATIO: Final = 0.7
ACCEPT_CALLS: Final = {"GetItem": 2, "TransactWriteItems": 1, "SendMessage": 2}
ACCEPT_KMS_CALLS: Final = 5
ACCEPT_WRITE_UNITS: Final = 24
LOOK_UP_UNITS: Final = 6
SWITCHED: Final = 7_600_000
SWITCH_HOURS: Final = 1


@dataclass(frozen=True)
class Figure:
    """One figure: what was measured, what the budget is, and whether it is met."""

    what: str
    measured: str
    budget: str
    met: bool

    def row(self) -> str:
        """Return the row of the table."""
        return f"| {self.what} | {self.measured} | {self.budget} | {'met' if self.met else '**missed**'} |"


def summary(bench: Bench) -> str:
    """Return the table of the README, in Markdown."""
    found = bench["measured"]
    head = f"Measured by `make bench` on {found['machine']}, Python {found['python']}, {found['date']}.\n"
    rows = [figure.row() for figure in figures(bench)]
    return "\n".join([head, "| | measured | budget | |", "|---|---|---|---|", *rows, ""])


def figures(bench: Bench) -> list[Figure]:
    """Return the seven figures."""
    return [_rank(bench), _start(bench), _accept(bench), _look_up(bench), _switch(bench), _burst(bench), _launch(bench)]


def _rank(bench: Bench) -> Figure:
    own = bench["engine"]["cases_per_second"]
    times = {name: own / rate for name, rate in bench["engine"]["peers"].items()}
    plain = bench["engine_more"]["times_of_plain_python"]
    slowest = min(times[name] for name in BY_RULE)
    return Figure(
        "Rank one case, with reasons",
        f"{1e6 / own:.1f} µs; {slowest:.1f} times as fast as the fastest rule engine, {times[AT_ITS_BEST]:.1f} times as"
        f" fast as CEL as one expression; {plain:.1f} times the time of code by hand",
        f"≥ {TIMES_BY_RULE:g}; ≥ {TIMES_AT_ITS_BEST:g}; ≤ {TIMES_OF_PLAIN_PYTHON:g}",
        slowest >= TIMES_BY_RULE and times[AT_ITS_BEST] >= TIMES_AT_ITS_BEST and plain <= TIMES_OF_PLAIN_PYTHON,
    )


def _start(bench: Bench) -> Figure:
    ratios = {name: each["ratio_to_blueprint"] for name, each in bench["init"].items()}
    return Figure(
        "Start a function (import and init), relative to the best-known blueprint of the stack",
        ", ".join(f"{name} {ratio:.2f}" for name, ratio in ratios.items()),
        f"≤ {START_RATIO:g} each",
        all(ratio <= START_RATIO for ratio in ratios.values()),
    )


def _accept(bench: Bench) -> Figure:
    calls = {name.rpartition(".")[2]: count for name, count in bench["calls"]["submit"].items()}
    keys = sum(count for name, count in bench["calls"]["submit"].items() if name.startswith("kms."))
    units = bench["units"]["submit"]["wru"]
    return Figure(
        "Accept a request: AWS calls and write units",
        f"{calls['GetItem']:g} reads, {calls['TransactWriteItems']:g} transaction, {calls['SendMessage']:g} sends,"
        f" {keys:g} KMS calls; {units:g} units",
        f"2, 1, 2, ≤ {ACCEPT_KMS_CALLS}; ≤ {ACCEPT_WRITE_UNITS} units",
        all(calls[name] <= most for name, most in ACCEPT_CALLS.items())
        and keys <= ACCEPT_KMS_CALLS
        and units <= ACCEPT_WRITE_UNITS,
    )


def _look_up(bench: Bench) -> Figure:
    units = {int(size): row["rru"] for size, row in bench["growth"]["status"].items()}
    return Figure(
        f"Look up a request, {' / '.join(f'{size:,}' for size in units)} open cases: read units",
        " / ".join(f"{each:g}" for each in units.values()),
        f"≤ {LOOK_UP_UNITS}, the same",
        max(units.values()) <= LOOK_UP_UNITS and len(set(units.values())) == 1,
    )


def _switch(bench: Bench) -> Figure:
    hours = cost.Model(bench, json.loads(cost.PRICES.read_text())).switch(SWITCHED)["hours"]
    return Figure(
        f"Switch {SWITCHED / 1e6:.1f} million open cases to another policy, calculated",
        f"{hours:.1f} hours",
        f"≤ {SWITCH_HOURS} hour",
        hours <= SWITCH_HOURS,
    )


def _burst(bench: Bench) -> Figure:
    found = bench["burst"]
    return Figure(
        f"{found['notices']:,} acknowledgements at once through SES at {found['rate']} a second, simulated over the code",
        f"{found['minutes']:g} minutes, {found['attempts']:,} attempts, other wake-ups {found['latest_wake_up']:g} s late",
        "≤ 60 minutes; ≤ 180 s",
        found["minutes"] <= 60 and found["latest_wake_up"] <= 180 and not found["not_woken"],
    )


def _launch(bench: Bench) -> Figure:
    found = bench["launch"]
    return Figure(
        f"{found['requests']:,} requests filed at once on the local run",
        f"{found['ranked']:,} ranked, {found['acknowledged']:,} acknowledged, {found['twice']:g} twice,"
        f" {found['left']:g} messages left, {found['seconds'] / 60:.0f} minutes",
        "all, all, none, none",
        found["ranked"] == found["acknowledged"] == found["requests"] and found["twice"] == found["left"] == 0,
    )

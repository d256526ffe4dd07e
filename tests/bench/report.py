"""bench.json as tables: all figures in docs/performance.md, six of them in the README."""

from __future__ import annotations

import json
import os
import platform
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from tests.bench.operations import SWITCHED
from tests.bench.summary import (
    ACCEPT_KMS_CALLS,
    ACCEPT_WRITE_UNITS,
    LOOK_UP_UNITS,
    START_RATIO,
    TIMES_AT_ITS_BEST,
    TIMES_BY_RULE,
    TIMES_OF_PLAIN_PYTHON,
    summary,
)

ROOT: Final = Path(__file__).parents[2]
BENCH: Final = ROOT / "bench.json"
README: Final = ROOT / "README.md"
PERFORMANCE: Final = ROOT / "docs" / "performance.md"
BEGIN, END = "<!-- bench: written by make bench -->", "<!-- /bench -->"
Bench = Mapping[str, Any]


def machine() -> dict[str, str]:
    """Return what the figures were measured on."""
    names = re.findall(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text(encoding="utf-8"))
    cores = os.cpu_count()
    return {
        "machine": f"{names[0] if names else platform.machine()}, {cores} cores",
        "python": platform.python_version(),
        "date": datetime.now(UTC).date().isoformat(),
    }


def read() -> dict[str, Any]:
    """Return bench.json. Raises OSError, ValueError."""
    found: dict[str, Any] = json.loads(BENCH.read_text(encoding="utf-8"))
    return found


def write(bench: Bench) -> None:
    """Write bench.json, and the tables between the markers of the pages."""
    BENCH.write_text(json.dumps(bench, indent=1) + "\n", encoding="utf-8")
    for page, made in tables(bench).items():
        page.write_text(with_table(page.read_text(encoding="utf-8"), made), encoding="utf-8")


def tables(bench: Bench) -> dict[Path, str]:
    """Return the table of each page that has one."""
    return {README: summary(bench), PERFORMANCE: table(bench)}


def with_table(text: str, new: str) -> str:
    """Return a page with another table between its markers.

    Raises:
        ValueError: The markers are missing.
    """
    before, begin, rest = text.partition(BEGIN)
    _old, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the markers {BEGIN} and {END} are missing")
    return f"{before}{BEGIN}\n{new}{END}{after}"


def table(bench: Bench) -> str:
    """Return the measured table, in Markdown."""
    rows = [
        *_engine(bench),
        *_starts(bench),
        *_units(bench),
        *_growth(bench),
        *_warm(bench),
        *_burst(bench),
        *_launch(bench),
    ]
    found = bench["measured"]
    head = f"Measured, each part with its peers in one run, on {found['machine']}, Python {found['python']}, {found['date']}; times are processor times.\n"
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([head, "| what | measured | budget |", "|---|---|---|", *lines, ""])


Row = tuple[str, str, str]
_OF: Final = {"switch": ", per case", "switch_walk": f", a tick with {SWITCHED} cases"}


def _engine(bench: Bench) -> list[Row]:
    engine, more = bench["engine"], bench["engine_more"]
    own = engine["cases_per_second"]
    peers = ", ".join(
        f"{name} {own / rate:.1f} times" for name, rate in engine["peers"].items() if name != more["floor"]
    )
    return [
        (
            f"rank a case, with reasons and `changes_at` ({more['cases']:,} cases, same answers)",
            f"{1e6 / own:.1f} µs, {own:,} a second",
            "",
        ),
        ("… as fast as peers", peers, f"≥ {TIMES_BY_RULE:g} times; CEL at its best ≥ {TIMES_AT_ITS_BEST:g} times"),
        (
            "… beside code by hand that explains nothing",
            f"{more['times_of_plain_python']} times its time",
            f"≤ {TIMES_OF_PLAIN_PYTHON:g} times",
        ),
    ]


def _starts(bench: Bench) -> list[Row]:
    blueprint = bench["start"]["blueprint"]["ms"]
    found = ", ".join(f"{name} {each['ratio_to_blueprint']:.2f}" for name, each in bench["init"].items())
    times = ", ".join(f"{each['ms']}" for each in bench["init"].values())
    return [
        ("import and init, beside the blueprint's", f"{found} ({times} ms; {blueprint} ms)", f"≤ {START_RATIO:g} each")
    ]


def _units(bench: Bench) -> list[Row]:
    units, calls = bench["units"], bench["calls"]["submit"]
    by_service = ", ".join(f"{count:g} {name.partition('.')[2]}" for name, count in calls.items())
    budgets = {
        "submit": f"≤ {ACCEPT_WRITE_UNITS} written",
        "rank_changed": "≤ 8 written",
        "rank_unchanged": "0 written",
        "sweep_idle": "0 written",
    }
    asked = (
        f"2 reads, 1 transaction, 2 sends, ≤ {ACCEPT_KMS_CALLS} KMS ([the second read](decisions/0003-two-reads.md))"
    )
    rows = [("AWS calls to accept a request", by_service, asked)]
    for name, each in units.items():
        what = name + _OF.get(name, "")
        measured = f"{each['wru']} written, {each['rru']} read, {each['calls']} calls"
        rows.append((f"units: {what}", measured, budgets.get(name, "")))
    idle = bench["idle_year"]
    rows.append(("units: an idle case, a sweep a day for a year", f"{idle['wru']} written", "0 written"))
    return rows


def _growth(bench: Bench) -> list[Row]:
    stated = {
        "snapshot": "grows: counts each office every five minutes",
        "status": f"≤ {LOOK_UP_UNITS}, the same",
        "sweep": "the same calls and units",
        "switch_walk": "grows: finds each open case once",
    }
    rows = []
    for name, sizes in bench["growth"].items():
        measured = " → ".join(f"{each['calls']} calls, {each['rru']}" for each in sizes.values())
        rows.append(
            (
                f"read units of {name} at {', '.join(f'{int(size):,}' for size in sizes)} cases",
                measured,
                stated.get(name, ""),
            )
        )
    return rows


def _warm(bench: Bench) -> list[Row]:
    found = ", ".join(f"{name} {each['p50']:.1f}" for name, each in bench["warm"].items())
    return [("warm, the network replayed: ms a request or message, median", found, "")]


def _burst(bench: Bench) -> list[Row]:
    found = bench["burst"]
    measured = (
        f"{found['minutes']:g} minutes, {found['attempts']:,} attempts; "
        f"the latest of the other wake-ups {found['latest_wake_up']:g} s after it was due"
    )
    what = f"{found['notices']:,} acknowledgements through SES at {found['rate']} a second, simulated over the code"
    return [(what, measured, "≤ 1 hour; ≤ 180 s")]


def _launch(bench: Bench) -> list[Row]:
    found = bench["launch"]
    measured = (
        f"{found['ranked']:,} ranked, {found['acknowledged']:,} acknowledged, {found['twice']} twice, "
        f"{found['left']} messages left, after {found['seconds'] / 60:.0f} minutes ({found['date']})"
    )
    what = f"{found['requests']:,} requests filed with the local run by {found['clients']} clients at once"
    return [(what, measured, "all, all, none, none")]

"""Run the benchmark, or parts of it by name, the others kept from bench.json (``--quick`` for small sizes).

The part ``launch`` takes longer than all others together and runs only where it is named.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import time
from collections.abc import Callable
from typing import Any

import tests.support.environment
from tests.bench import burst, cost, growth, launch, report
from tests.bench.cases import CASES
from tests.bench.engine.measure import BY_HAND
from tests.bench.engine.measure import measure as measure_engine
from tests.bench.operations import OPERATIONS, SWITCHED, idle_year, spent
from tests.bench.queueing.measure import write as write_queueing
from tests.bench.start.measure import BLUEPRINT
from tests.bench.start.measure import measure as measure_start
from tests.bench.storage import bytes_per_case
from tests.bench.warm.measure import measure as measure_warm
from tests.support.large_dockets import fast_system

assert tests.support.environment.REGION
Bench = dict[str, Any]


def _engine(*, small: bool) -> Bench:
    found = measure_engine(2_000 if small else CASES, 1 if small else 3)
    exact = ("cases_per_second", "ratio_to_fastest_peer", "peers")
    more = {name: value for name, value in found.items() if name not in exact}
    return {"engine": {name: found[name] for name in exact}, "engine_more": {**more, "floor": BY_HAND}}


def _start(*, small: bool) -> Bench:
    found = measure_start(3 if small else 15)
    ours = {name: each for name, each in found.items() if name != BLUEPRINT}
    exact = ("ms", "ratio_to_blueprint")
    return {"init": {name: {key: each[key] for key in exact} for name, each in ours.items()}, "start": found}


def _warm(*, small: bool) -> Bench:
    return {"warm": measure_warm(OPERATIONS, 50 if small else 300)}


def _units(*, small: bool) -> Bench:
    del small
    units, calls = {}, {}
    for name in (*OPERATIONS, "switch"):
        share = SWITCHED if name == "switch" else 1
        with contextlib.redirect_stdout(io.StringIO()), fast_system("moto") as system:
            found = spent(name, system)
            units[name] = found.row(share)
            calls[name] = {call: round(count / share, 2) for call, count in sorted(found.calls.items())}
    with contextlib.redirect_stdout(io.StringIO()), fast_system("moto") as system:
        idle = idle_year(system).row()
    return {"units": units, "calls": calls, "idle_year": idle, "bytes_per_case": bytes_per_case()}


def _growth(*, small: bool) -> Bench:
    return {"growth": growth.measure((100, 200, 400) if small else growth.SIZES)}


def _queueing(*, small: bool) -> Bench:
    del small
    return {"queueing": write_queueing(report.ROOT / "docs")}


def _burst(*, small: bool) -> Bench:
    return {"burst": burst.measure(600 if small else 25_000)}


def _launch(*, small: bool) -> Bench:
    return {"launch": {**launch.measure(500 if small else 25_000), "date": report.machine()["date"]}}


PARTS: dict[str, Callable[..., Bench]] = {
    "engine": _engine,
    "start": _start,
    "warm": _warm,
    "units": _units,
    "growth": _growth,
    "queueing": _queueing,
    "burst": _burst,
    "launch": _launch,
}
BY_NAME = frozenset({"launch"})
"""Parts that take longer than all others together, and run only where they are named."""


def main() -> None:
    """Run what was asked for, and write bench.json, and what the pages show of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="all but launch, where none is named")
    parser.add_argument("--quick", action="store_true", help="small sizes: to see that it runs; figures mean little")
    asked = parser.parse_args()
    before = report.read() if report.BENCH.exists() else {}
    bench = before if asked.parts else {name: found for name, found in before.items() if name in BY_NAME}
    for name in asked.parts or [part for part in PARTS if part not in BY_NAME]:
        began = time.monotonic()
        bench |= PARTS[name](small=asked.quick)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    if set(asked.parts) != BY_NAME:
        bench["measured"] = report.machine()
    report.write(bench)
    (report.ROOT / "docs" / "cost.md").write_text(cost.page(bench), encoding="utf-8")
    print(report.table(bench))


if __name__ == "__main__":
    main()

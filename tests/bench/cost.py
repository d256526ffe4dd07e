"""What it costs in dollars: the measured units and calls, and the prices of a day, which are data (prices/)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

from prioritize.policy_switch import TIME_LIMIT
from tests.bench.operations import SWITCHED

PRICES: Final = Path(__file__).parent / "prices" / "us-east-1.json"
MILLION: Final = 1_000_000
MEMORY_GB: Final = 1.0
"""Of each function, as template.yaml gives it."""
CALL_MS: Final = 6.0
"""Assumed wait for one AWS call in the same region; processor time is measured, this is not."""
LOG_BYTES: Final = 1_500
"""Assumed for each event: the platform's lines, metrics and access log."""
MINUTES: Final = 43_800
"""Of a month."""
PER_REQUEST: Final = {
    "submit": 1.0,
    "rank_changed": 2.0,
    "rank_unchanged": 2.0,
    "notice": 2.0,
    "status": 6.0,
    "worklist_page": 1.0,
    "claim": 1.2,
    "decide": 1.0,
}
"""The life of one request, a modest guess: two changes of rank, two messages, six look-ups, a page of the worklist."""
APIS: Final = frozenset({"submit", "submit_duplicate", "status", "worklist_page", "claim", "decide"})
PER_BATCH: Final = 10
"""Messages that a worker gets at once: receiving and deleting are two requests for each such batch."""
POLLS: Final = 3 * 5 * 3 * MINUTES
"""Three event sources, five pollers each, a long poll of twenty seconds."""
WORKERS: Final = 20
"""The concurrency of the rank worker in template.yaml."""
PARTITION_WRITES: Final = 1_000
"""Write units a second that one key of an index takes: an office's queue is one."""
LARGEST_OFFICE: Final = 0.1
"""Share of the docket in the largest field office, as in the synthetic docket."""
MOVED_WRITES: Final = 2
"""Units that a case takes in the index when its place changes: the old entry, and the new one."""
NEW_TABLE: Final = 4_000
"""Write units a second that an on-demand table takes before it has ever seen more."""


@dataclass(frozen=True, slots=True)
class Model:
    """Measured figures with prices."""

    bench: Mapping[str, Any]
    prices: Mapping[str, Any]

    def operation(self, name: str) -> float:
        """Return the dollars of one operation, with its event, its function and what it logs."""
        return sum(self.parts(name).values())

    def parts(self, name: str) -> dict[str, float]:
        """Return the dollars of one operation by service."""
        units, calls, price = self.bench["units"][name], self.bench["calls"][name], self.prices
        by_service: dict[str, float] = {}
        for call, count in calls.items():
            service = call.partition(".")[0]
            by_service[service] = by_service.get(service, 0) + count
        web = name in APIS
        batch = 0 if web else 2 / PER_BATCH
        return {
            "DynamoDB": units["wru"] * self._each("dynamodb", "million_wru")
            + units["rru"] * self._each("dynamodb", "million_rru"),
            "Lambda": self.seconds(name) * MEMORY_GB * price["lambda"]["gb_second_arm"]
            + (1 if web else 1 / PER_BATCH) * self._each("lambda", "million_requests"),
            "API and WAF": web
            * (self._each("api_gateway", "million_requests") + self._each("waf", "million_requests")),
            "KMS": by_service.get("kms", 0) * self._each("kms", "million_requests"),
            "SQS": (by_service.get("sqs", 0) + batch) * self._each("sqs", "million_requests"),
            "SES": by_service.get("sesv2", 0) * self._each("ses", "million_messages"),
            "Logs": LOG_BYTES / 1e9 * price["cloudwatch"]["gb_logs"],
        }

    def seconds(self, name: str) -> float:
        """Return how long a function is busy with one event: its measured processor time, and waiting for AWS."""
        warm = self.bench["warm"]
        return float(warm.get(name, warm["rank_changed"])["p50"] + self.bench["units"][name]["calls"] * CALL_MS) / 1000

    def life(self) -> float:
        """Return the dollars of one request from filing to decision."""
        return sum(times * self.operation(name) for name, times in PER_REQUEST.items())

    def fixed(self) -> dict[str, float]:
        """Return the dollars of a month in which nothing happens, the docket's own apart."""
        price = self.prices
        return {
            "sweep and switch, each minute": MINUTES
            * (self.operation("sweep_idle") + self._each("scheduler", "million_invocations")),
            "event sources, polling": POLLS * self._each("sqs", "million_requests"),
            "three KMS keys": 3 * price["kms"]["key_month"],
            "two web ACLs of four rules": 2 * (price["waf"]["acl_month"] + 4 * price["waf"]["rule_month"]),
            "SnapStart, one version of four functions": 4
            * MEMORY_GB
            * MINUTES
            * 60
            * price["lambda"]["snapstart_gb_second"],
            "alarms and metrics": 30 * price["cloudwatch"]["alarm_month"] + 40 * price["cloudwatch"]["metric_month"],
        }

    def docket(self, cases: int) -> dict[str, float]:
        """Return the dollars that so many open cases cost in a month in which none of them changes."""
        sizes = self.bench["growth"]["snapshot"]
        small, large = min(map(int, sizes)), max(map(int, sizes))
        each = (sizes[str(large)]["rru"] - sizes[str(small)]["rru"]) / (large - small)
        gigabytes = cases * self.bench["bytes_per_case"] / 1e9
        return {
            "storage": gigabytes * self.prices["dynamodb"]["gb_month"],
            "point-in-time recovery": gigabytes * self.prices["dynamodb"]["pitr_gb_month"],
            "snapshots, each five minutes": MINUTES / 5 * cases * each * self._each("dynamodb", "million_rru"),
        }

    def switch(self, cases: int) -> dict[str, float]:
        """Return the plan of a policy switch."""
        units = self.bench["units"]["switch"]
        busy = self.seconds("rank_changed")
        by_workers = WORKERS / busy
        by_partition = PARTITION_WRITES / MOVED_WRITES / LARGEST_OFFICE
        return {
            "dollars": cases * self.operation("switch"),
            "write units": cases * units["wru"],
            "cases a second, by the walk": self.walk(),
            "cases a second, by workers": by_workers,
            "cases a second, by the largest office's queue": by_partition,
            "hours": cases / min(self.walk(), by_workers, by_partition) / 3600,
        }

    def walk(self) -> float:
        """Return how many cases a second the walk of a switch finds and asks for, over a whole minute.

        A tick walks for a part of its minute, one call after the other: waiting for the calls that the largest docket
        took, and the processor time of a tick with some hundred cases.
        """
        size, largest = max((int(size), row) for size, row in self.bench["growth"]["switch_walk"].items())
        warm = self.bench["warm"]
        busy = (warm["switch_walk"]["p50"] - warm["sweep_idle"]["p50"]) / SWITCHED
        each = (largest["calls"] / size * CALL_MS + busy) / 1000
        return float(TIME_LIMIT / timedelta(minutes=1) / each)

    def _each(self, service: str, name: str) -> float:
        return float(self.prices[service][name]) / MILLION


def page(bench: Mapping[str, Any]) -> str:
    """Return docs/cost.md."""
    prices = json.loads(PRICES.read_text())
    model = Model(bench, prices)
    steady = 500 * 365 / 12 * model.life()
    fixed = sum(model.fixed().values())
    launched = 25_000 * model.seconds("rank_changed") / WORKERS / 60
    return "\n".join(
        [
            _HEAD.format(as_of=prices["as_of"], status=prices["status"]),
            "| operation | RRU | WRU | AWS calls | $ per 1,000 |",
            "|---|---:|---:|---:|---:|",
            *[_operation(model, name) for name in bench["units"]],
            "",
            *_per_thousand(model),
            "## A month",
            "",
            "| | $ |",
            "|---|---:|",
            *[f"| {name} | {dollars:,.2f} |" for name, dollars in model.fixed().items()],
            f"| **nothing happens**, no docket | **{fixed:,.2f}** |",
            f"| 500 requests a day, from filing to decision | {steady:,.2f} |",
            f"| **500 a day**, 30,000 open cases | **{fixed + steady + _sum(model.docket(30_000)):,.2f}** |",
            "",
            f"**25,000 requests at once** cost ${25_000 * model.life():,.2f} from filing to decision; filing, ranking and",
            f"acknowledging them ${25_000 * _burst(model):,.2f}. {WORKERS} workers rank them in {launched:,.1f} minutes.",
            "",
            *_dockets(model),
            *_assumed(prices),
        ]
    )


_HEAD = """# What it costs

Written by `make bench` from bench.json and `tests/bench/prices/us-east-1.json`. Units and calls are computed from the
items by AWS's rules and compared with AWS's own engine where that counts rightly; processor times are measured. The
prices are of {as_of}: {status}.

## Operations

"""


def _operation(model: Model, name: str) -> str:
    units = model.bench["units"][name]
    label = {"switch": "switch (a case)", "switch_walk": f"switch_walk (a tick with {SWITCHED} cases)"}.get(name, name)
    return f"| {label} | {units['rru']} | {units['wru']} | {units['calls']} | {1000 * model.operation(name):.4f} |"


def _per_thousand(model: Model) -> list[str]:
    parts: dict[str, float] = {}
    for name, times in PER_REQUEST.items():
        for service, dollars in model.parts(name).items():
            parts[service] = parts.get(service, 0) + 1000 * times * dollars
    lives = ", ".join(f"{times:g} {name}" for name, times in PER_REQUEST.items())
    return [
        f"**1,000 requests from filing to decision: ${1000 * model.life():.2f}.** A life is taken as {lives}.",
        "",
        "| service | $ per 1,000 requests |",
        "|---|---:|",
        *[f"| {service} | {dollars:.4f} |" for service, dollars in sorted(parts.items(), key=lambda part: -part[1])],
        "",
    ]


def _dockets(model: Model) -> list[str]:
    sizes = (1_000_000, 7_600_000)
    months, plans = [model.docket(size) for size in sizes], [model.switch(size) for size in sizes]
    return [
        "## A large docket",
        "",
        "| $ a month, nothing changes | 1 million | 7.6 million |",
        "|---|---:|---:|",
        *[f"| {name} | {months[0][name]:,.2f} | {months[1][name]:,.2f} |" for name in months[0]],
        f"| **together** | **{_sum(months[0]):,.2f}** | **{_sum(months[1]):,.2f}** |",
        "",
        "Where a run of the snapshot does not end in time the offices take turns: see performance.md.",
        "",
        "| a policy switch | 1 million | 7.6 million |",
        "|---|---:|---:|",
        *[f"| {name} | {plans[0][name]:,.1f} | {plans[1][name]:,.1f} |" for name in plans[0]],
        "",
        "The plan for 7.6 million: the walk goes through the offices in turns, top lanes first, so what matters most is",
        f"ranked in the first minutes; {WORKERS} workers, as template.yaml has it; the policy's `switch_rate` (cases a",
        f"minute) set to {60 * _rate(model):,.0f}. The default of 2,000 takes {7_600_000 / 2_000 / 60:,.0f} hours. The walk is",
        f"one process that asks for ten cases a call, {TIME_LIMIT.seconds} seconds of each minute (the rest of the tick is the",
        f"sweep's). One office's queue is one key of an index, which takes {PARTITION_WRITES:,} write units a second; the largest",
        f"office has {LARGEST_OFFICE:.0%} of the docket. A table that has never seen more than {NEW_TABLE:,} write units a second",
        "throttles above that until it has grown: set its warm throughput beforehand, or let the rate be lower.",
        "",
    ]


def _rate(model: Model) -> float:
    plan = model.switch(1)
    return float(min(found for name, found in plan.items() if name.startswith("cases a second")))


def _assumed(prices: Mapping[str, Any]) -> list[str]:
    restored = prices["lambda"]["snapstart_restored_gb"]
    return [
        "## Assumed, not measured",
        "",
        f"- A call of AWS takes {CALL_MS:g} ms. Functions have {MEMORY_GB:g} GB. An event logs {LOG_BYTES:,} bytes.",
        "- A function of that size takes as much processor time as this machine does, though it has less than one core.",
        f"- Messages come {PER_BATCH} at a time under load. Text messages, priced by carrier, are not included.",
        f"- How often a snapshot is restored, at ${restored:.5f} for each GB, follows the traffic, and is not included.",
        "- Cognito, transfer out, support and backups beyond point-in-time recovery are not included.",
        "- A warm function reads the registry of policies every ten seconds: one read unit, charged to no operation.",
        "",
    ]


def _burst(model: Model) -> float:
    return sum(model.operation(name) for name in ("submit", "rank_changed", "notice"))


def _sum(parts: Mapping[str, float]) -> float:
    return sum(parts.values())

"""No operation costs more units or calls than bench.json says, nor more than the budgets of the design."""

from __future__ import annotations

import pytest

from tests.bench import growth, report
from tests.bench.operations import OPERATIONS, SWITCHED, idle_year, spent
from tests.support.large_dockets import fast_system

MEASURED = report.read()["units"]
WRITTEN = {"submit": 24, "rank_changed": 8, "rank_unchanged": 0, "status": 0, "worklist_page": 0, "sweep_idle": 0}


@pytest.mark.parametrize("name", [*OPERATIONS, "switch"])
def test_an_operation_costs_no_more_than_was_measured(name: str) -> None:
    with fast_system("moto") as system:
        found = spent(name, system)
    row = found.row(SWITCHED if name == "switch" else 1)
    over = {kind: (row[kind], most) for kind, most in MEASURED[name].items() if row[kind] > most * 1.01}
    assert over == {}, f"{name} costs more; if it must, say why and run make bench"
    assert row["wru"] <= WRITTEN.get(name, row["wru"])


def test_a_request_is_accepted_in_the_calls_of_the_budget() -> None:
    with fast_system("moto") as system:
        calls = spent("submit", system).calls
    assert sum(count for call, count in calls.items() if call.startswith("kms.")) <= 5
    assert {call: count for call, count in calls.items() if not call.startswith("kms.")} == {
        "dynamodb.GetItem": 2,
        "dynamodb.TransactWriteItems": 1,
        "sqs.SendMessage": 2,
    }


def test_an_idle_case_writes_nothing_in_a_year() -> None:
    with fast_system("moto") as system:
        assert idle_year(system).wru == 0


def test_what_follows_change_costs_the_same_at_a_docket_of_four_times_the_size() -> None:
    with fast_system("moto") as system:
        found = growth.rows(system, (600, 2400), compare=False)
    for name in ("sweep", "worklist_page", "summary", "status"):
        small, large = found[name].values()
        assert (small["calls"], small["wru"]) == (large["calls"], large["wru"]), name
    for name in ("sweep", "worklist_page", "summary"):
        small, large = found[name].values()
        assert small["rru"] == large["rru"], name

"""The progress bar of a policy switch."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from infra.local.demo.policy_switch_bar import SwitchProgress, show_switches, switch_progress
from tests.support.policy.drafts import EARLIER, publish
from tests.support.system import System, body


@pytest.mark.moto
def test_progress_counts_the_cases_ranked_under_the_new_policy(system: System) -> None:
    system.file(body())
    system.file(body(subject={"a_number": "A000-000-012"}))
    system.pump()
    system.sweep()
    assert switch_progress(system.dynamodb, system.table) is None
    publish(system, EARLIER)
    assert switch_progress(system.dynamodb, system.table) == SwitchProgress("earlier", 0, 2, ended=False)
    system.settle(4)
    assert switch_progress(system.dynamodb, system.table) == SwitchProgress("earlier", 2, 2, ended=True)


def test_the_bar_ends_with_the_switch_and_the_watcher_with_the_run() -> None:
    states = iter(
        [
            None,
            SwitchProgress("new", 1, 3, ended=False),
            SwitchProgress("new", 2, 3, ended=False),
            SwitchProgress("new", 3, 3, ended=True),
        ]
    )
    looks = []

    def look() -> SwitchProgress | None:
        looks.append(1)
        return next(states)

    text = io.StringIO()
    show_switches(look, Console(file=text, force_terminal=True, width=120), every=0.01)
    assert len(looks) == 5, "four states, and the read that failed because the run had stopped"
    assert "switch to new" in text.getvalue()
    assert "every open case is ranked under new" in text.getvalue()

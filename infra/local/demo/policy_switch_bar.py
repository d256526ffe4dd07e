"""Progress bar of a policy switch: how many open cases are ranked under the new policy. Shown on terminals only."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Thread
from typing import Any, Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from infra.local.template.stack import Stack

INTERVAL: Final = 2.0  # seconds between two reads
SWITCH: Final = {"pk": {"S": "POLICY"}, "sk": {"S": "SWITCH"}}


@dataclass(frozen=True)
class SwitchProgress:
    """The progress of a policy switch: `done` of `total` open cases are ranked under `policy`."""

    policy: str
    done: int
    total: int
    ended: bool


def switch_progress(client: Any, table: str) -> SwitchProgress | None:  # noqa: ANN401  a boto3 client of a service found by name
    """Return the progress of the latest policy switch, or None if there was none."""
    item = client.get_item(TableName=table, Key=SWITCH).get("Item")
    if item is None:
        return None
    pages = client.get_paginator("scan").paginate(TableName=table, IndexName="worklist")
    digests = [row.get("digest", {}).get("S") for page in pages for row in page["Items"]]
    done = digests.count(item["digest"]["S"])
    policy = item.get("policy", {}).get("S", "no policy")
    return SwitchProgress(policy, done, len(digests), "ended_at" in item)


def start_watching(stack: Stack) -> None:
    """Show policy switches from a thread that runs as long as the process."""
    client = stack.client("dynamodb")
    table = stack.get(next(iter(stack.of_type("AWS::DynamoDB::Table")))).ref
    Thread(target=show_switches, args=(lambda: switch_progress(client, table), Console()), daemon=True).start()


def show_switches(look: Callable[[], SwitchProgress | None], console: Console, every: float = INTERVAL) -> None:
    """Wait for policy switches and show each until it ends. Returns when the table can no longer be read.

    Args:
        look: returns the progress of the latest switch.
        console: the terminal.
        every: seconds between two reads.
    """
    while True:
        try:
            found = look()
            if found is not None and not found.ended:
                _show(found, look, console, every)
        except Exception:  # noqa: BLE001  the run is stopping, so its table cannot be read
            return
        time.sleep(every)


def _show(found: SwitchProgress, look: Callable[[], SwitchProgress | None], console: Console, every: float) -> None:
    columns = (TextColumn("switch to {task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("cases"))
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(found.policy, total=found.total, completed=found.done)
        current: SwitchProgress | None = found
        while current is not None and not current.ended:
            bar.update(task, description=current.policy, total=current.total, completed=current.done)
            time.sleep(every)
            current = look()
    console.print(f"Policy switch complete: every open case is ranked under {found.policy}.")

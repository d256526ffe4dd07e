from __future__ import annotations

from rich.console import Console

from infra.local.demo.docket_table import Item, example_commands, render_docket
from infra.local.demo.sample_requests import Receipt

CASE: Item = {"queue": "ATL", "lane": "detained", "filed_at": "2026-03-01T12:00:00.000Z", "reasons": ["detained"]}


def text_of(cases: list[Item]) -> str:
    console = Console(width=150, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(render_docket(cases))
    return captured.get()


def test_positions_count_from_one_in_each_office() -> None:
    other: Item = {**CASE, "queue": "ELP", "flags": ["verify", "restricted"]}
    rows = [line for line in text_of([CASE, CASE, other]).splitlines() if line.startswith("│")]
    cells = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
    assert cells == [
        ["ATL", "1", "detained", "2026-03-01 12:00", "detained", ""],
        ["ATL", "2", "detained", "2026-03-01 12:00", "detained", ""],
        ["ELP", "1", "detained", "2026-03-01 12:00", "detained", "verify, restricted"],
    ]


def test_example_commands_file_a_request_look_it_up_and_read_the_outbox() -> None:
    shown = example_commands("http://127.0.0.1:1", [Receipt("R", "C", "ATL")])
    assert [command.split()[2] for command in shown] == [
        "http://127.0.0.1:1/requests",
        "http://127.0.0.1:1/requests/R",
        "http://127.0.0.1:1/_local/outbox",
    ]

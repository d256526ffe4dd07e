from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

from rich.console import Console

from casereview.http.validation import parse_submission
from infra.local.demo.docket_table import Item, example_commands, render_docket
from infra.local.demo.sample_requests import Receipt, sample_requests

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
CASE: Item = {"queue": "ATL", "lane": "detained", "filed_at": "2026-03-01T12:00:00.000Z", "reasons": ["detained"]}


def test_every_sample_is_a_request_that_is_accepted() -> None:
    for body in sample_requests(NOW):
        assert parse_submission(json.dumps(body), NOW).grounds


def test_samples_stay_accepted_and_imminent_whenever_they_are_filed() -> None:
    for days in range(0, 800, 37):
        now = NOW + timedelta(days=days)
        first = parse_submission(json.dumps(sample_requests(now)[0]), now)
        assert first.facts is not None
        assert first.facts.removal_at is not None


def test_a_mother_writes_about_the_same_person_as_a_lawyer() -> None:
    numbers = [parse_submission(json.dumps(body), NOW).subject.a_number for body in sample_requests(NOW)[-5:-3]]
    assert numbers[0] == numbers[1] is not None


def text_of(cases: list[Item]) -> str:
    console = Console(width=150, record=True, file=None, quiet=False, force_terminal=False)
    with console.capture() as captured:
        console.print(render_docket(cases))
    return captured.get()


def test_positions_are_counted_in_each_office() -> None:
    other: Item = {**CASE, "queue": "ELP", "flags": ["verify", "restricted"]}
    rows = [line for line in text_of([CASE, CASE, other]).splitlines() if line.startswith("│")]
    cells = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
    assert cells == [
        ["ATL", "1", "detained", "2026-03-01 12:00", "detained", ""],
        ["ATL", "2", "detained", "2026-03-01 12:00", "detained", ""],
        ["ELP", "1", "detained", "2026-03-01 12:00", "detained", "verify, restricted"],
    ]


def test_three_commands_are_shown_to_try() -> None:
    shown = example_commands("http://127.0.0.1:1", [Receipt("R", "C", "ATL")])
    assert [command.split()[2] for command in shown] == [
        "http://127.0.0.1:1/requests",
        "http://127.0.0.1:1/requests/R",
        "http://127.0.0.1:1/_local/outbox",
    ]

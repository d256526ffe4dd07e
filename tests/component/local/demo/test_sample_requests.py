"""The project template with its sample requests, as `make run` starts it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.local.local_run import ROOT, LocalRun, eventually


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[LocalRun, list[str]]]:
    """The run, and the lines that it printed until it was ready."""
    run = LocalRun(tmp_path_factory.mktemp("samples"), TEMPLATE=str(ROOT / "template.yaml"), SEED="samples")
    yield run, run.wait_until_ready()
    assert run.stop() == 0


def test_the_start_prints_docket_example_commands_and_ready(shown: tuple[LocalRun, list[str]]) -> None:
    run, lines = shown
    printed = [[cell.strip() for cell in line.strip("│").split("│")] for line in lines if line.startswith("│")]
    rows = [row for row in printed if row[0]]  # a row with many flags takes several lines
    places = {(row[0], row[1]): row[2] for row in rows}
    assert places["ATL", "1"] == places["ATL", "2"] == "imminent_removal"
    assert places["PHO", "1"] == "citizenship_claim"
    assert len(rows) == 10
    assert [line.split()[0] for line in lines[-7:]] == ["curl", "curl", "curl", "sign", "site", "desk", "ready"]
    assert "officer-atl" in lines[-4]
    assert lines[-1] == f"ready http://127.0.0.1:{run.port}"


def test_requesters_get_their_receipt_in_their_language_and_the_queues_drain(
    shown: tuple[LocalRun, list[str]],
) -> None:
    run, _ = shown
    eventually(lambda: len(run.ask("GET", "/_local/outbox").json) == 10)  # one of the eleven is not safe to contact
    languages = {message["to"]: message["language"] for message in run.ask("GET", "/_local/outbox").json}
    assert (languages["ines@example.org"], languages["jean@example.org"]) == ("es", "ht")
    eventually(lambda: not any(count for queue in run.queues().values() for count in queue.values()))


def test_no_function_makes_a_call_that_its_role_denies(shown: tuple[LocalRun, list[str]]) -> None:
    run, _ = shown
    decisions = run.ask("GET", "/_local/iam").json
    roles = {decision["role"] for decision in decisions}
    assert roles >= {"case-review-intake", "case-review-prioritize", "case-review-notify"}
    assert not [decision for decision in decisions if not decision["allowed"]]

"""The patches of moto's DynamoDB do not change its behaviour."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]
SCRIPT = ROOT / "tests/support/local/dynamodb_script.py"
STEPS = 250


def answers(seed: int, *engines: str) -> list[list[Any]]:
    """Run the same operations on several engines in parallel; return the results of each."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    processes = [
        subprocess.Popen(
            [sys.executable, SCRIPT, str(seed), engine, str(STEPS)], stdout=subprocess.PIPE, env=environment
        )
        for engine in engines
    ]
    return [json.loads(process.communicate()[0]) for process in processes]


def content(answer: Any) -> Any:  # noqa: ANN401
    """Return a result without what engines may choose: the order of ties, pages, and the order of attributes."""
    if isinstance(answer, list) and answer and isinstance(answer[0], dict):
        return sorted(json.dumps(item, sort_keys=True) for page in answer for item in page["Items"])
    return json.dumps(answer, sort_keys=True)


def test_patched_moto_gives_the_same_results_as_moto() -> None:
    plain, patched = answers(1, "moto", "patched")
    kinds = {answer[0] for answer in plain if isinstance(answer, list) and answer and isinstance(answer[0], str)}
    assert kinds >= {"TransactionCanceledException", "ConditionalCheckFailedException"}
    assert patched == plain


@pytest.mark.dynamodb_local
def test_patched_moto_gives_the_same_results_as_dynamodb_local(dynamodb_endpoint: str) -> None:
    patched, real = answers(3, "patched", dynamodb_endpoint)
    assert [content(answer) for answer in patched] == [content(answer) for answer in real]

"""Measure each operation in a warm process of its function."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.bench.start.measure import ROOT
from tests.bench.warm.record import record
from tests.support.function_environment import environment_of

_HERE = Path(__file__).parent


def measure(names: Iterable[str], events: int) -> dict[str, Any]:
    """Return processor times (ms) and memory (KB) by operation."""
    return {name: _replay(name, events) for name in names}


def _replay(name: str, events: int) -> dict[str, Any]:
    with contextlib.redirect_stdout(io.StringIO()):
        recording = record(name)
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(recording, file)
        file.flush()
        command = [sys.executable, str(_HERE / "replay.py"), file.name, str(events)]
        environment = environment_of(recording["function"]) | recording["environment"]
        environment["PYTHONPATH"] += os.pathsep + str(ROOT)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {key: round(value, 2) for key, value in found.items()}

"""Measure the start of each function beside the blueprint: fresh processes, compiled modules, in turn."""

from __future__ import annotations

import compileall
import json
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Any

from tests.support.function_environment import environment_of

ROOT = Path(__file__).parents[3]
FUNCTIONS = ("intake", "prioritize", "notify", "review")
BLUEPRINT = "blueprint"
_HERE = Path(__file__).parent


def measure(rounds: int) -> dict[str, Any]:
    """Return the part ``init`` of bench.json: medians of processor time, and ratios of them to the blueprint's."""
    compile_modules()
    names = (*FUNCTIONS, BLUEPRINT)
    probes: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for number in range(rounds + 1):
        for name in names:
            found = probe(name)
            if number:  # the first round reads the disk
                probes[name].append(found)
    ms = {name: median(found["ms"] for found in each) for name, each in probes.items()}
    return {
        name: {
            "ms": round(ms[name]),
            "ratio_to_blueprint": round(ms[name] / ms[BLUEPRINT], 2),
            "import_ms": round(median(found["import"] for found in probes[name])),
            "wall_ms": round(median(found["wall"] for found in probes[name])),
            "modules": round(median(found["modules"] for found in probes[name])),
        }
        for name in names
    }


def compile_modules() -> None:
    """Compile our modules, as the build does; those installed were compiled when they were installed or first used."""
    for folder in ("shared", "functions"):
        compileall.compile_dir(ROOT / folder, quiet=2)
    compileall.compile_dir(_HERE, quiet=2)


def probe(name: str, *flags: str) -> dict[str, float]:
    """Start one function, or the blueprint, in a fresh process."""
    command = [sys.executable, *flags, str(_HERE / "probe.py"), name]
    done = subprocess.run(command, env=environment_of(name), capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found

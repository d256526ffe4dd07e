"""Run in a process of its own, by path: import one handler, make its services, and print what that cost.

Usage: python probe.py NAME, with the function's folders on PYTHONPATH and its environment set.
"""

from __future__ import annotations

import importlib
import json
import sys
import time


def main(name: str) -> None:
    """Print processor time and wall time (ms) of import and init, and how many modules they brought in."""
    modules, cpu, wall = len(sys.modules), time.process_time(), time.perf_counter()
    importlib.import_module(f"{name}.app")
    imported = time.process_time()
    if name != "blueprint":
        importlib.import_module(f"{name}.services").services()
    found = {
        "import": (imported - cpu) * 1000,
        "ms": (time.process_time() - cpu) * 1000,
        "wall": (time.perf_counter() - wall) * 1000,
        "modules": len(sys.modules) - modules,
    }
    print(json.dumps(found))


main(sys.argv[1])

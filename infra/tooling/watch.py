"""Run the quick tests of what changes: ``python -m infra.tooling.watch``, until interrupted.

The folders of the tests have the names of the packages that they test, so that a changed file names its tests.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from watchfiles import watch

from infra.paths import ROOT

WATCHED: Final = ("shared", "functions", "infra", "tests", "template.yaml")
QUICK: Final = ("unit", "component", "golden", "contract")
"""The folders of tests that `make watch` runs; those of whole systems and proofs take too long."""
_ABOVE: Final = {"shared": 2, "functions": 1, "infra": 1}
"""How many folders are above those that have the names of packages."""
_MORE: Final = {"policy": ("tests/component/policies", "tests/golden"), "template.yaml": ("tests/contract/template",)}
"""Tests of what a package or file means to others."""


def quick_tests(changed: Iterable[Path]) -> list[str]:
    """Return the tests of changed files, as arguments for pytest; none where a file has no quick tests."""
    return sorted({found for path in changed for found in _tests_of(path.relative_to(ROOT))})


def _tests_of(path: Path) -> Iterable[str]:
    parts = path.parts
    if parts[0] == "tests":
        is_test = path.match("test_*.py") and parts[1] in QUICK and (ROOT / path).is_file()
        return [str(path)] if is_test else []
    names = parts if len(parts) == 1 else parts[_ABOVE[parts[0]] : -1]
    more = _MORE.get(names[0], ()) if names else ()
    return [*(found for kind in QUICK if (found := _mirror(kind, names))), *more]


def _mirror(kind: str, names: tuple[str, ...]) -> str | None:
    """Return the deepest folder of tests that has the names of a package and of what is in it."""
    paths = ["/".join(("tests", kind, *names[:depth])) for depth in range(len(names), 0, -1)]
    return next((path for path in paths if (ROOT / path).is_dir()), None)


def check(changed: Iterable[Path]) -> None:
    """Lint the changed files and run their tests."""
    files = [path for path in changed if path.is_file()]
    sources = [str(path) for path in files if path.suffix == ".py"]
    if sources:
        _run("ruff", "check", *sources)
    tests = quick_tests(changed)
    if tests:
        _run("pytest", "-q", "-m", "not dynamodb_local and not proof", *tests)
    else:
        print(f"no quick tests for {', '.join(str(path.relative_to(ROOT)) for path in changed)}", flush=True)


def _run(module: str, *arguments: str) -> None:
    print(f"$ {module} {' '.join(arguments)}", flush=True)
    subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False)


def main(act: Callable[[list[Path]], None] = check) -> None:
    """Act on each set of files that change together, until interrupted."""
    print(f"watching {', '.join(WATCHED)}: save a file to run its tests, Ctrl-C to end", flush=True)
    for changes in watch(*(ROOT / name for name in WATCHED), raise_interrupt=False):
        act(sorted({Path(path) for _kind, path in changes}))


if __name__ == "__main__":
    main()

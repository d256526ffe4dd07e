"""How the set-up finds a Python interpreter."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

FIND_PYTHON = Path(__file__).parents[3] / "infra/tooling/find_python.sh"
REFUSE = "exit 127"
NAMES = ("python3.13", "python3.12", "python3.11", "python3", "python")


def find_python(folder: Path, **programs: str) -> subprocess.CompletedProcess[str]:
    """Run the search with a folder on ``PATH`` whose programs fail, or do what is given."""
    for name in NAMES:
        program = folder / name
        program.write_text(f"#!/bin/sh\n{programs.get(name, REFUSE)}\n")
        program.chmod(0o755)
    environment = {"PATH": f"{folder}:/usr/bin:/bin", "HOME": str(folder)}
    return subprocess.run([FIND_PYTHON], env=environment, check=False, capture_output=True, text=True)


def test_a_shim_of_an_inactive_version_is_skipped(tmp_path: Path) -> None:
    found = find_python(tmp_path, python3=f'exec {sys.executable} "$@"')
    assert found.stdout.strip() == sys.executable


def test_without_a_python_the_message_names_the_variable_to_set(tmp_path: Path) -> None:
    found = find_python(tmp_path)
    assert found.returncode == 1
    assert "PYTHON=" in found.stderr


def test_a_version_under_pyenv_is_found_though_its_name_is_not_on_path(tmp_path: Path) -> None:
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    binary = tmp_path / f".pyenv/versions/{version}.0/bin"
    binary.mkdir(parents=True)
    python = binary / f"python{version}"
    python.write_text(f'#!/bin/sh\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    assert find_python(tmp_path).stdout.strip() == sys.executable

"""The files of the repository agree with each other: locks, CI, Makefile and lint exceptions."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
LOCKS = ("runtime", "dev", "sam", "checkov")
REGISTRIES = tuple(".".join(parts) for parts in [("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org")])
"""Joined here, so that this file does not name them."""


def tracked_files() -> list[Path]:
    """Return the files of the repository, including those not committed yet, without ignored files."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )
    return [ROOT / name for name in listing.stdout.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_the_host_of_a_package_registry() -> None:
    named = [
        (path.relative_to(ROOT), host)
        for path in tracked_files()
        for host in REGISTRIES
        if host.encode() in path.read_bytes()
    ]
    assert named == []


def make_targets() -> set[str]:
    makefile = (ROOT / "Makefile").read_text()
    return set(re.findall(r"^([a-z-]+):", makefile, re.MULTILINE))


def test_ci_runs_only_targets_that_exist() -> None:
    runs = re.findall(r"\bmake ((?:--?\S+ )*)(.+)$", (ROOT / ".ci/run").read_text(), re.MULTILINE)
    goals = [goal for _, goals in runs for goal in goals.split()]
    assert goals == ["check", "test", "test-system", "test-dynamodb", "test-browser", "coverage"]
    assert set(goals) <= make_targets()


def test_make_without_a_target_lists_the_documented_targets() -> None:
    listing = subprocess.run(["make"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    listed = {line.split()[0] for line in listing.splitlines()}
    assert {"setup", "run", "test", "test-dynamodb", "check", "lock", "build", "openapi", "clean"} <= listed
    assert listed <= make_targets()


def wanted(name: str) -> dict[str, Requirement]:
    """Return the canonical names of the packages in an .in file."""
    lines = [line.split("#")[0].strip() for line in (ROOT / f"requirements/{name}.in").read_text().splitlines()]
    requirements = [Requirement(line) for line in lines if line and not line.startswith("-")]
    return {canonicalize_name(requirement.name): requirement for requirement in requirements}


def locked(name: str) -> dict[str, tuple[str, str]]:
    """Return the version and the origin (the ``via`` lines) of each package in a lock."""
    text = (ROOT / f"requirements/{name}.txt").read_text()
    entries = re.findall(r"^([a-z0-9][^=\[ ]*)(?:\[[^]]*\])?==(\S+)(.*?)(?=^\S|\Z)", text, re.MULTILINE | re.DOTALL)
    return {canonicalize_name(package): (version, rest) for package, version, rest in entries}


@pytest.mark.parametrize("name", LOCKS)
def test_each_lock_pins_exactly_the_packages_of_its_input(name: str) -> None:
    lock = locked(name)
    assert {package for package, (_, rest) in lock.items() if f"-r requirements/{name}.in" in rest} == set(wanted(name))
    for package, requirement in wanted(name).items():
        assert lock[package][0] in requirement.specifier


@pytest.mark.parametrize("name", LOCKS)
def test_each_locked_package_has_a_hash(name: str) -> None:
    assert [package for package, (_, rest) in locked(name).items() if "--hash=sha256:" not in rest] == []


def test_functions_are_tested_with_the_deployed_versions() -> None:
    dev = locked("dev")
    assert [package for package, (version, _) in locked("runtime").items() if dev[package][0] != version] == []


def test_every_exception_from_a_lint_rule_has_a_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text().splitlines()
    exceptions = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert exceptions
    assert [line for line in exceptions if "#" not in line] == []


def test_every_ignored_warning_has_a_reason() -> None:
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())
    first, *exceptions = config["tool"]["pytest"]["ini_options"]["filterwarnings"]
    assert first == "error"
    text = (ROOT / "pyproject.toml").read_text().splitlines()
    reasons = [line for line in text if any(line.strip().startswith(f'"{e}"') and "#" in line for e in exceptions)]
    assert len(reasons) == len(exceptions)

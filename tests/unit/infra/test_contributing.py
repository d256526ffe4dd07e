"""The files for contributors and their tools agree with the project."""

from __future__ import annotations

import json
import re
import tomllib
from hashlib import sha256

import yaml
from packaging.specifiers import SpecifierSet

from infra.paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CC0 = "a2010f343487d3f7618affe54f789f5487602331c0a8d03f49e9a7c547cf0499"
"""SHA-256 of the text that Creative Commons publishes."""


def test_the_license_is_the_published_text() -> None:
    assert PROJECT["license"] == "CC0-1.0"
    assert sha256((ROOT / "LICENSE").read_bytes()).hexdigest() == CC0


def test_the_pinned_python_version_is_supported() -> None:
    version = (ROOT / ".python-version").read_text(encoding="utf-8").strip()
    assert SpecifierSet(PROJECT["requires-python"]).contains(version)
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert f"python:1-{version}-" in container["image"]


def test_the_workflow_runs_the_ci_script() -> None:
    workflow = yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8"))
    [job] = workflow["jobs"].values()
    assert [step["run"] for step in job["steps"] if "run" in step] == ["bash .ci/run"]
    assert all(re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]) for step in job["steps"] if "uses" in step)


def test_each_path_with_an_owner_exists() -> None:
    lines = (ROOT / ".github/CODEOWNERS").read_text(encoding="utf-8").splitlines()
    paths = [line.split()[0] for line in lines if line.startswith("/")]
    assert paths
    assert [path for path in paths if not any(ROOT.glob(path.strip("/")))] == []

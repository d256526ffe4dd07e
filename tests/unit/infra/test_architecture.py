"""The diagram of the packages is generated from the code, and a stale one fails the check."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra.documents.architecture import FUNCTIONS, PATH, body, imports, layers, main, reduced
from infra.documents.command import NoSectionError, section
from infra.paths import ROOT


def test_the_committed_section_is_current() -> None:
    assert main(["--check"]) == 0


def test_the_check_fails_for_a_changed_document(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    path = tmp_path / PATH
    path.write_text("before\n<!-- packages: made -->\nold\n<!-- /packages -->\nafter\n", encoding="utf-8")
    assert main(["--check"], tmp_path) == 1
    assert "make architecture" in capsys.readouterr().err
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    text = path.read_text(encoding="utf-8")
    assert text.startswith("before\n<!-- packages: made -->\n```mermaid")
    assert text.endswith("<!-- /packages -->\nafter\n")


def test_a_document_without_the_section_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "docs").mkdir()
    assert main([], tmp_path) == 1
    assert "has no section packages" in capsys.readouterr().err
    with pytest.raises(NoSectionError):
        section("<!-- packages: without an end -->", "packages", "")


def test_every_package_is_in_the_diagram_in_its_layer() -> None:
    folders = {path.parent.name for path in (ROOT / "shared/casereview").glob("*/__init__.py")}
    assert {name for layer in layers() for name in layer} == folders
    assert folders | set(FUNCTIONS) == set(imports())


def test_prioritize_imports_neither_crypto_nor_http() -> None:
    assert not imports()["prioritize"] & {"crypto", "http", "usecases"}


def test_transitive_imports_are_left_out() -> None:
    assert reduced({"top": frozenset({"middle", "low"}), "middle": frozenset({"low"}), "low": frozenset()}) == {
        "top": frozenset({"middle"}),
        "middle": frozenset({"low"}),
        "low": frozenset(),
    }


def test_each_import_goes_to_a_lower_layer() -> None:
    level = {name: number for number, layer in enumerate(layers()) for name in layer}
    arrows = re.findall(r"^    (\w+) --> (\w+)$", body(), re.MULTILINE)
    assert arrows
    assert [(name, used) for name, used in arrows if level[name] >= level[used]] == []

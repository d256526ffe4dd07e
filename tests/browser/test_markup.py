"""The Nu HTML checker reads every page in every state and language, in one process of Java."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Final

import pytest

from casereview.schema.languages import LANGUAGES
from infra.paths import ROOT
from tests.support.site import Site
from tests.support.site_pages import every_page
from tests.support.system import running

VNU: Final = ROOT / "infra/styles/node_modules/vnu-jar/build/dist/vnu.jar"


def checked(*paths: Path) -> list[str]:
    """Return what the checker finds in files, or in all files of folders."""
    command = ["java", "-jar", str(VNU), "--stdout", "--exit-zero-always", "--format", "json", *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout)["messages"]
    return [f"{Path(each['url']).name}: {each['message']} {each.get('extract', '')}" for each in found]


@pytest.mark.timeout(240)
def test_the_checker_finds_nothing_in_any_page(tmp_path: Path) -> None:
    written = 0
    for language in LANGUAGES:
        with running("memory") as system:
            for name, shown in every_page(Site(system), language):
                (tmp_path / f"{language} {name}.html").write_text(shown.html, encoding="utf-8")
                written += 1
    assert written == len(list(tmp_path.iterdir()))
    assert "\n".join(checked(tmp_path)) == ""


def test_a_fault_in_a_page_is_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<!doctype html><html lang=en><title>Case Review</title><ul><p>No item.</ul></html>", "utf-8")
    assert any("not allowed as child of element" in message for message in checked(page))

"""The templates that the build compiles show what their sources show."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pages.rendering
from infra.tooling.compile_templates import compile_templates
from pages.rendering import Page, environment
from tests.support.template import ROOT

if TYPE_CHECKING:
    import pytest

SOURCES = ROOT / "functions/pages/pages"
AT = datetime(2026, 11, 30, 17, tzinfo=UTC)


def test_compiled_templates_show_the_same_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from_source = Page("", "en", AT).show("start").body
    package = tmp_path / "pages"
    shutil.copytree(SOURCES / "templates", package / "templates")
    compile_templates(package)
    shutil.rmtree(package / "templates")
    environment.cache_clear()
    monkeypatch.setattr(pages.rendering, "_PACKAGE", package)
    try:
        assert Page("", "en", AT).show("start").body == from_source
    finally:
        environment.cache_clear()


def test_compiling_changes_nothing_of_the_running_site(tmp_path: Path) -> None:
    before = Page("", "en", AT).show("start").body
    package = tmp_path / "pages"
    shutil.copytree(SOURCES / "templates", package / "templates")
    compile_templates(package)
    environment.cache_clear()
    assert Page("", "en", AT).show("start").body == before

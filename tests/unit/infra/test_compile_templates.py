"""The templates of a built site, compiled to Python."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from jinja2 import ModuleLoader

from infra.paths import ROOT
from infra.tooling.compile_templates import SETTINGS, compile_templates


@pytest.mark.parametrize("name", SETTINGS)
def test_every_template_is_compiled_and_found(name: str, tmp_path: Path) -> None:
    package = tmp_path / name
    shutil.copytree(ROOT / f"functions/{name}/{name}/templates", package / "templates")
    compile_templates(package)
    site = SETTINGS[name]()
    site.loader = ModuleLoader(str(package / "compiled"))
    for template in (package / "templates").iterdir():
        assert site.get_template(template.name).name == template.name

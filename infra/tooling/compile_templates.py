"""Compile the templates of a built site to Python: ``python -m infra.tooling.compile_templates FOLDER``.

The folder is that of the package ``pages`` or ``desk`` in the artifact; a template from source costs a start 44 ms,
compiled 6.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader

import desk.rendering
import pages.rendering

SETTINGS: Final[Mapping[str, Callable[[], Environment]]] = {
    "pages": lambda: pages.rendering.environment("en"),
    "desk": desk.rendering.environment,
}
"""The settings of the templates of each package."""


def compile_templates(package: Path) -> None:
    """Compile ``templates`` in the folder of the package to ``compiled``, with the settings of its site."""
    site = SETTINGS[package.name]()
    site.loader = FileSystemLoader(package / "templates")
    site.compile_templates(package / "compiled", zip=None, ignore_errors=False)


if __name__ == "__main__":
    compile_templates(Path(sys.argv[1]))

"""The paths, modules, links and anchors in the documents exist."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from infra.paths import ROOT

FOLDERS = ("", "docs/**/", "infra/**/", ".github/**/")
DOCUMENTS = sorted(
    {path for folder in FOLDERS for path in ROOT.glob(f"{folder}*.md") if "node_modules" not in path.parts}
)
SUFFIXES = r"(?:py|md|json|yaml|csv|toml|sh|svg|txt|in)"
PATHS = re.compile(
    rf"(?<![\w/.<*-])(?:(?:\.ci|\.github|docs|functions|infra|requirements|shared|tests)/[\w./<>*-]*[\w>*/]"
    rf"|[\w<>*-]+/[\w./<>*-]+\.{SUFFIXES}\b)"
)
MODULES = re.compile(
    r"(?<![\w/.])(?:casereview|intake|prioritize|notify|review|infra|tests)(?:\.[A-Za-z_]\w*)+(?![\w/@-])"
)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINKS = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADINGS = re.compile(r"^#+ (.+)$", re.MULTILINE)
NAMES = re.compile(r"`(\w+\.py)`")
MADE = (".venv/", ".tools/", "build/")
"""Folders that `make` makes."""
SOURCES = (ROOT / "shared", ROOT, *(path for path in (ROOT / "functions").iterdir() if path.is_dir()))


def each_document() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())


def exists(name: str, folder: Path = ROOT) -> bool:
    """Return whether a path exists, from the repository or the document's folder; ``<language>`` matches any name."""
    pattern = re.sub(r"<[^>]*>", "*", name).rstrip("/")
    return any(ROOT.glob(pattern)) or any(folder.glob(pattern))


def module_exists(name: str) -> bool:
    """Return whether a module, or a name in one, exists; its text is searched, since not all can be imported."""
    parts = name.split(".")
    for count in range(len(parts), 0, -1):
        for source in SOURCES:
            base = source.joinpath(*parts[:count])
            found = [file for file in (base.with_suffix(".py"), base / "__init__.py") if file.is_file()]
            if found or (base.is_dir() and count == len(parts)):
                text = found[0].read_text(encoding="utf-8") if found else ""
                return all(re.search(rf"\b{part}\b", text) for part in parts[count:])
    return False


def headings(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as on GitHub."""
    texts = HEADINGS.findall(path.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in texts}


def broken_links(path: Path) -> Iterator[str]:
    for target in LINKS.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", target):
            continue
        file, _, anchor = unquote(target).partition("#")
        found = (path.parent / file).resolve() if file else path
        if not found.exists() or (anchor and anchor not in headings(found)):
            yield target


@each_document()
def test_each_path_in_a_document_exists(path: Path) -> None:
    prose = LINKS.sub("", path.read_text(encoding="utf-8"))
    named = {name for name in PATHS.findall(prose) if not name.startswith(MADE)}
    assert sorted(name for name in named if not exists(name, path.parent)) == []


@each_document()
def test_each_file_name_without_a_folder_exists(path: Path) -> None:
    named = set(NAMES.findall(path.read_text(encoding="utf-8")))
    files = {
        file.name for folder in ("shared", "functions", "infra", "tests") for file in (ROOT / folder).rglob("*.py")
    }
    assert sorted(named - files) == []


@each_document()
def test_each_module_in_a_document_exists(path: Path) -> None:
    named = {name for name in MODULES.findall(path.read_text(encoding="utf-8")) if not name.endswith(".py")}
    assert sorted(name for name in named if not module_exists(name)) == []


@each_document()
def test_each_link_within_the_repository_has_a_target(path: Path) -> None:
    assert list(broken_links(path)) == []


def test_a_wrong_path_module_and_link_are_found(tmp_path: Path) -> None:
    text = "`shared/casereview/clients.py`, `casereview.clients.Clients`, [a](nowhere.md), [b](#nothing)"
    assert [name for name in PATHS.findall(text) if not exists(name)] == ["shared/casereview/clients.py"]
    assert [name for name in MODULES.findall(text) if not module_exists(name)] == ["casereview.clients.Clients"]
    (tmp_path / "page.md").write_text(text)
    assert list(broken_links(tmp_path / "page.md")) == ["nowhere.md", "#nothing"]
